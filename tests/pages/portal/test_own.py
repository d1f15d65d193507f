"""What is the person's own is behind a code, and a result is shown only when a nurse has released it."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from rms.alerts.moves import DecisionKind
from rms.followup import actions
from rms.portal.presenters.words import in_words
from tests.asked import asked
from tests.cast import a_trust
from tests.followed import Followed, file_psa

from .conftest import Asked, Browser, code_of, person_link, see

pytestmark = pytest.mark.anyio

OWN = ("/follow-up", "/follow-up/results/00000000-0000-4000-8000-000000000000")


async def rows(world, sql, *values):
    return [tuple(row.values()) for row in await world.as_owner(sql, *values)]


async def in_by_his_link(world, browser: Browser, him: Asked) -> Browser:
    await browser.come_in(await person_link(world, him))
    return browser


async def file(world, him: Asked, value: str, *, days_ago: int = 1, **more):
    """A PSA of his, some days before today."""
    async with world.web.transaction() as tx:
        today = tx.today
    man = Followed(trust=him.trust, patient_id=him.man.patient_id, plan_id=him.man.plan_id, today=today)
    return await file_psa(world, man, value, on=today - timedelta(days=days_ago), **more)


async def decide(world, him: Asked, result_id: int, kind: DecisionKind = DecisionKind.IN_RANGE) -> int:
    return await actions.decide(world.web, organisation_id=him.trust.organisation_id, subject_kind="result",
                                subject_id=result_id, kind=kind, by=him.trust.nurse)  # fmt: skip


async def today_of(world):
    async with world.web.transaction() as tx:
        return tx.today


async def pass_undo(world) -> None:
    await world.move_civil_clock(1 / 48)


async def test_seeing_needs_a_code_and_answering_does_not(world, browser, him):
    page = await browser.come_in(him.locator)
    assert "How have you felt" in page.text
    for path in OWN:
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/code")
    page = await browser.get("/code")
    assert "ends in 001" in page.text
    assert "07700" not in page.text
    assert await rows(world, "select count(*) from one_time_code") == [(0,)]
    shown = await see(world, browser)
    assert shown.url.path == "/follow-up"
    assert "How we follow you up" in shown.text
    assert "How we follow you up" in shown.text
    assert "Peter Ashdown" in shown.text
    assert "Next: " in shown.text
    # The questions go on in the same visit.
    assert (await browser.get("/questions/q/wellbeing")).status_code == 200
    [(purpose, channel, facts)] = await rows(
        world, "select purpose, channel, facts from message where cause_kind = 'code'"
    )
    assert (purpose, channel, facts) == ("code", "sms", {})


async def test_who_gets_the_appointment_sent_is_not_asked_to_book(world, browser, him):
    await browser.come_in(him.locator)
    page = await see(world, browser)
    assert "I have booked it" in page.text
    await world.as_owner("update occurrence set facts = facts || '{\"booked_by_hospital\": true}', due_on = due_on + 400,"
                         " latest_on = latest_on + 400 where kind = 'test'")  # fmt: skip
    page = await browser.get("/follow-up")
    assert "We send you the appointment." in page.text
    assert "I have an appointment" in page.text
    assert "I have booked it" not in page.text
    assert "If you have none yet, call us." not in page.text
    await world.as_owner(
        "update occurrence set due_on = due_on - 800, earliest_on = earliest_on - 800 where kind = 'test'"
    )
    assert "If you have none yet, call us." in (await browser.get("/follow-up")).text


async def test_a_right_code_begins_a_new_session_and_works_once(world, browser, him):
    await in_by_his_link(world, browser, him)
    before = browser.client.cookies["__Host-rms-person"]
    entering = await browser.go(await browser.post(await browser.get("/code"), "/code"))
    code = await code_of(world)
    spaced = f" {code[:3]} {code[3:]} "
    assert (await browser.post(entering, "/code/enter", {"code": spaced})).headers["location"] == "/follow-up"
    assert browser.client.cookies["__Host-rms-person"] != before
    old = Browser(httpx.AsyncClient(transport=browser.client._transport, base_url=browser.client.base_url))
    old.client.cookies.set("__Host-rms-person", before, domain="rms.example.org")
    assert (await old.get("/follow-up")).status_code == 401
    again = await browser.post(await browser.get("/code/enter"), "/code/enter", {"code": code})
    assert "does not work any more" in again.text
    assert [row[0] for row in await rows(world, "select details->>'outcome' from audit_entry where verb = 'code.try'")] == [
        "right", "no_code"]  # fmt: skip


async def test_five_wrong_codes_end_it_and_a_hundred_at_once_are_five(world, browser, him):
    await in_by_his_link(world, browser, him)
    entering = await browser.go(await browser.post(await browser.get("/code"), "/code"))
    code = await code_of(world)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    tries = [browser.post(entering, "/code/enter", {"code": wrong}) for _ in range(40)]
    answers = await asyncio.gather(*tries)
    assert {answer.status_code for answer in answers} <= {422, 503}
    assert await rows(world, "select tries from one_time_code") == [(5,)]
    assert (await browser.post(entering, "/code/enter", {"code": code})).status_code == 422
    [(kind, sentence)] = await rows(world, "select kind, sentence from alert where rule_key = 'code-locked'")
    assert kind == "chase"
    assert "phone the person" in sentence


async def test_a_new_code_kills_the_old_one_and_only_so_many_are_sent(world, browser, him):
    await in_by_his_link(world, browser, him)
    page = await browser.get("/code")
    await browser.post(page, "/code")
    first = await code_of(world)
    entering = await browser.go(await browser.post(page, "/code"))
    second = await code_of(world)
    if first != second:
        assert (await browser.post(entering, "/code/enter", {"code": first})).status_code == 422
    assert await rows(world, "select state from message where cause_kind = 'code' order by id") == [
        ("void",),
        ("queued",),
    ]
    for _ in range(3):
        await browser.post(page, "/code")
    refused = await browser.post(page, "/code")
    assert "We have sent you several codes" in refused.text
    assert await rows(world, "select count(*) from one_time_code") == [(5,)]


@pytest.mark.parametrize("sql", [
    "update one_time_code set expires_at = clock_timestamp() - interval '1 second'",
    "update one_time_code set session_hash = sha256('another visit')",
    "update patient set death_state = 'informal', death_recorded_at = now()",
])  # fmt: skip
async def test_a_code_that_is_over_or_of_another_visit_or_of_the_dead_opens_nothing(world, browser, him, sql):
    await in_by_his_link(world, browser, him)
    entering = await browser.go(await browser.post(await browser.get("/code"), "/code"))
    code = await code_of(world)
    await world.as_owner(sql)
    answer = await browser.post(entering, "/code/enter", {"code": code})
    assert answer.status_code == 422
    assert (await browser.get("/follow-up")).status_code in (303, 401)
    if "death" in sql:
        for path in ("/your-pages", "/symptoms", "/tell-us/test"):
            assert (await browser.get(path)).status_code == 401


async def test_somebody_without_mobile_and_email_is_told_to_call(world, browser, him):
    await in_by_his_link(world, browser, him)
    await world.as_owner("update contact_point set valid_until = now() where kind = 'mobile'")
    page = await browser.get("/code")
    assert "We cannot send you a code" in page.text
    assert 'action="/code"' not in page.text


async def test_a_result_is_shown_only_after_a_review_that_can_no_longer_be_undone(world, browser, him):
    filed = await file(world, him, "0.06")
    await in_by_his_link(world, browser, him)
    page = await see(world, browser)
    assert "A nurse is looking at it. We tell you about it by" in page.text
    [(ref,)] = await rows(world, "select ref from result where id = $1", filed.result_id)
    own = f"/follow-up/results/{ref}"
    looking = await browser.get(own)
    assert "A nurse is looking at it" in looking.text
    assert "0.06" not in looking.text
    await decide(world, him, filed.result_id)
    assert "0.06" not in (await browser.get(own)).text
    await pass_undo(world)
    shown = await browser.get(own)
    assert "The result is what we expect for you" in shown.text
    assert "0.06" in shown.text
    assert "goes above 0.2" in shown.text
    assert "<svg" in shown.text
    assert "the result is what we expect for you" in (await browser.get("/follow-up")).text


async def test_out_of_range_cannot_tell_called_set_aside_corrected_and_undone_are_never_shown(world, browser, him):
    """Whatever becomes of them, no number of theirs is in any page."""
    high = await file(world, him, "7.31", days_ago=5)
    await decide(world, him, high.result_id, DecisionKind.CALL)
    bound = await file(world, him, "3.17", days_ago=4, comparator="<")
    # A decision that should never have been possible: the page does not trust it either.
    await world.as_owner(
        "insert into decision (organisation_id, patient_id, subject_kind, subject_id, kind, decided_at, decided_by_staff_id,"
        " takes_effect_at) values ($1, $2, 'result', $3, 'in_range', now(), $4, now() - interval '1 day')",
        him.trust.organisation_id, him.man.patient_id, bound.result_id, him.trust.nurse.id,
    )  # fmt: skip
    await world.as_owner("update result set review_state = 'reviewed' where id = $1", bound.result_id)
    undone = await file(world, him, "0.0417", days_ago=3)
    decision = await decide(world, him, undone.result_id)
    await actions.undo(world.web, organisation_id=him.trust.organisation_id, decision_id=decision, by=him.trust.nurse)
    history = await file(world, him, "0.0531", days_ago=2)
    await decide(world, him, history.result_id)
    await world.as_owner("update result set is_history = true where id = $1", history.result_id)
    await pass_undo(world)
    await in_by_his_link(world, browser, him)
    texts = [(await see(world, browser)).text]
    for (ref,) in await rows(world, "select ref from result"):
        texts.append((await browser.get(f"/follow-up/results/{ref}")).text)
    for text in texts:
        for number in ("7.31", "3.17", "0.0417", "0.0531"):
            assert number not in text
    assert any("wants to talk to you about it" in text for text in texts)


@pytest.mark.parametrize(("kind", "says"), [
    (DecisionKind.REFER, "wants to talk to you about it"), (DecisionKind.RECURRENCE, "wants to talk to you about it"),
    (DecisionKind.CALL, "wants to talk to you about it"), (DecisionKind.REPEAT, "would like you to have this test once more"),
])  # fmt: skip
async def test_what_is_not_in_range_is_told_by_a_person_and_the_page_says_so_once_it_stands(
    world, browser, him, kind, says
):
    filed = await file(world, him, "7.31")
    await in_by_his_link(world, browser, him)
    decision = await decide(world, him, filed.result_id, kind)
    [(ref,)] = await rows(world, "select ref from result where id = $1", filed.result_id)
    addresses = ("/follow-up", f"/follow-up/results/{ref}")
    await see(world, browser)
    for address in addresses:
        page = (await browser.get(address)).text
        assert "A nurse is looking at it" in page
        assert says not in page, "it could still be undone"
    await pass_undo(world)
    for address in addresses:
        page = (await browser.get(address)).text
        assert says in page
        assert "A nurse is looking at it" not in page
        assert "when a nurse has looked at it" not in page
        for word in ("7.31", "refer", "recurrence", "suspect"):
            assert word not in page
    about = "recipient = 'person' and cause_kind = 'decision' and cause_id = $1"
    texts = await rows(world, f"select channel, purpose from message where {about}", decision)
    assert texts == ([("sms", "repeat_test")] if kind is DecisionKind.REPEAT else [])


async def test_nothing_on_the_page_contradicts_a_test_that_is_late_or_was_had(world, browser, him):
    filed = await file(world, him, "0.06", days_ago=90)
    await decide(world, him, filed.result_id)
    await pass_undo(world)
    await world.as_owner(
        "update occurrence set due_on = $1::date - 10, earliest_on = $1::date - 40 where kind = 'test' and state = 'open'",
        await today_of(world),
    )
    await in_by_his_link(world, browser, him)
    page = (await see(world, browser)).text
    assert "Please have it as soon as you can" in page
    assert "You do not need to do anything about this result" in page
    for contradicts in ("You do not need to do anything now", "We remind you before it is due"):
        assert contradicts not in page
    form = await browser.get("/tell-us/test")
    on = await today_of(world) - timedelta(days=2)
    told = {
        "which": "blood test",
        "place": "gp",
        "on-day": str(on.day),
        "on-month": str(on.month),
        "on-year": str(on.year),
    }
    assert "Thank you for telling us" in (await browser.post(form, "/tell-us/test", told)).text
    page = (await browser.get("/follow-up")).text
    assert f"You told us that you had it on {in_words(on)}." in page
    assert f"heard nothing by {in_words(on + timedelta(weeks=3))}" in page
    for contradicts in ("as soon as you can", "Call your GP surgery", "nothing has come back yet"):
        assert contradicts not in page


async def test_one_link_has_one_day_in_the_text_and_on_every_page(world, browser, him):
    on = await today_of(world) + timedelta(days=5)
    await world.as_owner(
        "update message set facts = facts || jsonb_build_object('due_on', $1::text) where purpose ^@ 'questionnaire_'",
        on.isoformat(),
    )
    day = in_words(on)
    await browser.come_in(him.locator)
    start = await browser.get("/questions/start")
    assert f"Please answer by {day}." in start.text
    await world.move_civil_clock(2)
    own = await see(world, browser)
    assert f"Please answer by {day}." in own.text
    [(title,)] = await rows(world, "select title from occurrence where id = $1", him.man.occurrence_id)
    assert f">{title}<br>Please answer by {day}." in own.text, "in the list of dates as well"
    stopped = await browser.post(await browser.get("/questions/q/wellbeing"), "/questions/later")
    assert f"Please answer by {day}." in stopped.text
    [(closes_on,)] = await rows(world, "select closes_on from assignment")
    for page in (start, own, stopped):
        assert in_words(closes_on) not in page.text
        assert "as soon as you can" not in page.text.split("Next: ")[0]


async def test_after_the_day_it_says_that_an_answer_still_counts(world, browser, him):
    await world.as_owner("update message set facts = facts || jsonb_build_object('due_on', $1::text)",
                         (await today_of(world) - timedelta(days=1)).isoformat())  # fmt: skip
    await browser.come_in(him.locator)
    assert "You can still answer." in (await browser.get("/questions/start")).text


async def test_from_his_own_pages_he_answers_what_he_was_asked(world, browser, him):
    await in_by_his_link(world, browser, him)
    page = await see(world, browser)
    [(ref,)] = await rows(world, "select ref from assignment")
    assert f'action="/follow-up/questions/{ref}"' in page.text
    assert "Please have it" not in page.text.split("Next: Questions")[-1].split("</h2>")[0]
    before = browser.client.cookies["__Host-rms-person"]
    start = await browser.go(await browser.post(page, f"/follow-up/questions/{ref}"))
    assert start.url.path == "/questions/start"
    assert browser.client.cookies["__Host-rms-person"] != before
    assert (await browser.get("/follow-up")).status_code == 200, "no second code is wanted"
    assert (await browser.answer("wellbeing", "well")).status_code == 303


async def test_nobody_answers_what_somebody_else_was_asked_nor_without_a_code(world, browsers, him):
    [(ref,)] = await rows(world, "select ref from assignment")
    without = await in_by_his_link(world, browsers(), him)
    hub = await without.get("/your-pages")
    assert (await without.post(hub, f"/follow-up/questions/{ref}")).headers["location"] == "/code"
    await see(world, without)
    other = await a_trust(world, code="RBB", name="South Hospital")
    another = await asked(world, other)
    [(theirs,)] = await rows(world, "select ref from assignment where patient_id = $1", another.patient_id)
    page = await without.get("/follow-up")
    assert (await without.post(page, f"/follow-up/questions/{theirs}")).status_code == 404
    await world.as_owner("update assignment set state = 'expired', state_reason = 'x' where ref = $1", ref)
    assert (await without.post(page, f"/follow-up/questions/{ref}")).status_code == 404
    assert "We have not sent it to you yet." in (await without.get("/follow-up")).text


async def test_nobody_sees_a_result_of_somebody_else(world, browsers, him):
    other = await file(world, him, "0.06")
    await decide(world, him, other.result_id)
    await pass_undo(world)
    [(ref,)] = await rows(world, "select ref from result where id = $1", other.result_id)
    thief = browsers()
    assert (await thief.get(f"/follow-up/results/{ref}")).status_code == 401
    mine = await in_by_his_link(world, browsers(), him)
    assert (await mine.get(f"/follow-up/results/{ref}")).status_code == 303
    await see(world, mine)
    assert (await mine.get("/follow-up/results/00000000-0000-4000-8000-000000000000")).status_code == 404


@pytest.mark.parametrize(("state", "words"), [
    ("state = 'paused', state_reason = 'x', state_until = null, still_since = current_date", "Your follow-up is paused"),
    ("state = 'held', held_from = 'active', state_reason = 'x'", "paused while we check something"),
    ("state = 'ended', ended_at = now(), ended_by_staff_id = started_by_staff_id, outcome = 'completed'", "has finished"),
])  # fmt: skip
async def test_a_plan_that_stands_still_says_so(world, browser, him, state, words):
    await in_by_his_link(world, browser, him)
    await world.as_owner(f"update plan set {state}")
    page = await see(world, browser)
    assert words in page.text
    assert "Next: " not in page.text


@pytest.mark.parametrize("name", ["أحمد عبد الرحمن", "O’Brien-D'Arcy", "<b>Bold</b>", "N" * 80, "Zoë "])
async def test_any_name_is_shown_as_text(world, browser, him, name):
    await in_by_his_link(world, browser, him)
    await world.as_owner("update patient set given_names = $1", name.strip())
    page = await see(world, browser)
    assert page.status_code == 200
    assert "<b>Bold" not in page.text
    assert "<bdi>" in page.text


async def test_no_get_of_ones_own_changes_more_than_the_log_of_looks(world, browser, him):
    await in_by_his_link(world, browser, him)
    await see(world, browser)
    tables = ("door_link", "one_time_code", "alert", "message", "occurrence", "calendar", "patient", "plan")
    before = [await world.as_owner(f"select t::text from {table} t order by 1") for table in tables]
    for path in (*OWN, "/code", "/code/enter", "/your-pages", "/symptoms", "/tell-us", "/tell-us/test", "/stop-texts"):
        assert (await browser.get(path)).status_code in (200, 303, 404)
    assert [await world.as_owner(f"select t::text from {table} t order by 1") for table in tables] == before


async def test_the_next_test_is_where_the_person_chose_to_have_it(world, browser, him):
    await in_by_his_link(world, browser, him)
    assert "Your GP surgery, a blood test clinic near you or the hospital." in (await see(world, browser)).text
    await world.as_owner(
        "insert into step_place (organisation_id, plan_id, step_key, place, set_at, set_by_staff_id)"
        " values ($1, $2, 'psa', 'home_kit', now(), $3)",
        him.trust.organisation_id, him.man.plan_id, him.trust.nurse.id,
    )  # fmt: skip
    page = await browser.get("/follow-up")
    assert "At home, with a kit by post." in page.text
    assert "We send you the kit." in page.text
