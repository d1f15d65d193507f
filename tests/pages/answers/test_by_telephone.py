"""A questionnaire filled in with the person on the telephone: all questions on a page, branching, red flags, sent or not."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from rms.followup.moves import record_death
from rms.plans.moves import pause
from rms.questionnaires.jobs import ask_due
from rms.questionnaires.model import DECLINED_CODE
from tests.asked import Followed, asked, assignment_id_of, follow
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import the
from tests.pages.site import Site
from tests.worklists import nurse, other_team

WELL = {
    "q-wellbeing": "well", "q-bone-pain": "no", "q-leg-weakness": "no", "q-cannot-pee": "no", "q-blood-in-pee": "no",
    "q-weight-loss": "no", "q-worry": "not", "q-wants-call": "no",
}  # fmt: skip


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    return await asked(world, trust)


@pytest.fixture
async def ref(world: World, man: Followed) -> UUID:
    return await the(world, "select ref from assignment where id = $1", await assignment_id_of(world, man))


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


def names(page: str) -> set[str]:
    return set(re.findall(r'name="(q-[a-z-]+)"', page))


async def test_all_questions_stand_on_one_page_and_no_look_changes_anything(
    site: Site, world: World, browser: httpx.AsyncClient, ref: UUID
):
    answer = await browser.get(f"/questionnaires/{ref}")
    assert answer.status_code == 200
    assert names(answer.text) == {*WELL, "q-anything-else"}
    assert await the(world, "select count(*) from answer") == 0
    assert (
        await the(
            world, "select count(*) from audit_entry where verb = 'assignment.look' and actor_name = 'Nora Nurse'"
        )
        == 1
    )


async def test_sent_by_telephone_it_is_scored_closed_and_waits_for_review(
    site: Site, world: World, browser: httpx.AsyncClient, man: Followed, ref: UUID
):
    answer = await site.post(browser, f"/questionnaires/{ref}", {**WELL, "do": "send"})
    assert answer.headers["location"] == f"/questionnaires/{ref}?done=sent"
    [one] = await world.as_owner("select state, mode, review_state from assignment")
    assert dict(one) == {"state": "submitted", "mode": "telephone", "review_state": "to_review"}
    assert await the(world, "select state from occurrence where id = $1", man.occurrence_id) == "done"
    assert {row["saved_by"] for row in await world.as_owner("select saved_by from answer")} == {"Nora Nurse"}
    page = (await browser.get(f"/questionnaires/{ref}?done=sent")).text
    assert "Sent. The answers wait for a review." in page
    assert names(page) == set()
    again = await site.post(browser, f"/questionnaires/{ref}", {**WELL, "do": "send"})
    assert again.status_code == 409 or "not taken any more" in again.text
    assert await the(world, "select count(*) from answer") == len(WELL)


async def test_a_red_flag_is_an_alert_when_it_is_saved_whatever_else_is_missing(
    site: Site, world: World, browser: httpx.AsyncClient, ref: UUID
):
    answer = await site.post(browser, f"/questionnaires/{ref}", {"q-cannot-pee": "yes", "do": "send"})
    assert answer.status_code == 422
    assert "Not answered yet" in answer.text
    assert "Your team has an alert about what was said" in answer.text
    assert "Say to the person: Please call your team now." in answer.text
    assert await the(world, "select kind from alert") == "act_today"
    assert await the(world, "select state from assignment") in ("asked", "opened")
    await site.post(browser, f"/questionnaires/{ref}", {"q-cannot-pee": "yes", "do": "save"})
    assert await the(world, "select count(*) from answer") == 1
    assert await the(world, "select count(*) from alert") == 1


async def test_what_depends_on_an_answer_appears_when_that_is_saved(
    site: Site, world: World, browser: httpx.AsyncClient, ref: UUID
):
    answer = await site.post(browser, f"/questionnaires/{ref}", {"q-wants-call": "yes", "do": "save"})
    assert answer.headers["location"] == f"/questionnaires/{ref}?done=saved"
    page = (await browser.get(f"/questionnaires/{ref}?done=saved")).text
    assert "q-call-about" in names(page)
    assert "Saved. Nothing is sent yet." in page
    assert "Written down by Nora Nurse." in page


async def test_both_come_in_one_go_when_the_page_was_filled_at_once(
    site: Site, world: World, browser: httpx.AsyncClient, ref: UUID
):
    fields = {**WELL, "q-wants-call": "yes", "q-call-about": "The tablets", "do": "send"}
    assert (await site.post(browser, f"/questionnaires/{ref}", fields)).status_code == 303
    assert await the(world, "select value ->> 'value' from answer where item = 'call-about'") == "The tablets"


async def test_rather_not_answer_is_an_answer(site: Site, world: World, browser: httpx.AsyncClient, ref: UUID):
    page = (await browser.get(f"/questionnaires/{ref}")).text
    assert page.count("Would rather not answer") >= len(WELL)
    answer = await site.post(browser, f"/questionnaires/{ref}", {**WELL, "q-worry": DECLINED_CODE, "do": "send"})
    assert answer.status_code == 303, re.findall(r"error-message[^<]*<[^<]*<[^<]*", answer.text)


async def test_a_choice_that_is_none_is_said_and_the_rest_is_kept(
    site: Site, world: World, browser: httpx.AsyncClient, ref: UUID
):
    answer = await site.post(browser, f"/questionnaires/{ref}", {**WELL, "q-worry": "x" * 300, "do": "send"})
    assert answer.status_code == 422
    assert await the(world, "select count(*) from answer") == len(WELL) - 1


async def test_nobody_answers_for_somebody_who_died(
    site: Site, world: World, browser: httpx.AsyncClient, trust: Trust, man: Followed, ref: UUID
):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await record_death(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=False, died_on=None,
                           source="His wife", by=trust.nurse, now=tx.now)  # fmt: skip
    assert "may have died" in (await browser.get(f"/questionnaires/{ref}")).text
    answer = await site.post(browser, f"/questionnaires/{ref}", {**WELL, "do": "send"})
    assert "may have died" in answer.text
    assert await the(world, "select count(*) from answer") == 0


async def test_another_team_finds_nothing(site: Site, world: World, trust: Trust, ref: UUID):
    _, bea = await other_team(world, trust)
    browser = await site.signed_in(trust.organisation_id, bea)
    assert (await browser.get(f"/questionnaires/{ref}")).status_code == 404
    assert (await site.post(browser, f"/questionnaires/{ref}", {**WELL, "do": "send"})).status_code == 404


async def test_the_persons_page_and_the_late_list_lead_to_it(
    site: Site, world: World, browser: httpx.AsyncClient, man: Followed, ref: UUID
):
    person = await the(world, "select ref from patient where id = $1", man.patient_id)
    assert f'href="/questionnaires/{ref}"' in (await browser.get(f"/people/{person}")).text
    await world.move_civil_clock(2)
    assert f'href="/questionnaires/{ref}"' in (await browser.get("/late")).text


async def by_telephone(site: Site, world: World, browser: httpx.AsyncClient, man: Followed) -> httpx.Response:
    step = await the(world, "select ref from occurrence where id = $1", man.occurrence_id)
    return await site.post(browser, f"/steps/{step}/by-telephone", {})


async def written_to(world: World) -> list[tuple[str, str]]:
    rows = await world.as_owner("select purpose, state from message where purpose ^@ 'questionnaire' order by id")
    return [(row["purpose"], row["state"]) for row in rows]


async def a_person_page(world: World, browser: httpx.AsyncClient, man: Followed) -> str:
    person = await the(world, "select ref from patient where id = $1", man.patient_id)
    return (await browser.get(f"/people/{person}")).text


async def test_what_was_not_asked_yet_is_filled_in_now_and_nothing_is_sent(site: Site, world: World, trust, browser):
    man = await follow(world, trust)
    assert "Fill in by telephone now" in await a_person_page(world, browser, man)
    opened = await by_telephone(site, world, browser, man)
    assert opened.status_code == 303, opened.text
    await ask_due(world.worker)
    # The tick came by meanwhile: one form, and no message.
    assert await written_to(world) == []
    assert await the(world, "select count(*) from assignment") == 1
    assert "Fill in by telephone now" not in await a_person_page(world, browser, man)
    sent = await site.post(browser, opened.headers["location"], {**WELL, "do": "send"})
    assert sent.headers["location"] == f"{opened.headers['location']}?done=sent"
    assert await the(world, "select mode from assignment") == "telephone"
    verbs = await world.as_owner("select verb from audit_entry where actor_name = 'Nora Nurse' and verb ^@ 'assignment.'"
                                 " and verb <> 'assignment.look' order by id")  # fmt: skip
    assert [row["verb"] for row in verbs] == ["assignment.ask", "assignment.by_telephone"]
    for _ in range(9):
        await world.move_civil_clock(1)
        await ask_due(world.worker)
    assert await written_to(world) == []


async def test_the_tick_came_first_and_what_it_wrote_is_taken_back(site: Site, world: World, trust, browser):
    man = await follow(world, trust)
    await ask_due(world.worker)
    opened = await by_telephone(site, world, browser, man)
    assert opened.status_code == 303
    assert await written_to(world) == [("questionnaire_invite", "void")]
    again = await by_telephone(site, world, browser, man)
    assert again.headers["location"] == opened.headers["location"]
    assert await the(world, "select count(*) from assignment") == 1


async def test_nurse_and_tick_at_once_ask_once(site: Site, world: World, trust, browser):
    man = await follow(world, trust)
    await asyncio.gather(by_telephone(site, world, browser, man), ask_due(world.worker))
    assert await the(world, "select count(*) from assignment") == 1
    assert [state for _, state in await written_to(world)] in ([], ["void"])


async def test_a_call_that_dropped_loses_nobody(site: Site, world: World, trust, browser):
    """Nothing was sent in: the person is written to the next day, as if nobody had called."""
    man = await follow(world, trust)
    await by_telephone(site, world, browser, man)
    await ask_due(world.worker)
    await world.move_civil_clock(1)
    await ask_due(world.worker)
    assert await written_to(world) == [("questionnaire_invite", "queued")]


async def test_a_plan_that_stands_still_asks_nothing(site: Site, world: World, trust, browser):
    man = await follow(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await pause(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id, reason="Away",
                    until=tx.today + timedelta(days=60), by=trust.nurse, now=tx.now)  # fmt: skip
    assert "Fill in by telephone now" not in await a_person_page(world, browser, man)
    refused = await by_telephone(site, world, browser, man)
    assert refused.status_code == 422
    assert "The plan does not run just now" in refused.text
    assert await the(world, "select count(*) from assignment") == 0


async def test_nobody_who_may_have_died_is_asked(site: Site, world: World, trust, browser):
    man = await follow(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await record_death(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=False, died_on=None,
                           source="His wife", by=trust.nurse, now=tx.now)  # fmt: skip
    assert "Fill in by telephone now" not in await a_person_page(world, browser, man)
    assert "may have died" in (await by_telephone(site, world, browser, man)).text
    assert await the(world, "select count(*) from assignment") == 0


async def test_what_is_due_long_after_is_not_filled_in_now(site: Site, world: World, trust, browser):
    man = await follow(world, trust, wait=False)
    assert "Fill in by telephone now" not in await a_person_page(world, browser, man)
    refused = await by_telephone(site, world, browser, man)
    assert "can be answered from" in refused.text
    assert await the(world, "select count(*) from assignment") == 0
