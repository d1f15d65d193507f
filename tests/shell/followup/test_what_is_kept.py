"""What stands between a result and harm however much time passes: nothing is released, forgotten or beyond explaining."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from rms.alerts.jobs import ring_due
from rms.alerts.model import Comparator, Facts, Reading
from rms.alerts.rules import evaluate
from rms.followup.jobs import judge_due
from rms.plans.jobs import sweep_late, sweep_reminders
from rms.plans.store import plan_on_file
from rms.results.model import ObservationStatus
from tests.database import World
from tests.followed import file_psa, followed, the


async def _duties(world: World) -> None:
    await sweep_reminders(world.worker)
    await sweep_late(world.worker)
    await judge_due(world.worker)
    await ring_due(world.worker)


async def test_the_clock_climbs_to_staff_and_never_releases_a_result(world: World) -> None:
    fine = await followed(world)
    bad = await followed(world, trust=fine.trust, serial=2)
    await file_psa(world, fine, "0.03", on=fine.today, order="A")
    await file_psa(world, bad, "0.9", on=bad.today, order="B")
    for _ in range(12):
        await world.move_civil_clock(5)
        await _duties(world)
    assert await world.as_owner(
        "select from message where cause_kind = 'decision' or purpose like 'result%' or purpose = 'repeat_test'"
    ) == []  # fmt: skip
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 2
    assert await the(world, "select rung from alert where rule_key = 'psa-above-limit'") == 4


async def test_a_test_of_which_only_a_preliminary_result_came_is_chased(world: World) -> None:
    man = await followed(world)
    due: date = await the(world, "select due_on from occurrence where step_key = 'psa' order by due_on limit 1")
    await world.move_civil_clock((due - man.today).days)
    filed = await file_psa(world, man, "0.03", on=due, status=ObservationStatus.PRELIMINARY)
    assert filed.occurrence_id is None
    await world.move_civil_clock(22)
    await _duties(world)
    assert await the(world, "select count(*) from alert where kind = 'chase' and state = 'open'") == 1


async def test_a_breach_without_an_alert_cannot_be_stored(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.9", on=man.today)
    for outcome in ("breach", "cannot_tell"):
        with pytest.raises(asyncpg.CheckViolationError, match="breach_has_alert"):
            await world.as_owner(
                "insert into rule_evaluation (organisation_id, patient_id, plan_id, rule_key, cause_kind, cause_id, outcome,"
                " sentence, inputs, evaluated_at) values ($1, $2, $3, 'x', 'x', 1, $4, 'x', '{}', now())",
                man.trust.organisation_id, man.patient_id, man.plan_id, outcome,
            )  # fmt: skip


async def test_every_judgement_comes_out_the_same_again_from_what_was_stored_with_it(world: World) -> None:
    man = await followed(world, limit=Decimal("0.15"), operated_days_ago=400)
    for value, ago in (("0.05", 200), ("0.16", 100), ("0.03", 60), ("0.31", 50), ("0.35", 1), ("0.40", 55)):
        await file_psa(world, man, value, on=man.today - timedelta(days=ago), order=f"{value}:{ago}")
    await file_psa(world, man, "0.5", on=man.today, order="C", comparator="<")
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
    rows = await world.as_owner(
        "select rule_key, protocol_version_id, outcome, inputs from rule_evaluation order by id"
    )
    assert {"clear", "breach"} <= {row["outcome"] for row in rows}
    for row in rows:
        assert row["protocol_version_id"] == plan.protocol_version_id
        rule = plan.protocol.rule(row["rule_key"])
        assert rule is not None
        again = evaluate(rule, _facts(row["rule_key"], row["inputs"]))
        assert again.outcome == row["outcome"], (row["inputs"], again)


def _facts(rule_key: str, inputs: dict[str, Any]) -> Facts:
    readings = tuple(_reading(inputs[name]) for name in ("first", "reading") if name in inputs)
    limits = {rule_key: Decimal(inputs["limit"])} if inputs.get("personal") else {}
    return Facts(today=date.fromisoformat(inputs["today"]), readings=readings, limits=limits)


def _reading(stored: dict[str, str]) -> Reading:
    number = stored["value"].lstrip("<>=")
    return Reading(
        analyte=stored["analyte"], number=Decimal(number), unit=stored["unit"], ref=stored["ref"], method=stored["method"],
        sample_on=date.fromisoformat(stored["sample_on"]), comparator=Comparator(stored["value"][: -len(number)]),
    )  # fmt: skip
