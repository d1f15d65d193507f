"""A link shows nothing, bears five wrong dates, and says the same to everybody who is not let in."""

import asyncio
import re

import pytest

from tests.asked import link_of

from .conftest import BORN, Browser

pytestmark = pytest.mark.anyio

WRONG = {**BORN, "year": "1951"}
BOTS = (
    {"user-agent": "SafeLinksScanner/1.0"},
    {"sec-purpose": "prefetch;prerender", "purpose": "prefetch"},
    {"user-agent": "facebookexternalhit/1.1", "accept": "*/*"},
    {"x-moz": "prefetch"},
)


def same(text: str, locator: str) -> str:
    """A page without what must differ: its own address and the form's token."""
    return re.sub(r'value="[0-9a-f]{64}"', "", text.replace(locator, "LINK"))


async def state(world):
    tables = ("door_link", "assignment", "answer", "audit_entry", "door_session", "alert", "message")
    return [await world.as_owner(f"select count(*), max(t::text) from {name} t") for name in tables]


async def test_looking_at_a_link_shows_nothing_personal_and_changes_nothing(world, browsers, him):
    before = await state(world)
    browser = browsers()
    pages = [await browser.get(f"/r/{him.locator}"), await browser.get(f"/r/{him.locator}/you")]
    for page in pages:
        assert page.status_code == 200
        for word in ("Ashdown", "Peter", "Urology", "prostate", "Symptom", "1950", "cancer"):
            assert word not in page.text
    assert await state(world) == before


async def test_twenty_robots_at_once_and_then_the_man_himself(world, browsers, him):
    browser = browsers()
    asks = [browser.client.request(method, f"/r/{him.locator}{end}", headers=headers)
            for headers in BOTS for method in ("GET", "HEAD") for end in ("", "/you", "")]  # fmt: skip
    answers = await asyncio.gather(*asks)
    assert len(answers) >= 20
    assert all(answer.status_code in (200, 405) for answer in answers)
    page = await browsers().come_in(him.locator)
    assert "How have you felt" in page.text


async def test_the_way_in_leads_to_a_clean_address(world, browser, him):
    assert f'action="/r/{him.locator}/you"' in (await browser.get(f"/r/{him.locator}")).text
    answer = await browser.born(him.locator)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/questions/start"
    cookie = next(line for line in answer.headers.get_list("set-cookie") if "rms-person" in line)
    assert cookie.startswith("__Host-rms-person=")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute.lower() in cookie.lower()
    page = await browser.go(answer)
    assert him.locator not in page.text
    assert page.url.path == "/questions/start"
    assert 'href="/questions/q/wellbeing"' in page.text
    assert "Nobody reads your answers at night" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_wrong_unknown_used_over_and_worn_out_look_the_same(world, browsers, him):
    unknown = "A" * 22
    shown = [
        same((await browsers().born(unknown)).text, unknown),
        same((await browsers().born(him.locator, WRONG)).text, him.locator),
    ]
    assert (await browsers().born(him.locator, WRONG)).status_code == 422
    # The typed date is the one difference that the person makes themselves.
    shown[1] = shown[1].replace('value="1951"', 'value="1950"')
    newer = await link_of(world, him.man)
    replaced = await browsers().born(him.locator)
    await world.as_owner("update door_link set expires_at = made_at where ended_at is null")
    over = await browsers().born(newer)
    await world.as_owner(
        "update door_link set expires_at = made_at + interval '9 days', tries = 5 where ended_at is null"
    )
    worn_out = await browsers().born(newer)
    for answer in (replaced, over, worn_out):
        assert answer.status_code == 422
        assert "rms-person" not in str(answer.headers.get_list("set-cookie"))
    shown += [same(replaced.text, him.locator), same(over.text, newer), same(worn_out.text, newer)]
    assert len(set(shown)) == 1


async def test_two_hundred_wrong_guesses_at_once_are_five_tries(world, browsers, him):
    browser = browsers()
    page = await browser.get(f"/r/{him.locator}/you")
    fields = {f"born_on-{part}": value for part, value in WRONG.items()}
    answers = await asyncio.gather(*(browser.post(page, f"/r/{him.locator}/you", fields) for _ in range(200)))
    assert {answer.status_code for answer in answers} <= {422, 503}
    [tried] = await world.as_owner("select count(*) from audit_entry where verb = 'link.wrong_date'")
    assert tried["count"] == 5
    [link] = await world.as_owner("select tries, ended_why from door_link")
    assert (link["tries"], link["ended_why"]) == (5, "Too many wrong tries.")
    assert (await browsers().born(him.locator)).status_code == 422
    [alert] = await world.as_owner("select kind, team_id, sentence from alert where rule_key = 'link-locked'")
    assert (alert["kind"], alert["team_id"]) == ("chase", him.trust.team_id)


