"""Deciding about one case: what a note must say, who stands where on the next page, what a referral leaves behind."""

import re
from datetime import datetime
from uuid import UUID

import httpx
import msgspec
import pytest

from rms.audit.model import WORKER
from rms.followup import actions
from rms.messages.jobs import send_due
from rms.questionnaires.model import Answer
from rms.rehearsal.demo.answers import calm_answers
from tests.asked import FORM, asked, assignment_id_of
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import the
from tests.pages.site import Site
from tests.shell.messages.post_office import an_outbox
from tests.waiting_results import look_long, waiting_men

MEETING = "To the MDT of Thursday: PSA above the limit."


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def at_a_case(site: Site, trust: Trust) -> tuple[httpx.AsyncClient, str, str]:
    """A nurse at the first case: her browser, its address and its page."""
    browser = await site.signed_in(trust.organisation_id, trust.nurse.id)
    case = (await site.post(browser, "/review/one-by-one")).headers["location"]
    return browser, case, (await browser.get(case)).text


def token_of(page: str) -> str:
    return page.split('name="token" value="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("refer", "Say to whom you refer, or with whom you discuss it, and about what"),
     ("call", "Say whom you spoke to, and what was said")],
)  # fmt: skip
async def test_to_call_or_to_refer_without_a_word_about_it_is_refused_at_the_note(site, world, trust, kind, wanted):
    await waiting_men(world, trust, how_many=1, value="0.31")
    browser, case, page = await at_a_case(site, trust)
    for note in ("", "   "):
        answer = await site.post(browser, f"{case}/decide", {"kind": kind, "note": note, "token": token_of(page)})
        assert answer.status_code == 422
        assert re.search(rf'href="#note"[^>]*>\s*{wanted}', answer.text)
        assert "<title>Error: PSA: 0.31 ug/L" in answer.text
    assert await the(world, "select count(*) from decision where kind <> 'in_range'") == 0
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 1
    again = await site.post(browser, f"{case}/decide", {"kind": kind, "note": MEETING, "token": token_of(answer.text)})
    assert again.status_code == 303


async def test_the_next_page_says_above_the_bar_who_was_decided_and_that_it_is_somebody_else(site, world, trust):
    await waiting_men(world, trust, how_many=2, value="0.31")
    await world.as_owner("update patient set family_name = 'Brook' where id = (select max(id) from patient)")
    browser, case, page = await at_a_case(site, trust)
    decided = await site.post(browser, f"{case}/decide", {"kind": "refer", "note": MEETING, "token": token_of(page)})
    following = (await browser.get(decided.headers["location"])).text
    said = following.index("Decided just now, not about the person below:")
    assert said < following.index("ASHDOWN, Peter (Mr), PSA: referred or discussed") < following.index("rms-identity")
    assert "ASHDOWN" not in following[following.index("rms-identity") :]
    assert following.index("BROOK, Peter (Mr)") > following.index("rms-identity")
    assert 'name="note"' in following
    undo = re.findall(r'action="(/review/decisions/[^"]+/undo)"', following)
    assert len(undo) == 1
    assert (await site.post(browser, undo[0])).status_code == 303
    assert await the(world, "select count(*) from decision where undone_at is not null") == 1
    after = (await browser.get(decided.headers["location"])).text
    assert "Decided just now" not in after


async def test_a_referral_stands_on_the_page_of_the_person_until_somebody_says_what_came_of_it(site, world, trust):
    [man] = await waiting_men(world, trust, how_many=1, value="0.31")
    browser, case, page = await at_a_case(site, trust)
    await site.post(browser, f"{case}/decide", {"kind": "refer", "note": MEETING, "token": token_of(page)})
    here = f"/people/{await the(world, 'select ref from patient where id = $1', man.man.patient_id)}"
    shown = (await browser.get(here)).text
    standing = shown.split("rms-standing")[2].split("</div>")[0] if shown.count("rms-standing") > 1 else shown
    assert "rms-standing--referred" in shown
    assert re.search(r"<h1[^>]*>Referred: it is not known yet what came of it\.", shown), standing
    assert re.search(r"Referred or discussed on [^<]* by Nora Nurse: To the MDT of Thursday: PSA above the limit\."
                     r" Find out what came of it\. Next: Nora Nurse, by ", shown)  # fmt: skip
    ref: UUID = await the(world, "select ref from alert where rule_key = 'referred' and state = 'taken'")
    assert f'href="/alerts/{ref}" role="button"' in shown
    closed = await site.post(
        browser, f"/alerts/{ref}/close", {"outcome": "referred", "note": "Seen; a scan is booked."}
    )
    assert closed.status_code == 303
    assert "Referred: it is not known" not in (await browser.get(here)).text


