"""A repeat that a decision asked for belongs to that decision: undoing the one withdraws the other."""

from datetime import datetime

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.plans.moves.changing import follow
from rms.plans.store.plans import lock_plan


async def note_decision(tx: Tx, *, organisation_id: int, occurrence_id: int, decision_id: int) -> None:
    """Say which decision asked for an added occurrence."""
    await tx.execute(
        "update plan_override o set decision_id = $3 from occurrence c where c.organisation_id = $1 and c.id = $2"
        " and o.organisation_id = $1 and o.plan_id = c.plan_id and o.content->>'kind' = 'add'"
        " and o.content->>'step' = c.step_key and (o.content->>'number')::integer = c.number and o.withdrawn_at is null",
        organisation_id, occurrence_id, decision_id,
    )  # fmt: skip


async def withdraw_repeat(tx: Tx, *, organisation_id: int, decision_id: int, by: Actor, now: datetime) -> int:
    """What a decision had asked for is no longer asked for, because the decision was undone; how many (0 or 1)."""
    rows = await tx.fetch(
        "select distinct plan_id from plan_override where organisation_id = $1 and decision_id = $2 and withdrawn_at is null",
        organisation_id, decision_id,
    )  # fmt: skip
    for row in rows:
        await lock_plan(tx, organisation_id=organisation_id, plan_id=row["plan_id"])
        await tx.execute(
            "update plan_override set withdrawn_at = $4, withdrawn_by_staff_id = $5"
            " where organisation_id = $1 and plan_id = $2 and decision_id = $3 and withdrawn_at is null",
            organisation_id, row["plan_id"], decision_id, now, by.id,
        )  # fmt: skip
        plan = await follow(tx, organisation_id=organisation_id, plan_id=row["plan_id"], by=by, now=now)
        await record(tx, by=by, verb="plan.withdraw", subject_kind="plan", subject_id=plan.id, patient_id=plan.patient_id,
                     organisation_id=organisation_id, reason="The decision was undone.")  # fmt: skip
    return len(rows)