async def test_a_right_date_gives_the_tries_back(world, browsers, him):
    for _ in range(3):
        for _ in range(4):
            assert (await browsers().born(him.locator, WRONG)).status_code == 422
        assert (await browsers().born(him.locator)).status_code == 303


@pytest.mark.parametrize("born", [
    {"day": "", "month": "", "year": ""}, {"day": "31", "month": "2", "year": "1950"}, {"day": "3", "month": "4", "year": "50"},
    {"day": "x" * 5000, "month": "'; drop table answer; --", "year": "\x00\ufffd"}, {"day": "٣", "month": "4", "year": "1950"},
])  # fmt: skip
async def test_what_is_no_date_costs_no_try(world, browser, him, born):
    assert (await browser.born(him.locator, born)).status_code == 422
    assert (await world.as_owner("select tries from door_link"))[0]["tries"] == 0


@pytest.mark.parametrize("sql", [
    "update patient set death_state = 'formal', death_recorded_at = now()",
    "update patient set death_state = 'informal', death_recorded_at = now()",
    "insert into death (nhs_number, state, source, recorded_at) select nhs_number, 'formal', 'register', now() from patient",
    "update patient set messages_stopped_at = now(), messages_stopped_by = 'x', messages_stopped_why = 'x'",
    "update assignment set state = 'withdrawn', state_reason = 'The plan ended.'",
    "update occurrence set state = 'void', state_reason = 'x', closed_at = now(), closed_by_kind = 'staff'",
])  # fmt: skip
async def test_a_person_who_died_or_withdrew_is_not_asked_here_or_by_a_visit_that_runs(world, browsers, him, sql):
    inside = browsers()
    page = await inside.come_in(him.locator)
    await world.as_owner(sql)
    assert (await browsers().born(him.locator)).status_code == 422
    assert (await inside.get("/questions/q/wellbeing")).status_code == 410
    assert (await inside.post(page, "/questions/q/wellbeing", {"answer": "well"})).status_code == 410
    assert await world.as_owner("select id from answer") == []


async def test_a_cookie_that_somebody_planted_is_never_taken_over(world, browsers, him):
    browser = browsers()
    browser.client.cookies.set("__Host-rms-person", "planted" * 6, domain="rms.example.org")
    assert (await browser.get("/questions")).status_code == 401
    await browser.come_in(him.locator)
    thief = browsers()
    thief.client.cookies.set("__Host-rms-person", "planted" * 6, domain="rms.example.org")
    assert (await thief.get("/questions")).status_code == 401


async def test_without_the_forms_token_nothing_is_tried(world, browser, him):
    fields = {f"born_on-{part}": value for part, value in BORN.items()}
    assert (await browser.client.post(f"/r/{him.locator}/you", data=fields)).status_code == 403
    assert (await world.as_owner("select tries from door_link"))[0]["tries"] == 0


async def test_a_page_behind_a_link_names_the_trust_that_asks_before_anybody_types_a_date(world, browsers, him):
    await world.as_owner(
        "insert into organisation (code, name, phone) values ('RBB', 'South Hospital', '01632 960009')"
    )
    before = await state(world)
    for end in ("", "/you", "/new", "/not-me"):
        page = await browsers().get(f"/r/{him.locator}{end}")
        assert "North Hospital" in page.text, end
        assert "South Hospital" not in page.text
        assert "Urology" not in page.text
    assert await state(world) == before
    replaced = him.locator
    await link_of(world, him.man)
    assert "North Hospital" in (await browsers().get(f"/r/{replaced}")).text
    assert "North Hospital" in (await browsers().born(replaced, WRONG)).text


async def test_a_link_that_is_nobodys_names_no_trust_where_a_host_has_several(world, browsers, him):
    del him
    await world.as_owner(
        "insert into organisation (code, name, phone) values ('RBB', 'South Hospital', '01632 960009')"
    )
    page = await Browser(browsers().client).get(f"/r/{'A' * 22}")
    assert "North Hospital" not in page.text
    assert "Your hospital</strong> sent you a message" in page.text
    assert "Call the number in our message" in page.text


async def test_whoever_is_turned_away_is_told_what_to_try_next(browsers, him):
    asked_first = (await browsers().get(f"/r/{him.locator}")).text
    assert "may be an old link" not in asked_first
    turned_away = (await browsers().born(him.locator, WRONG)).text
    assert "Open the newest message from us" in turned_away
    no_date = (await browsers().born(him.locator, {**BORN, "month": "13"})).text
    assert "may be an old link" not in no_date