async def test_undoing_a_referral_ends_what_stood_for_it(site, world, trust):
    await waiting_men(world, trust, how_many=1, value="0.31")
    browser, case, page = await at_a_case(site, trust)
    await site.post(browser, f"{case}/decide", {"kind": "refer", "note": MEETING, "token": token_of(page)})
    ref = await the(world, "select ref from decision where kind = 'refer'")
    assert (await site.post(browser, f"/review/decisions/{ref}/undo")).status_code == 303
    assert await the(world, "select array[state, outcome_note] from alert where rule_key = 'referred'") == [
        "closed",
        "The referral was undone.",
    ]
    assert await the(world, "select count(*) from alert where state <> 'closed' and rule_key <> 'referred'") == 1


async def test_answers_with_a_red_flag_are_headed_by_it_and_not_by_a_score_of_nothing(site, world, trust):
    man = await asked(world, trust)
    of = {"organisation_id": trust.organisation_id, "assignment_id": await assignment_id_of(world, man)}
    for item, text in (dict(calm_answers(FORM)[0]) | {"wellbeing": '{"type":"choice","code":"very-unwell"}'}).items():
        await actions.save_answer(world.web, **of, item=item, value=msgspec.json.decode(text, type=Answer), by=WORKER)
    await actions.submit_answers(world.web, **of, by=WORKER)
    browser, _, page = await at_a_case(site, trust)
    heading = re.search(r"<h1[^>]*>([^<]*)", page)
    assert heading is not None
    assert heading[1] == "Symptom check: needs a person: How you feel"
    assert page.index('id="flagged"') < page.index("Why it is here")
    assert "burden" not in page[: page.index('id="flagged"')]
    here = await the(world, "select ref from patient where id = $1", man.patient_id)
    shown = (await browser.get(f"/people/{here}")).text
    assert "rms-standing--urgent" in shown
    assert re.search(r"<h1[^>]*>Look soon: An answer of [^<]* needs a person: ", shown)


async def test_a_letter_that_nobody_has_printed_has_not_left(site, world, trust):
    await waiting_men(world, trust, how_many=1)
    browser = await site.signed_in(trust.organisation_id, trust.nurse.id)
    ten = (await site.post(browser, "/review/in-range")).headers["location"]
    await look_long(world)
    summary = (await site.post(browser, f"{ten}/confirm")).headers["location"]
    await world.move_civil_clock(16 / 1440)
    await send_due(world.worker, outbox=an_outbox({}))
    page = (await browser.get(summary)).text
    assert "1 letter to GP practices waits to be printed." in page
    assert "marked as printed" not in page
    await world.as_owner("update letter set printed_at = now(), printed_by = 'Nora Nurse'")
    assert "1 letter to GP practices: marked as printed." in (await browser.get(summary)).text


async def test_the_ten_stand_in_the_order_of_the_dates_that_are_shown(site, world, trust):
    await waiting_men(world, trust, how_many=3)
    await world.as_owner(
        "update result set sample_at = sample_at - interval '2 days' where id = (select max(id) from result)"
    )
    browser = await site.signed_in(trust.organisation_id, trust.nurse.id)
    page = (await browser.get((await site.post(browser, "/review/in-range")).headers["location"])).text
    taken = re.findall(
        r'data-label="Result"><span><strong>[^<]*</strong><br><span class="rms-small">([^<]+)</span>', page
    )
    days = [datetime.strptime(f"{one} +0000", "%d %b %Y %z").date() for one in taken]
    assert len(days) == 3
    assert days == sorted(days)
    assert days[0] < days[1]


async def test_undoing_a_page_of_ten_takes_back_no_decision_that_was_made_about_one_alone(site, world, trust):
    await waiting_men(world, trust, how_many=3)
    browser = await site.signed_in(trust.organisation_id, trust.nurse.id)
    ten = (await site.post(browser, "/review/in-range")).headers["location"]
    await look_long(world)
    summary = (await site.post(browser, f"{ten}/confirm")).headers["location"]
    single = re.findall(r'action="(/review/decisions/[^"]+/undo)"', (await browser.get(summary)).text)[0]
    await site.post(browser, single)
    _, case, page = await at_a_case(site, trust)
    alone = await site.post(browser, f"{case}/decide", {"kind": "call", "note": "He is well.", "token": token_of(page)})
    assert alone.status_code == 303
    await site.post(browser, f"{ten}/undo")
    assert await the(world, "select count(*) from decision where kind = 'call' and undone_at is null") == 1
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 2
    start = (await browser.get("/review")).text
    assert "2 results in range" in start
    assert "0 to look at one by one" in start
