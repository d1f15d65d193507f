"""What a person tells us becomes somebody's task, closes nothing, ends nothing, and counts once when it is sent twice."""

import asyncio
import re
from datetime import date, timedelta

import pytest

from rms.plans.moves.hearing import waits_until

from .conftest import BORN, Asked, Browser, person_link

pytestmark = pytest.mark.anyio


async def rows(world, sql, *values):
    return [tuple(row.values()) for row in await world.as_owner(sql, *values)]


@pytest.fixture
async def inside(world, browser, him) -> Browser:
    await browser.come_in(await person_link(world, him))
    return browser


async def send(browser: Browser, path: str, fields: dict[str, str]):
    return await browser.post(await browser.get(path), path, fields)


def day(on: date) -> dict[str, str]:
    return {"on-day": str(on.day), "on-month": str(on.month), "on-year": str(on.year)}


async def test_a_worry_is_an_alert_to_act_on_today_once(world, inside, him: Asked):
    page = await inside.get("/symptoms")
    assert "01632 960001" in page.text
    assert "111" in page.text
    assert "unable to pee" in page.text
    words = {"words": "My legs <i>tingle</i>"}
    answers = await asyncio.gather(*(inside.post(page, "/symptoms", words) for _ in range(4)))
    assert all("We have told your team" in answer.text for answer in answers)
    [(kind, team, patient, sentence)] = await rows(
        world, "select kind, team_id, patient_id, sentence from alert where rule_key = 'symptom-worry'"
    )
    assert (kind, team, patient) == ("act_today", him.trust.team_id, him.man.patient_id)
    assert "My legs <i>tingle</i>" in sentence
    assert await rows(world, "select count(*) from alert_cause") == [(1,)]
    await inside.post(page, "/symptoms", {"words": ""})
    assert await rows(world, "select count(*) from alert_cause") == [(2,)]


async def test_whether_we_are_here_comes_from_the_hours_of_the_team(world, inside, him):
    async with world.web.transaction() as tx:
        today, tomorrow = (f"{tx.today + timedelta(days=n):%A}" for n in (0, 1))
    not_known = "If nobody answers and it cannot wait, call 111. In an emergency call 999."
    for hours, now in (
        (f"{today}, 00:00 to 23:59, including bank holidays", "We are here now, until 11:59pm. Please call us."),
        (f"{tomorrow}, 9am to 5pm, including bank holidays", f"We answer the phone again from 9am on {tomorrow}"),
        ("Ask Sue", not_known), (None, not_known),
    ):  # fmt: skip
        await world.as_owner("update team set phone_hours = $1", hours)
        page = (await inside.get("/symptoms")).text
        assert now in page
        assert ("5pm" in page) == ("5pm" in (hours or ""))
        assert (hours or "") in page


async def test_a_worry_can_be_told_from_the_questions_too_and_without_a_signed_list(world, browser, him):
    await browser.come_in(him.locator)
    await world.as_owner(
        "update questionnaire_sign_off set withdrawn_at = now(), withdrawn_by_staff_id = signed_by_staff_id"
    )
    page = await browser.get("/symptoms")
    assert "unable to pee" not in page.text
    assert "I am worried about a symptom" in page.text
    assert "We have told your team" in (await browser.post(page, "/symptoms", {"words": "x" * 500})).text
    long = await browser.post(page, "/symptoms", {"words": "x" * 501})
    assert long.status_code == 422
    assert "500 characters or fewer" in long.text


