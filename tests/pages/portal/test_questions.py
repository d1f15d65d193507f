"""From the first question to "thank you": saved one by one, resumed elsewhere, alarmed when saved, sent once."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest

from rms.portal.presenters.words import weekday
from rms.questionnaires.moves import end_links_of_person
from tests.asked import asked, assignment_id_of, follow, link_of
from tests.cast import a_trust

from .conftest import ANSWERS, BORN, Browser

pytestmark = pytest.mark.anyio


async def answer_all(browser: Browser, answers: Mapping[str, str] = ANSWERS) -> httpx.Response:
    """Answer every question as it comes; the check page."""
    page = await browser.go(await browser.get("/questions"))
    while page.url.path.startswith("/questions/q/"):
        item = page.url.path.rpartition("/")[2]
        page = await browser.go(await browser.post(page, page.url.path, {"answer": answers[item]}))
        if page.url.path.startswith("/questions/today/"):
            page = await browser.go(await browser.get("/questions"))
    return page


async def rows(world, sql):
    return [tuple(row.values()) for row in await world.as_owner(sql)]


async def test_the_whole_way(world, browser, him):
    page = await browser.come_in(him.locator)
    assert "Question 1 of 9" in page.text
    page = await answer_all(browser)
    assert page.url.path == "/questions/check"
    assert "Check your answers" in page.text
    assert await rows(world, "select state from assignment") == [("opened",)]
    page = await browser.go(await browser.post(page, "/questions/send"))
    assert page.url.path == "/questions/sent"
    assert "We have your answers" in page.text
    [(state, mode, review, score)] = await rows(world, "select state, mode, review_state, score from assignment")
    assert (state, mode, review) == ("submitted", "link", "to_review")
    assert score[0] | {"because": ""} == {
        "key": "burden",
        "title": "Symptom burden",
        "value": "1",
        "because": "",
        "band": "low",
    }
    [(occurrence, closed_by)] = await rows(
        world, f"select state, closed_by_kind from occurrence where id = {him.man.occurrence_id}"
    )
    assert (occurrence, closed_by) == ("done", "response")
    assert await rows(world, "select ended_at from door_link") == [(None,)]


async def send_all(browser, locator):
    await browser.come_in(locator)
    return await browser.go(await browser.post(await answer_all(browser), "/questions/send"))


async def test_whoever_opens_the_link_again_is_told_that_the_answers_came(world, browsers, him):
    sent = await send_all(browsers(), him.locator)
    async with world.web.transaction() as tx:
        today = weekday(tx.today)
    assert f"You sent us your answers on {today} at " in sent.text
    again = browsers()
    door = await again.get(f"/r/{him.locator}")
    for word in ("answers on", "sent us", "Ashdown", "Urology"):
        assert word not in door.text
    page = await again.go(await again.born(him.locator))
    assert page.url.path == "/questions/sent"
    assert f"You sent us your answers on {today} at " in page.text
    assert "If something has changed since" in page.text
    assert 'href="/symptoms"' in page.text
    wrong = await browsers().born(him.locator, {**BORN, "year": "1951"})
    assert wrong.status_code == 422
    assert "sent us" not in wrong.text


async def test_the_link_says_so_for_four_weeks_after_the_answers_came_and_no_longer(world, browsers, him):
    await world.as_owner("update door_link set expires_at = made_at + interval '1 day'")
    await send_all(browsers(), him.locator)
    await world.move_civil_clock(28)
    page = await browsers().come_in(him.locator)
    assert page.url.path == "/questions/sent"
    assert "should have read your answers by now" in page.text
    await world.as_owner("update assignment set review_state = 'reviewed'")
    assert "Your team has read your answers" in (await browsers().come_in(him.locator)).text
    await world.move_civil_clock(70)
    assert (await browsers().born(him.locator)).status_code == 422


@pytest.mark.parametrize(("mode", "said"), [
    ("telephone", "You gave us your answers on the phone on"), ("paper", "We got your answers on paper on"),
])  # fmt: skip
async def test_answers_that_came_another_way_are_said_to_have_come_that_way(world, browsers, him, mode, said):
    await send_all(browsers(), him.locator)
    await world.as_owner(f"update assignment set mode = '{mode}'")
    assert said in (await browsers().come_in(him.locator)).text


async def test_after_a_death_the_link_of_sent_answers_opens_nothing(world, browsers, him):
    inside = browsers()
    await send_all(inside, him.locator)
    async with world.web.transaction(organisation_id=him.trust.organisation_id) as tx:
        await end_links_of_person(tx, organisation_id=him.trust.organisation_id, patient_id=him.man.patient_id,
                                  why="A death is recorded.", now=tx.now)  # fmt: skip
    assert (await browsers().born(him.locator)).status_code == 422
    assert (await inside.get("/questions/sent")).status_code == 401


async def test_from_the_thanks_he_goes_on_to_his_pages_or_finishes(world, browsers, him):
    browser = browsers()
    sent = await send_all(browser, him.locator)
    assert '<a href="/your-pages">See your plan, or tell us something else</a>' in sent.text
    assert (await browser.get("/your-pages")).status_code == 200
    finished = await browser.post(sent, "/finish")
    assert "You have finished" in finished.text
    assert "You have not sent" not in finished.text
    assert finished.headers["clear-site-data"] == '"cache"'
    assert (await rows(world, "select ended_why from door_session"))[-1] == ("the person finished",)
    assert await rows(world, "select count(*) from audit_entry where verb = 'visit.end'") == [(1,)]
    after = await browser.get("/your-pages")
    assert after.status_code == 401
    assert "You closed these pages yourself" in after.text


async def test_each_answer_is_saved_and_nothing_advances_by_itself(world, browser, him):
    await browser.come_in(him.locator)
    answer = await browser.answer("wellbeing", "so-so")
    assert answer.headers["location"] == "/questions/q/bone-pain"
    assert await rows(world, "select item, value->>'code' from answer") == [("wellbeing", "so-so")]
    page = await browser.get("/questions/q/bone-pain")
    assert 'href="/questions/q/wellbeing"' in page.text
    back = await browser.get("/questions/q/wellbeing")
    assert 'value="so-so" checked' in back.text
    await browser.answer("wellbeing", "well")
    assert await rows(world, "select value->>'code' from answer order by id") == [("so-so",), ("well",)]


async def test_a_red_flag_is_an_alert_as_soon_as_it_is_saved_and_the_person_is_told_whom_to_call(world, browser, him):
    await world.as_owner("update team set phone_hours = 'Ask Sue'")
    await browser.come_in(him.locator)
    page = await browser.go(await browser.answer("cannot-pee", "yes"))
    assert 'If nobody answers, call <a class="rms-phone" href="tel:111">111</a>' in page.text
    assert "If it cannot wait" not in page.text
    assert page.url.path == "/questions/today/cannot-pee"
    assert "Please call us today" in page.text
    assert "01632 960001" in page.text
    assert await rows(world, "select kind, team_id, state from alert") == [("act_today", him.trust.team_id, "open")]
    assert await rows(world, "select state from assignment") == [("opened",)]
    # Taking it back on the next page does not take the alert away.
    await browser.answer("cannot-pee", "no")
    assert await rows(world, "select kind, state from alert") == [("act_today", "open")]


async def test_the_advice_is_shown_again_after_sending(browser, him):
    await browser.come_in(him.locator)
    check = await answer_all(browser, ANSWERS | {"leg-weakness": "not-sure"})
    sent = await browser.go(await browser.post(check, "/questions/send"))
    assert "Please do not wait for us" in sent.text
    assert "call 999" in sent.text


async def test_another_browser_goes_on_where_the_first_stopped_and_shows_nothing_that_was_said(world, browsers, him):
    first, second = browsers(), browsers()
    await first.come_in(him.locator)
    await first.answer("wellbeing", "unwell")
    page = await second.come_in(him.locator)
    assert page.url.path == "/questions/q/bone-pain"
    earlier = await second.get("/questions/q/wellbeing")
    assert "You answered this question on an earlier visit" in earlier.text
    assert "checked" not in earlier.text
    kept = await second.post(earlier, "/questions/q/wellbeing")
    assert kept.status_code == 303
    check = await answer_all(second)
    assert "Answered on an earlier visit" in check.text
    assert "Unwell" not in check.text
    assert "Not worried" in check.text
    assert await rows(world, "select value->>'code' from answer where item = 'wellbeing'") == [("unwell",)]
    assert (await second.go(await second.post(check, "/questions/send"))).url.path == "/questions/sent"


async def test_sending_twice_and_from_two_browsers_is_sending_once(world, browsers, him):
    first, second = browsers(), browsers()
    await first.come_in(him.locator)
    check = await answer_all(first)
    await second.come_in(him.locator)
    other = await second.get("/questions/check")
    answers = await asyncio.gather(
        *(first.post(check, "/questions/send") for _ in range(4)),
        *(second.post(other, "/questions/send") for _ in range(4)),
    )
    assert {answer.status_code for answer in answers} == {303}
    assert (await first.go(answers[0])).url.path == "/questions/sent"
    assert (await second.go(answers[-1])).url.path == "/questions/sent"
    assert await rows(world, "select count(*) from audit_entry where verb = 'answers.send'") == [(1,)]
    assert await rows(world, "select count(*) from event where kind = 'prom_score'") == [(1,)]
    late = await first.post(check, "/questions/q/wellbeing", {"answer": "well"})
    assert late.headers["location"] == "/questions/sent"


async def test_an_unfinished_form_is_not_sent(world, browser, him):
    page = await browser.come_in(him.locator)
    assert (await browser.post(page, "/questions/send")).headers["location"] == "/questions/check"
    check = await browser.get("/questions/check")
    assert "Some questions have no answer yet" in check.text
    assert await rows(world, "select state from assignment") == [("opened",)]


async def test_declining_is_an_answer_and_one_that_matters_reaches_the_team(world, browser, him):
    await browser.come_in(him.locator)
    answer = await browser.answer("cannot-pee", "rather-not")
    assert "/today/" not in answer.headers["location"]
    [(_, sentence)] = await rows(world, "select kind, sentence from alert")
    assert "was declined" in sentence


@pytest.mark.parametrize("sent", [
    {}, {"answer": ""}, {"answer": "nonsense"}, {"answer": "' or 1=1 --"}, {"answer": "<script>alert(1)</script>"},
    {"answer": "x" * 100_000}, {"other": "well"},
])  # fmt: skip
async def test_garbage_is_a_sentence_and_is_not_kept(world, browser, him, sent):
    page = await browser.come_in(him.locator)
    answer = await browser.post(page, "/questions/q/wellbeing", sent)
    assert answer.status_code == 422
    assert "Select an answer" in answer.text
    assert "<script>" not in answer.text
    assert await rows(world, "select count(*) from answer") == [(0,)]


async def test_a_question_that_is_not_asked_is_not_there(browser, him):
    page = await browser.come_in(him.locator)
    for item in ("call-about", "no-such", "x" * 3000, "%00", "..%2f..%2fetc"):
        assert (await browser.get(f"/questions/q/{item}")).status_code == 404
        assert (await browser.post(page, f"/questions/q/{item}", {"answer": "well"})).status_code == 404


async def test_no_get_changes_more_than_the_log_of_looks(world, browser, him):
    await browser.come_in(him.locator)
    before = await rows(
        world, "select (select count(*) from answer), state, (select count(*) from alert) from assignment"
    )
    for path in ("", "/start", "/q/wellbeing", "/today/cannot-pee", "/check", "/sent", "/phone"):
        assert (await browser.get(f"/questions{path}")).status_code in (200, 303)
    after = await rows(
        world, "select (select count(*) from answer), state, (select count(*) from alert) from assignment"
    )
    assert before == after


async def test_every_page_with_something_of_his_has_its_line_in_the_log(world, browser, him):
    await browser.come_in(him.locator)
    read = "select count(*) from audit_entry where actor_kind = 'person' and verb = 'assignment.look'"
    [(before,)] = await rows(world, read)
    for path in ("/q/wellbeing", "/check", "/phone"):
        assert (await browser.get(f"/questions{path}")).status_code == 200
    assert await rows(world, read) == [(before + 3,)]
    await browser.answer("wellbeing", "well")
    [(actor, patient, details)] = await rows(
        world, "select actor_id, patient_id, details->>'item' from audit_entry where verb = 'answer.save'"
    )
    assert (actor, patient, details) == (him.man.patient_id, him.man.patient_id, "wellbeing")


async def test_stopping_ends_the_visit_but_not_the_link(browsers, him):
    browser = browsers()
    page = await browser.come_in(him.locator)
    stopped = await browser.post(page, "/questions/later")
    assert "Your answers so far are saved" in stopped.text
    assert "Please answer by" in stopped.text
    assert stopped.headers["clear-site-data"] == '"cache"'
    assert "The same link leads to your plan" in stopped.text
    for path in ("/questions/q/wellbeing", "/your-pages", "/your-pages"):
        over = await browser.get(path)
        assert over.status_code == 401
        assert "You closed these pages yourself" in over.text
        assert "10 minutes" not in over.text
        assert "open the link in our message again" in over.text
    assert (await browsers().born(him.locator)).status_code == 303


async def test_a_visit_that_is_used_goes_on(world, browser, him):
    page = await browser.come_in(him.locator)
    await world.as_owner("update door_session set last_seen_at = clock_timestamp() - interval '9 minutes 50 seconds'")
    assert (await browser.post(page, "/questions/q/wellbeing", {"answer": "well"})).status_code == 303


@pytest.mark.parametrize(("sql", "why"), [
    ("last_seen_at = clock_timestamp() - interval '10 minutes 1 second'", "after 10 minutes without a tap"),
    ("absolute_until = clock_timestamp() - interval '1 second'", "30 minutes after you came in"),
    ("last_seen_at = clock_timestamp() - interval '2 hours', absolute_until = clock_timestamp() - interval '90 minutes'",
     "after 10 minutes without a tap"),
    ("ended_at = clock_timestamp(), ended_why = 'The plan ended.'", "We have closed it."),
])  # fmt: skip
async def test_a_visit_that_is_over_says_how_it_ended(world, browser, him, sql, why):
    page = await browser.come_in(him.locator)
    await world.as_owner(f"update door_session set {sql}")
    answer = await browser.post(page, "/questions/q/wellbeing", {"answer": "well"})
    assert answer.status_code == 401
    assert "Every answer you saved is kept" in answer.text
    for path in ("/your-pages", "/questions", "/follow-up"):
        said = (await browser.get(path)).text
        assert why in said
        found = [one for one in ("without a tap", "after you came in", "closed it.", "yourself") if one in said]
        assert len(found) == 1


async def test_he_would_rather_be_phoned(world, browser, him):
    await browser.come_in(him.locator)
    page = await browser.get("/questions/phone")
    assert await rows(world, "select count(*) from alert") == [(0,)]
    asked_for = await browser.post(page, "/questions/phone")
    assert "We will phone you" in asked_for.text
    [(kind, patient, sentence)] = await rows(world, "select kind, patient_id, sentence from alert")
    assert (kind, patient) == ("chase", him.man.patient_id)
    assert "phoned" in sentence


async def test_a_visit_reaches_its_own_form_and_no_other(world, browsers):
    """Two trusts ask the same man; each link leads to its own trust's form, and answers stay apart."""
    trusts = await a_trust(world), await a_trust(world, code="RBB", name="South Hospital")
    men = await follow(world, trusts[0], wait=False), await asked(world, trusts[1])
    here, abroad = browsers(), browsers()
    await here.come_in(await link_of(world, men[0]))
    await abroad.come_in(await link_of(world, men[1]))
    await here.answer("wellbeing", "unwell")
    page = await abroad.get("/questions/q/wellbeing")
    assert "checked" not in page.text
    assert "earlier visit" not in page.text
    await abroad.answer("wellbeing", "very-well")
    found = await rows(world, "select organisation_id, assignment_id, value->>'code' from answer order by id")
    assert found == [
        (trusts[0].organisation_id, await assignment_id_of(world, men[0]), "unwell"),
        (trusts[1].organisation_id, await assignment_id_of(world, men[1]), "very-well"),
    ]


async def test_a_form_without_its_token_or_from_elsewhere_is_refused(world, browser, him):
    page = await browser.come_in(him.locator)
    for path in ("/questions/q/wellbeing", "/questions/send", "/questions/later", "/questions/phone"):
        assert (await browser.client.post(path, data={"answer": "well"})).status_code == 403
    browser.client.headers["sec-fetch-site"] = "cross-site"
    assert (await browser.post(page, "/questions/q/wellbeing", {"answer": "well"})).status_code == 403
    assert await rows(world, "select count(*) from answer") == [(0,)]


@pytest.mark.parametrize("path", ["", "/q/wellbeing", "/today/wellbeing", "/check", "/sent", "/phone"])
async def test_without_a_visit_there_is_one_kind_page(browser, him, path):
    del him
    page = await browser.get(f"/questions{path}")
    assert page.status_code == 401
    assert "Open the link in our message" in page.text
    assert "minutes" not in page.text
