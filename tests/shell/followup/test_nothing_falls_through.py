"""Corners where a breach, a red flag or a repeat could be lost: several plans, standing plans, old links, a bad plan."""

from datetime import timedelta

import pytest

from rms.alerts.moves import DecisionKind
from rms.followup import actions
from rms.followup.jobs import judge_due
from rms.plans.moves import end, hold, pause
from tests.database import World
from tests.followed import Followed, file_psa, followed, the

BREACH = "psa-above-limit"


async def _alerts(world: World, rule: str, *, state: str = "open") -> int:
    found: int = await the(world, "select count(*) from alert where rule_key = $1 and state = $2", rule, state)
    return found


async def _second_plan(world: World, man: Followed) -> int:
    """A plan of the same person for another cancer, which does not watch PSA; written behind the doors."""
    plan_id: int = await the(
        world,
        "insert into plan (organisation_id, patient_id, case_id, team_id, protocol_version_id, tumour_site, state, created_at,"
        " started_at, started_by_staff_id)"
        " select organisation_id, patient_id, case_id, team_id, (select id from protocol_version where key ^@ 'breast' limit 1),"
        " 'breast', 'active', created_at, started_at, started_by_staff_id from plan where id = $1 returning id", man.plan_id,
    )  # fmt: skip
    return plan_id


async def _end(world: World, man: Followed) -> None:
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await end(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, outcome="completed", reason=None,
                  by=man.trust.nurse, now=tx.now)  # fmt: skip


async def test_a_breach_of_an_ended_plan_is_judged_although_another_plan_goes_on(world: World) -> None:
    man = await followed(world)
    await _end(world, man)
    await _second_plan(world, man)
    await file_psa(world, man, "0.9", on=man.today)
    assert await the(world, "select plan_id from alert where rule_key = $1 and state = 'open'", BREACH) == man.plan_id
    assert await the(world, "select review_state from result") == "to_review"


@pytest.mark.parametrize("state", ["paused", "held"])
async def test_a_breach_while_the_plan_stands_still_is_an_alert_and_can_be_decided(world: World, state: str) -> None:
    man = await followed(world)
    org = man.trust.organisation_id
    async with world.web.transaction(organisation_id=org) as tx:
        if state == "paused":
            await pause(tx, organisation_id=org, plan_id=man.plan_id, until=tx.today + timedelta(days=30),
                        reason="On holiday.", by=man.trust.nurse, now=tx.now)  # fmt: skip
        else:
            await hold(tx, organisation_id=org, plan_id=man.plan_id, reason="To be confirmed.", by=man.trust.nurse,
                       now=tx.now)  # fmt: skip
    filed = await file_psa(world, man, "0.9", on=man.today)
    assert await _alerts(world, BREACH) == 1
    await actions.decide(world.web, organisation_id=org, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.REFER, note="To the MDT.", by=man.trust.nurse)  # fmt: skip
    assert await _alerts(world, BREACH) == 0
    assert await the(world, "select count(*) from event where kind = 'outcome_recorded'") == 1


async def test_a_result_whose_plan_has_ended_can_be_decided_and_is_told(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    await _end(world, man)
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                         subject_id=filed.result_id, kind=DecisionKind.IN_RANGE, by=man.trust.nurse)  # fmt: skip
    assert await the(world, "select count(*) from message where cause_kind = 'decision' and state = 'queued'") == 3


@pytest.mark.parametrize("stands_still", [True, False])
async def test_what_was_decided_is_told_although_the_plan_then_stops(world: World, stands_still: bool) -> None:
    man = await followed(world)
    org = man.trust.organisation_id
    filed = await file_psa(world, man, "0.03", on=man.today)
    await actions.decide(world.web, organisation_id=org, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.IN_RANGE, by=man.trust.nurse)  # fmt: skip
    if stands_still:
        async with world.web.transaction(organisation_id=org) as tx:
            await pause(tx, organisation_id=org, plan_id=man.plan_id, until=tx.today + timedelta(days=30),
                        reason="On holiday.", by=man.trust.nurse, now=tx.now)  # fmt: skip
    else:
        await _end(world, man)
    assert await the(world, "select count(*) from message where cause_kind = 'decision' and state = 'queued'") == 3