async def test_i_had_my_blood_test_moves_the_next_look_by_at_most_the_steps_days_and_closes_nothing(world, inside, him):
    [(occurrence, act_on, stage)] = await rows(
        world, "select o.id, c.act_on, c.stage from occurrence o join calendar c on c.occurrence_id = o.id"
        " where o.kind = 'test' and o.state = 'open' order by o.due_on limit 1",
    )  # fmt: skip
    async with world.web.transaction() as tx:
        today = tx.today
    wanted = {"which": "blood test", "place": "gp"}
    for _ in range(5):
        answer = await send(inside, "/tell-us/test", {**wanted, **day(today)})
        assert "Thank you for telling us" in answer.text
    [(state, look, at)] = await rows(
        world, "select o.state, c.act_on, c.stage from occurrence o join calendar c on c.occurrence_id = o.id where o.id = $1",
        occurrence,
    )  # fmt: skip
    assert (state, at) == ("open", stage)
    assert act_on <= look <= act_on + timedelta(days=21)
    assert look == max(act_on, min(today + timedelta(days=7), act_on + timedelta(days=21)))
    said = await rows(
        world, "select what, detail from occurrence_event where occurrence_id = $1 and what = 'had it'", occurrence
    )
    assert said == [("had it", today.isoformat())] * 5
    assert await rows(world, "select count(*) from alert") == [(0,)]


async def test_i_have_booked_it_is_noted_once_and_moves_the_next_look_no_further_than_the_step_allows(
    world, inside, him
):
    [(occurrence, act_on, stage, slack)] = await rows(
        world, "select o.id, c.act_on, c.stage, o.latest_on - o.due_on from occurrence o"
        " join calendar c on c.occurrence_id = o.id where o.kind = 'test' and o.state = 'open' order by o.due_on limit 1",
    )  # fmt: skip
    async with world.web.transaction() as tx:
        far = tx.today + timedelta(days=200)
    for _ in range(3):
        answer = await send(inside, "/tell-us/booked", {"which": "blood test", **day(far)})
        assert "Thank you for telling us" in answer.text
    [(state, look, at)] = await rows(
        world, "select o.state, c.act_on, c.stage from occurrence o join calendar c on c.occurrence_id = o.id where o.id = $1",
        occurrence,
    )  # fmt: skip
    assert (state, at) == ("open", stage)
    assert act_on <= look <= act_on + timedelta(days=slack)
    noted = await rows(world, "select what, by_whom, on_date, noted_by_staff_id from test_arrangement")
    assert noted == [("booked", "person", far, None)]
    assert await rows(world, "select count(*) from alert") == [(0,)]


async def test_the_day_may_be_left_out_and_may_not_lie_in_the_past(world, inside):
    answer = await send(inside, "/tell-us/booked", {"which": "blood test"})
    assert "Thank you for telling us" in answer.text
    assert await rows(world, "select what, on_date from test_arrangement") == [("booked", None)]
    async with world.web.transaction() as tx:
        past = tx.today - timedelta(days=1)
    answer = await send(inside, "/tell-us/booked", {"which": "blood test", **day(past)})
    assert answer.status_code == 422
    assert "The date of the appointment must be" in answer.text


async def test_a_booking_that_no_step_waits_for_is_asked_after(world, inside):
    await send(inside, "/tell-us/booked", {"which": "scan"})
    [(kind, sentence)] = await rows(world, "select kind, sentence from alert where rule_key = 'booked-it'")
    assert kind == "chase"
    assert sentence.startswith("Says that they have booked a scan. No step of the plan waits for one")


@pytest.mark.parametrize(("which", "place", "ago", "because"), [
    ("blood test", "elsewhere", 0, "somewhere else"),
    ("blood test", "gp", 30, "more than a week ago"),
    ("scan", "ours", 1, "No step of the plan waits for one"),
])  # fmt: skip
async def test_what_may_not_reach_us_by_itself_is_looked_for(world, inside, which, place, ago, because):
    async with world.web.transaction() as tx:
        on = tx.today - timedelta(days=ago)
    await send(inside, "/tell-us/test", {"which": which, "place": place, **day(on)})
    [(kind, sentence)] = await rows(world, "select kind, sentence from alert where rule_key = 'had-it'")
    assert kind == "chase"
    assert because in sentence


async def test_a_test_in_the_future_or_without_a_place_is_a_sentence(world, inside):
    async with world.web.transaction() as tx:
        tomorrow = tx.today + timedelta(days=1)
    answer = await send(inside, "/tell-us/test", {"which": "blood test", **day(tomorrow)})
    assert answer.status_code == 422
    for words in ("must be today or in the past", "Choose where you had the test"):
        assert words in answer.text


