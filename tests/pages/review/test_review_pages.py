"""The pages of a review over real rows: ten confirmed, left out, too fast, twice; one by one; the summary with undo."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.people.model import Role
from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust
from tests.database import World
from tests.followed import file_psa, the
from tests.laboratory import a_peer, arrive, oru, pid_of
from tests.pages.site import Site, a_member
from tests.waiting_results import LATER, look_long, waiting_men


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id)


async def deputy(site: Site, world: World, trust: Trust) -> httpx.AsyncClient:
    staff_id = await the(world, "select id from staff where display_name = 'Dan Deputy'")
    return await site.signed_in(trust.organisation_id, staff_id)


async def go(site: Site, browser: httpx.AsyncClient, path: str, fields: dict[str, str] | None = None) -> str:
    """Press a button and say where it leads."""
    answer = await site.post(browser, path, fields)
    assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
    return answer.headers["location"]


def token_of(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


async def test_ten_are_confirmed_then_the_rest_then_the_summary(site, world, trust):
    await waiting_men(world, trust, how_many=12)
    browser = await nurse(site, trust)
    start = (await browser.get("/review")).text
    assert "12 results in range" in start
    assert "Look at the first 10" in start
    ten = await go(site, browser, "/review/in-range")
    page = (await browser.get(ten)).text
    for words in ("10 results in range", "The oldest sample first", "ASHDOWN, Peter (Mr)", "3 April 1950 (76y)", "NHS number",
                  "PSA 0.04 ug/L", "0.03 ug/L, ", "above 0.2 ug/L", "None asked", "text, and a letter",
                  "Confirm these 10", "rms-chart-small"):  # fmt: skip
        assert words in page, words
    assert page.count('name="leave_out"') == 10
    assert "identity" not in page
    await look_long(world)
    rest = await go(site, browser, f"{ten}/confirm")
    page = (await browser.get(rest)).text
    assert "2 results in range" in page
    assert "10 results confirmed as in range." in page
    assert "You can undo this until" in page
    await look_long(world)
    summary = await go(site, browser, f"{rest}/confirm")
    page = (await browser.get(summary)).text
    assert "12 decided, 0 set aside, 0 left out or not confirmed, 0 undone" in page
    assert "12 letters to people can be printed from" in page
    men = re.findall(r"ASHDOWN, Peter \(Mr\)</a><br><span[^>]*>(born 3 April 1950, NHS number [\d ]+)</span>", page)
    assert (len(men), len(set(men))) == (12, 12), "men of one name are told apart"
    assert "12 letters to GP practices can be printed from" in page
    assert "Nothing waits for a look in your teams." in (await browser.get("/review")).text
    assert len(await world.as_owner("select 1 from audit_entry where verb = 'review.look'")) == 2


async def test_two_nurses_at_once_get_others_and_see_who_else_looks(site, world, trust):
    await waiting_men(world, trust, how_many=12)
    nora, dan = await nurse(site, trust), await deputy(site, world, trust)
    first, second = await asyncio.gather(go(site, nora, "/review/in-range"), go(site, dan, "/review/in-range"))
    pages = [(await browser.get(ten)).text for browser, ten in ((nora, first), (dan, second))]
    shown = [set(re.findall(r'name="leave_out" value="([^"]+)"', page)) for page in pages]
    assert sorted(map(len, shown)) == [2, 10]
    assert shown[0] & shown[1] == set()
    assert re.search(r"Dan Deputy is looking at (2|10) results", (await nora.get("/review")).text)
    assert (await dan.get(first)).status_code == 404
    assert (await site.post(dan, f"{first}/confirm")).status_code == 404


async def test_too_fast_comes_back_at_422_with_the_ticks_and_does_nothing(site, world, trust):
    await waiting_men(world, trust, how_many=3)
    browser = await nurse(site, trust)
    ten = await go(site, browser, "/review/in-range")
    ref = re.findall(r'name="leave_out" value="([^"]+)"', (await browser.get(ten)).text)[1]
    answer = await site.post(browser, f"{ten}/confirm", {"leave_out": ref})
    assert answer.status_code == 422
    assert "You confirmed 3 results in 1 second, and nothing was done." in answer.text
    assert "<title>Error: 3 results in range" in answer.text
    assert re.findall(r'name="leave_out" value="([^"]+)" checked', answer.text) == [ref]
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 3


async def test_a_double_press_and_back_after_submit_change_nothing_and_say_so(site, world, trust):
    await waiting_men(world, trust, how_many=2)
    browser = await nurse(site, trust)
    ten = await go(site, browser, "/review/in-range")
    await look_long(world)
    both = await asyncio.gather(go(site, browser, f"{ten}/confirm"), go(site, browser, f"{ten}/confirm"))
    assert ten in both
    assert await the(world, "select count(*) from message where purpose = 'result_in_range_gp' and state = 'queued'"
                            " and not_before > now() + interval '80 days'") == 2  # fmt: skip
    back = (await browser.get(ten)).text
    assert "You have confirmed these 2 results already" in back
    assert "A second press of the button changes nothing." in back
    assert back.count("Confirmed as in range") == 2
    assert f'action="{ten}/confirm"' not in back


async def test_a_stale_row_falls_out_by_name_and_the_others_go_through(site, world, trust):
    men = await waiting_men(world, trust, how_many=11)
    browser = await nurse(site, trust)
    ten = await go(site, browser, "/review/in-range")
    await world.as_owner("update patient set family_name = 'Brook', name_key = 'brook peter' where id = $1",
                         men[1].man.patient_id)  # fmt: skip
    async with world.worker.transaction() as tx:
        await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=trust.team_id, kind=AlertKind.LOOK_SOON, subject_kind="patient",
            subject_id=men[0].man.patient_id, rule_key="x", sentence="He feels unwell.", cause_kind="x", cause_id=1,
            patient_id=men[0].man.patient_id, plan_id=None, by=WORKER, now=tx.now,
        )  # fmt: skip
    refs = re.findall(r'name="leave_out" value="([^"]+)"', (await browser.get(ten)).text)
    await look_long(world)
    following = (await browser.get(await go(site, browser, f"{ten}/confirm", {"leave_out": refs[2]}))).text
    assert "7 results confirmed as in range." in following
    assert "not confirmed. An alert is open: He feels unwell. It is now in one by one." in following
    assert "not confirmed. Something about it changed after it was shown. It is now in one by one." in following
    assert "left out. It is now in one by one." in following
    assert "1 result in range" in following
    assert "3 to look at one by one" in (await browser.get("/review")).text


async def test_undo_takes_one_back_for_a_quarter_of_an_hour_and_a_second_press_is_harmless(site, world, trust):
    await waiting_men(world, trust, how_many=2)
    browser = await nurse(site, trust)
    ten = await go(site, browser, "/review/in-range")
    await look_long(world)
    summary = await go(site, browser, f"{ten}/confirm")
    buttons = re.findall(r'action="(/review/decisions/[^"]+/undo)"', (await browser.get(summary)).text)
    assert len(buttons) == 2
    for _ in range(2):
        assert await go(site, browser, buttons[0]) == summary
    page = (await browser.get(summary)).text
    assert "1 undone" in page
    assert "Undone today at" in page
    assert "1 letter to people can be printed from" in page
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 1
    assert "1 to look at one by one" in (await browser.get("/review")).text
    await world.move_civil_clock(16 / 1440)
    assert "Can no longer be undone" in (await browser.get(summary)).text
    late = await site.post(browser, buttons[1])
    assert (late.status_code, "quarter of an hour is over" in late.text) == (422, True)


async def test_a_whole_page_is_undone_by_one_button_and_a_second_press_is_harmless(site, world, trust):
    await waiting_men(world, trust, how_many=3)
    browser = await nurse(site, trust)
    ten = await go(site, browser, "/review/in-range")
    await look_long(world)
    summary = await go(site, browser, f"{ten}/confirm")
    assert f'action="{ten}/undo"' in (await browser.get(summary)).text
    assert "Undo all 3 confirmed together (ASHDOWN, Peter (Mr) to " in (await browser.get(summary)).text
    for _ in range(2):
        assert await go(site, browser, f"{ten}/undo") == summary
    page = (await browser.get(summary)).text
    assert "3 undone" in page
    assert "Undo all" not in page
    start = (await browser.get("/review")).text
    assert "3 results in range" in start
    assert "0 to look at one by one" in start
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 3
    assert await the(world, "select count(*) from message where cause_kind = 'decision' and state = 'queued'"
                            " and not_before > now() + interval '80 days'") == 0  # fmt: skip


async def test_one_by_one_shows_why_and_the_next_case_says_who_was_done(site, world, trust):
    await waiting_men(world, trust, how_many=2, value="0.31")
    await world.as_owner("update patient set family_name = 'Brook' where id = (select max(id) from patient)")
    browser = await nurse(site, trust)
    case = await go(site, browser, "/review/one-by-one")
    page = (await browser.get(case)).text
    for words in ("Who this is about", "ASHDOWN, Peter (Mr)", "PSA: 0.31 ug/L", "0.31 ug/L on", "above 0.2 ug/L",
                  "rms-chart", "(this one)", "Last contact", "No questionnaire was asked yet.",
                  "“In range” is not offered: a rule objects."):  # fmt: skip
        assert words in page, words
    buttons = re.findall(r'name="kind" value="([a-z_]+)"', page)
    assert buttons == ["repeat", "call", "refer"]
    assert "Set aside until that day" in page
    following = await go(
        site, browser, f"{case}/decide", {"kind": "call", "note": "He is well.", "token": token_of(page)}
    )
    page = (await browser.get(following)).text
    assert following != case
    assert "ASHDOWN, Peter (Mr), PSA: called. You can undo this until" in page
    assert "BROOK, Peter (Mr)" in page
    today = await the(world, "select (clock_timestamp() + civil_offset)::date from database_state")
    on = today + timedelta(days=5)
    until = {"until-day": str(on.day), "until-month": str(on.month), "until-year": str(on.year)}
    token = {"token": token_of(page)}
    empty = await site.post(browser, f"{following}/set-aside", token)
    assert empty.status_code == 422
    assert "Say why you set it aside" in empty.text
    assert "Enter the day it comes back" in empty.text
    summary = await go(site, browser, f"{following}/set-aside", {**until, **token, "why": "A letter is awaited."})
    page = (await browser.get(summary)).text
    assert "1 decided, 1 set aside" in page
    assert "Set aside until" in page
    assert "1 set aside to a later day" in (await browser.get("/review")).text
    again = (await browser.get(case)).text
    assert "Nora Nurse decided: call." in again
    assert 'name="kind"' not in again


async def test_a_case_a_colleague_holds_can_be_read_and_not_decided(site, world, trust):
    await waiting_men(world, trust, how_many=1, value="0.31")
    nora, dan = await nurse(site, trust), await deputy(site, world, trust)
    case = await go(site, nora, "/review/one-by-one")
    hers = (await nora.get(case)).text
    his = (await dan.get(case)).text
    assert "Nora Nurse is looking at this now. You can read it, or open another." in his
    assert 'name="kind"' not in his
    stolen = await site.post(dan, f"{case}/decide", {"kind": "call", "note": "He is well.", "token": token_of(hers)})
    assert stolen.status_code == 404
    assert await go(site, dan, "/review/one-by-one") == "/review"


async def test_what_changed_while_a_case_was_open_is_shown_again_at_422(site, world, trust):
    [one] = await waiting_men(world, trust, how_many=1, value="0.31")
    browser = await nurse(site, trust)
    case = await go(site, browser, "/review/one-by-one")
    old = token_of((await browser.get(case)).text)
    meeting = {"kind": "refer", "note": "To the meeting."}
    await file_psa(world, one.man, "0.4", on=one.man.today + timedelta(days=LATER), order="news")
    answer = await site.post(browser, f"{case}/decide", {**meeting, "token": old})
    assert answer.status_code == 422
    assert "Something about it changed after you opened it, and nothing was done." in answer.text
    assert "To the meeting." in answer.text
    assert await the(world, "select count(*) from decision where kind = 'refer'") == 0
    assert "Of the same person waits as well" in answer.text
    following = await go(site, browser, f"{case}/decide", {**meeting, "token": token_of(answer.text)})
    assert following.startswith("/review/cases/")
    twice = await go(site, browser, f"{case}/decide", {**meeting, "token": token_of(answer.text)})
    assert twice == case


async def test_every_fault_of_a_case_is_said_at_once_and_nothing_is_decided(site, world, trust):
    await waiting_men(world, trust, how_many=1, value="0.31")
    browser = await nurse(site, trust)
    case = await go(site, browser, "/review/one-by-one")
    await browser.get(case)
    for fields, words in (({}, "Choose what to do"), ({"kind": "set_aside"}, "Choose what to do"),
                          ({"kind": "call", "token": "x"}, "not shown by us"), ({"kind": "call"}, "open too long"),
                          ({"kind": "call", "note": "x" * 1001}, "1000 characters or fewer")):  # fmt: skip
        answer = await site.post(browser, f"{case}/decide", fields)
        assert (answer.status_code, words in answer.text) == (422, True), fields
    against = await site.post(browser, f"{case}/decide", {"kind": "in_range", "token": token_of(answer.text)})
    assert (against.status_code, "A rule objects" in against.text) == (422, True)
    assert await the(world, "select count(*) from decision") == 1


async def test_a_support_worker_reads_and_does_not_hold_or_decide(site, world, trust):
    await waiting_men(world, trust, how_many=1, value="0.31")
    helper = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    browser = await site.signed_in(trust.organisation_id, helper)
    ref = await the(world, "select ref from result order by id desc limit 1")
    page = (await browser.get(f"/review/cases/{ref}")).text
    assert "A nurse or a doctor of your team decides about this." in page
    assert 'name="kind"' not in page
    assert await the(world, "select count(*) from review_claim") == 0
    assert "<form" not in (await browser.get("/review")).text.split("<main")[1]


async def test_an_unmatched_message_with_his_name_keeps_his_result_alone(site, world, trust):
    await waiting_men(world, trust, how_many=2)
    await world.as_owner("update patient set family_name = 'Brook', name_key = 'brook peter', born_on = '1951-01-01',"
                         " born_text = '1951-01-01' where id = (select max(id) from patient)")  # fmt: skip
    browser = await nurse(site, trust)
    assert "2 results in range" in (await browser.get("/review")).text
    await a_peer(world, trust)
    await arrive(world, oru(None, pid=pid_of(a_person(700, family="Ashdown"), born="19330303")))
    await file_inbox(world.worker)
    page = (await browser.get("/review")).text
    assert "1 result in range" in page
    assert "1 to look at one by one" in page
    case = (await browser.get(await go(site, browser, "/review/one-by-one"))).text
    assert "A message that nobody could match may be about this person." in case
    assert re.findall(r'name="kind" value="([a-z_]+)"', case) == ["in_range", "repeat", "call", "refer"]