async def test_what_was_decided_is_told_after_a_death_that_was_a_mistake(world: World) -> None:
    man = await followed(world)
    org = man.trust.organisation_id
    filed = await file_psa(world, man, "0.03", on=man.today)
    await actions.decide(world.web, organisation_id=org, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.IN_RANGE, by=man.trust.nurse)  # fmt: skip
    await actions.record_death(world.web, organisation_id=org, patient_id=man.patient_id, formal=False, died_on=None,
                               source="A neighbour", by=man.trust.nurse)  # fmt: skip
    told = "select count(*) from message where cause_kind = 'decision' and recipient = 'person' and state = $1"
    assert await the(world, told, "held") == 2
    await actions.reverse_death(
        world.web, organisation_id=org, patient_id=man.patient_id, why="he rang", by=man.trust.nurse
    )
    assert await the(world, told, "queued") == 2


async def test_news_of_one_test_does_not_forget_the_day_noted_for_another(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.31", on=man.today)
    await world.move_civil_clock(43)
    await file_psa(world, man, "3.1", on=man.today, analyte="cea", order="C1")
    assert await judge_due(world.worker) == 1
    assert await the(world, "select kind from alert where rule_key = $1", BREACH) == "act_today"


async def test_a_plan_that_cannot_be_judged_is_a_task_and_holds_up_nobody(world: World) -> None:
    bad = await followed(world)
    good = await followed(world, trust=bad.trust, serial=2)
    for man in (bad, good):
        await file_psa(world, man, "0.31", on=man.today, order=f"P{man.patient_id}")
    await world.as_owner(
        "insert into plan_override (organisation_id, plan_id, content, reason, author_name, author_staff_id, made_at, review_on)"
        " values ($1, $2, $3, 'x', 'x', $4, now(), current_date)",
        bad.trust.organisation_id, bad.plan_id, {"kind": "no such change"}, bad.trust.nurse.id,
    )  # fmt: skip
    await world.move_civil_clock(43)
    await judge_due(world.worker)
    kinds = await world.as_owner("select plan_id, kind from alert where rule_key = $1 order by plan_id", BREACH)
    assert [tuple(row) for row in kinds] == [(bad.plan_id, "look_soon"), (good.plan_id, "act_today")]
    assert await _alerts(world, "plan-cannot-be-judged") == 1
    assert await judge_due(world.worker) == 0


async def test_a_repeat_is_of_the_test_that_was_decided_about(world: World) -> None:
    man = await followed(world)
    org = man.trust.organisation_id
    filed = await file_psa(world, man, "0.03", on=man.today)
    await world.as_owner(
        "insert into occurrence (organisation_id, plan_id, patient_id, team_id, step_key, number, kind, title, facts,"
        " earliest_on, due_on, latest_on, state, stages, stages_on, plan_revision, created_at)"
        " select organisation_id, plan_id, patient_id, team_id, 'other', 1001, 'test', 'Another test', facts, earliest_on,"
        " earliest_on, latest_on, 'open', stages, stages_on, plan_revision, created_at from occurrence where step_key = 'psa' limit 1"
    )  # fmt: skip
    await actions.decide(world.web, organisation_id=org, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.REPEAT, note="Sample was haemolysed.", by=man.trust.nurse)  # fmt: skip
    made = "select due_on from occurrence where step_key = 'psa' and number > 1000 and state = 'open'"
    due_on = await the(world, made)
    assert await the(world, "select facts->>'due_on' from message where purpose = 'repeat_test'") == due_on.isoformat()
    assert await the(world, "select facts->>'test' from message where purpose = 'repeat_test'") == await the(
        world, "select facts->>'test' from occurrence where step_key = 'psa' limit 1"
    )