@pytest.mark.parametrize(("planned", "had", "days", "wanted"), [
    # stands, planned, had, at most: the day of the next look
    (date(2027, 3, 10), date(2027, 3, 8), 21, date(2027, 3, 15)),
    (date(2027, 3, 10), date(2027, 3, 1), 21, date(2027, 3, 10)),
    (date(2027, 3, 10), date(2027, 3, 30), 21, date(2027, 3, 31)),
    (date(2027, 3, 10), date(2027, 3, 9), 3, date(2027, 3, 13)),
    (None, date(2027, 3, 9), 21, date(2027, 3, 10)),
])  # fmt: skip
def test_how_long_the_next_look_waits(planned, had, days, wanted):
    assert waits_until(date(2027, 3, 10), planned_on=planned, had_on=had, days=days) == wanted


@pytest.mark.parametrize(("path", "words", "rule", "kind"), [
    ("/tell-us/moved", "2 New Road\nNewtown NT1 2AB", "moved", "fix_data"),
    ("/tell-us/no-more", "I feel well.", "declines", "look_soon"),
    ("/tell-us/no-more", "", "declines", "look_soon"),
])  # fmt: skip
async def test_moved_and_no_more_go_to_staff_and_change_nothing(world, inside, path, words, rule, kind):
    before = await rows(world, "select p.state, m.messages_stopped_at, c.value from plan p, patient m, contact_point c")
    for _ in range(2):
        assert (await send(inside, path, {"words": words})).status_code == 200
    [(found, sentence)] = await rows(world, "select kind, sentence from alert where rule_key = $1", rule)
    assert found == kind
    assert words.splitlines()[0] in sentence if words else True
    assert before == await rows(
        world, "select p.state, m.messages_stopped_at, c.value from plan p, patient m, contact_point c"
    )
    if path == "/tell-us/moved":
        assert (await send(inside, path, {"words": " "})).status_code == 422


async def test_stop_texts_sends_letters_instead_also_of_what_waits(world, inside, him):
    waiting = "select channel, purpose from message where state = 'queued' and recipient = 'person' order by 1, 2"
    # The welcome goes as a letter too, so that its text is one too many.
    assert await rows(world, waiting) == [
        ("letter", "plan_started"), ("sms", "plan_started"), ("sms", "questionnaire_invite")]  # fmt: skip
    assert (await send(inside, "/stop-texts", {})).status_code == 422
    assert (await send(inside, "/stop-texts", {"sure": "no"})).headers["location"] == "/your-pages"
    assert await rows(world, "select prefers from patient") == [("sms",)]
    for _ in range(2):
        assert "Texts have stopped" in (await send(inside, "/stop-texts", {"sure": "yes"})).text
    assert await rows(world, "select prefers from patient") == [("letter",)]
    assert await rows(world, waiting) == [("letter", "plan_started"), ("letter", "questionnaire_invite")]
    assert await rows(world, "select state, state_reason from message where channel = 'sms' and cause_kind <> 'decision'") == [
        ("void", "The person wants no texts.")]  # fmt: skip
    assert await rows(world, "select count(*) from alert") == [(0,)]
    assert await rows(world, "select messages_stopped_at from patient") == [(None,)]


async def test_stop_texts_without_an_address_asks_staff_for_one(world, inside):
    await world.as_owner("update contact_point set valid_until = now() where kind = 'post'")
    await send(inside, "/stop-texts", {"sure": "yes"})
    assert await rows(world, "select prefers from patient") == [("phone",)]
    assert await rows(world, "select rule_key from alert") == [("no-address",)]


