"""Answers that nobody looks at become the team's task on their day, by the same duty as results, and end with the review."""

from datetime import date, timedelta

import asyncpg
import msgspec
import pytest

from rms.alerts.moves import DecisionKind
from rms.audit.model import WORKER
from rms.dates import add_working_days
from rms.followup import actions
from rms.followup.jobs import chase_reviews
from rms.questionnaires.model import Answer, Chose
from rms.rehearsal.demo.answers import calm_answers
from tests.asked import FORM, Followed, asked, assignment_id_of
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import the

ALERTS = "select state, kind, outcome, team_id, subject_kind from alert where rule_key = 'unreviewed'"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    return await asked(world, trust)


async def _answered(world: World, trust: Trust, man: Followed) -> int:
    """He answers everything, and nothing that a rule minds."""
    assignment_id = await assignment_id_of(world, man)
    of = {"organisation_id": trust.organisation_id, "assignment_id": assignment_id}
    for item, text in dict(calm_answers(FORM)[0]).items():
        await actions.save_answer(world.web, **of, item=item, value=msgspec.json.decode(text, type=Answer), by=WORKER)
    await actions.submit_answers(world.web, **of, by=WORKER)
    return assignment_id


async def _today(world: World) -> date:
    return await the(world, "select ((clock_timestamp() + civil_offset) at time zone 'Europe/London')::date"
                            " from database_state")  # fmt: skip


async def _on_its_day(world: World) -> None:
    due_on = await the(world, "select min(review_due_on) from assignment")
    await world.move_civil_clock((due_on - await _today(world)).days)
    await chase_reviews(world.worker)


async def _decide(world: World, trust: Trust, assignment_id: int, kind: DecisionKind, **words: object) -> int:
    return await actions.decide(world.web, organisation_id=trust.organisation_id, subject_kind="response",
                                subject_id=assignment_id, kind=kind, by=trust.nurse, **words)  # fmt: skip


async def test_the_day_is_five_working_days_after_they_were_sent(world: World, trust: Trust, man: Followed) -> None:
    await _answered(world, trust, man)
    assert await the(world, "select review_due_on from assignment") == add_working_days(await _today(world), 5)


async def test_nobody_looks_and_the_team_is_asked_once(world: World, trust: Trust, man: Followed) -> None:
    await _answered(world, trust, man)
    await world.move_civil_clock(2)
    assert await chase_reviews(world.worker) == 0
    await _on_its_day(world)
    assert [tuple(row) for row in await world.as_owner(ALERTS)] == [("open", "chase", None, trust.team_id, "response")]
    sentence = await the(world, "select sentence from alert where rule_key = 'unreviewed'")
    assert sentence.endswith("waits for a look, and nobody has looked at the answers yet.")
    for _ in range(5):
        await world.move_civil_clock(9)
        await chase_reviews(world.worker)
    assert await the(world, "select count(*) from alert_cause where cause_kind ^@ 'unreviewed'") == 1


async def test_the_review_closes_it_and_undoing_it_opens_it_again(world: World, trust: Trust, man: Followed) -> None:
    assignment_id = await _answered(world, trust, man)
    await _on_its_day(world)
    made = await _decide(world, trust, assignment_id, DecisionKind.CALL, note="He is well.")
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["closed"]
    assert await the(world, "select review_due_on from assignment") is None
    await actions.undo(world.web, organisation_id=trust.organisation_id, decision_id=made, by=trust.nurse)
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["open"]
    assert await the(world, "select review_due_on from assignment") <= await _today(world)


async def test_set_aside_they_come_back_on_the_day_that_was_named(world: World, trust: Trust, man: Followed) -> None:
    assignment_id = await _answered(world, trust, man)
    until = await _today(world) + timedelta(days=20)
    await _decide(world, trust, assignment_id, DecisionKind.SET_ASIDE, note="Asks his wife.", until_on=until)
    await world.move_civil_clock(19)
    assert await chase_reviews(world.worker) == 0
    await world.move_civil_clock(1)
    assert await chase_reviews(world.worker) == 1
    assert "was set aside until" in await the(world, "select sentence from alert where rule_key = 'unreviewed'")


async def test_a_red_flag_that_is_open_speaks_about_them_already(world: World, trust: Trust, man: Followed) -> None:
    assignment_id = await assignment_id_of(world, man)
    await actions.save_answer(world.web, organisation_id=trust.organisation_id, assignment_id=assignment_id,
                              item="wellbeing", value=Chose(code="very-unwell"), by=WORKER)  # fmt: skip
    await world.as_owner("update assignment set state = 'submitted', submitted_at = now(), mode = 'link', score = '[]',"
                         " review_state = 'to_review'")  # fmt: skip
    await _on_its_day(world)
    assert await world.as_owner(ALERTS) == []


async def test_answers_that_wait_without_a_day_cannot_be_stored(world: World, trust: Trust, man: Followed) -> None:
    await _answered(world, trust, man)
    with pytest.raises(asyncpg.CheckViolationError, match="assignment_waits_with_a_day"):
        await world.as_owner("update assignment set review_due_on = null")
    await world.as_owner("update assignment set review_state = 'reviewed'")
    await world.as_owner("update assignment set review_state = 'to_review'")
    assert await the(world, "select review_due_on from assignment") == await _today(world) + timedelta(days=7)


async def test_answers_in_range_tell_nobody_of_a_test_that_was_not_taken(
    world: World, trust: Trust, man: Followed
) -> None:
    """The next blood test is known; a message about it would say that it had been done, and its letter has no result."""
    before = await the(world, "select count(*) from message")
    decision_id = await _decide(world, trust, await _answered(world, trust, man), DecisionKind.IN_RANGE)
    assert await the(world, "select count(*) from message where cause_kind = 'decision'") == 0
    assert await the(world, "select count(*) from message") == before
    assert await the(world, "select state from assignment") == "submitted"
    assert await the(world, "select review_state from assignment") == "reviewed"
    # The register hears of the decision all the same.
    assert (
        await the(world, "select count(*) from event where cause_kind = 'decision' and cause_id = $1", decision_id) == 1
    )