async def test_this_is_not_me_stops_the_link_and_tells_the_team(world, browsers, him):
    browser = browsers()
    path = f"/r/{him.locator}/not-me"
    assert (await send(browser, path, {})).status_code == 422
    assert (await send(browser, path, {"whose": "mine"})).headers["location"] == f"/r/{him.locator}"
    assert (await browsers().born(him.locator)).status_code == 303
    for _ in range(2):
        done = await send(browser, path, {"whose": "not_mine"})
        assert "Thank you for telling us" in done.text
        for word in ("Ashdown", "Peter", "Urology", "prostate"):
            assert word not in done.text
    assert (await browsers().born(him.locator)).status_code == 422
    [(kind, sentence)] = await rows(world, "select kind, sentence from alert where rule_key = 'not-me'")
    assert kind == "fix_data"
    assert "not for them" in sentence
    unknown = await send(browser, f"/r/{'A' * 22}/not-me", {"whose": "not_mine"})
    assert unknown.status_code == 200


async def test_a_new_link_goes_to_the_contact_on_record_and_only_for_the_right_date(world, browsers, him):
    await world.as_owner("update door_link set tries = 5")
    browser, new = browsers(), f"/r/{him.locator}/new"
    right = {f"born_on-{part}": value for part, value in BORN.items()}
    shown = [
        await send(browser, new, {**right, "born_on-year": "1951"}),
        await send(browser, f"/r/{'A' * 22}/new", right),
    ]
    assert await rows(world, "select count(*) from message where purpose = 'new_link'") == [(0,)]
    for _ in range(3):
        shown.append(await send(browser, new, right))
    assert {answer.text for answer in shown} == {shown[0].text}
    sent = await rows(world, "select recipient, channel, cause_kind, cause_id from message where purpose = 'new_link'")
    assert sent == [("person", "sms", "assignment", him.assignment_id)]
    for _ in range(5):
        await world.as_owner("update message set state = 'accepted' where purpose = 'new_link'")
        await send(browser, new, right)
    assert await rows(world, "select count(*) from message where purpose = 'new_link'") == [(3,)]


async def test_the_day_given_as_an_example_could_be_typed(world, inside):
    async with world.web.transaction() as tx:
        today = tx.today
    for path, ahead in (("/tell-us/test", False), ("/tell-us/booked", True)):
        found = re.search(r"For example, (\d+) (\d+) (\d{4})\.", (await inside.get(path)).text)
        assert found is not None
        shown = date(int(found[3]), int(found[2]), int(found[1]))
        assert (shown > today) is ahead


@pytest.mark.parametrize(
    "path", ["/your-pages", "/symptoms", "/tell-us", "/tell-us/test", "/stop-texts", "/code", "/follow-up"]
)
async def test_without_a_visit_every_page_is_kindly_closed(browser, him, path):
    del him
    page = await browser.get(path)
    assert page.status_code == 401
    assert "Open the link in our message" in page.text


async def test_a_form_left_open_over_night_says_so_and_does_nothing(world, inside):
    page = await inside.get("/symptoms")
    await world.as_owner("update door_session set last_seen_at = clock_timestamp() - interval '9 hours'")
    answer = await inside.post(page, "/symptoms", {"words": "pain"})
    assert answer.status_code == 401
    assert "may not be saved" in answer.text
    assert await rows(world, "select count(*) from alert") == [(0,)]


async def test_a_link_in_another_browser_is_another_visit(world, browsers, him):
    locator = await person_link(world, him)
    first, second = browsers(), browsers()
    await first.come_in(locator)
    assert (await second.get("/your-pages")).status_code == 401
    await second.come_in(locator)
    assert (await first.get("/your-pages")).status_code == 200
    assert (await second.get("/your-pages")).status_code == 200


async def test_a_locked_link_to_ones_own_pages_tells_the_team(world, browsers, him):
    locator = await person_link(world, him)
    for _ in range(5):
        assert (await browsers().born(locator, {**BORN, "year": "1951"})).status_code == 422
    assert (await browsers().born(locator)).status_code == 422
    [(sentence,)] = await rows(world, "select sentence from alert where rule_key = 'link-locked'")
    assert "the link to their own pages" in sentence
