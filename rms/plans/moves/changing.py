"""Changing a plan for one person: the change is kept with its reason, the rows follow."""

from datetime import date, datetime, timedelta

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.plans.model import Add, Change, Override
from rms.plans.moves.starting import store_override
from rms.plans.moves.writing import refresh
from rms.plans.schedule import effective, next_added_number, occurrences, why_not_change
from rms.plans.store.plans import PlanOnFile, plan_on_file


async def override(
    tx: Tx,
    *,
    organisation_id: int,
    plan_id: int,
    change: Change,
    reason: str,
    review_on: date,
    by: Actor,
    now: datetime,
) -> int:
    """Make one change; the plan's revision rises and its dates follow. Refused with a sentence; returns the change's id."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    wanted = Override(change=change, reason=reason, author=by.name, made_on=tx.today, review_on=review_on)
    if why_not := _why_not(plan, wanted=wanted, today=tx.today):
        raise Refused(why_not)
    override_id = await store_override(
        tx, organisation_id=organisation_id, plan_id=plan_id, override=wanted, by=by, now=now
    )
    await record(tx, by=by, verb="plan.change", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=reason)  # fmt: skip
    await follow(tx, organisation_id=organisation_id, plan_id=plan_id, by=by, now=now)
    return override_id


async def follow(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> PlanOnFile:
    """The plan's revision rises, and its rows follow; those of a plan that stands still when it goes on."""
    await tx.execute("update plan set revision = revision + 1 where organisation_id = $1 and id = $2", organisation_id,
                     plan_id)  # fmt: skip
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    if plan.state == "active":
        await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
    return plan


def _why_not(plan: PlanOnFile, *, wanted: Override, today: date) -> str | None:
    if plan.state == "ended":
        return "This plan has ended."
    if why_not := why_not_change(plan.effective, override=wanted, course=plan.course, today=today):
        return why_not
    changed = effective(plan.protocol, overrides=(*plan.overrides, wanted))
    return next((why for one, why in changed.unplaced if one is wanted), None)


async def add_repeat(
    tx: Tx,
    *,
    organisation_id: int,
    plan_id: int,
    step_key: str,
    due_on: date,
    reason: str,
    by: Actor,
    now: datetime,
) -> int:
    """Ask for one more of a step; returns the occurrence id. It has no reminders of its own: a decision tells the person.
    Refused, with nothing written, while the plan stands still or when the step was stopped: a person arranges it then.
    """
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    step = plan.effective.step(step_key)
    if step is None:
        raise NotFound(f"The plan has no step {step_key}.")
    if plan.state != "active":
        raise Refused(f"The plan is {plan.state.replace('_', ' ')}, so nothing can be asked for.")
    on = max(due_on, tx.today)
    change = Add(step=step_key, number=next_added_number(step), due_on=on)
    review_on = max(on, tx.today + timedelta(days=1))
    wanted = Override(change=change, reason=reason, author=by.name, made_on=tx.today, review_on=review_on)
    changed = effective(plan.protocol, overrides=(*plan.overrides, wanted)).step(step_key)
    assert changed is not None
    if change.number not in {one.number for one in occurrences(changed, course=plan.course)}:
        raise Refused(f"{step.step.title} was stopped, so no more of it can be asked for.")
    await override(tx, organisation_id=organisation_id, plan_id=plan_id, change=change, reason=reason,
                   review_on=review_on, by=by, now=now)  # fmt: skip
    occurrence_id: int = await tx.fetchval(
        "select id from occurrence where organisation_id = $1 and plan_id = $2 and step_key = $3 and number = $4",
        organisation_id, plan_id, step_key, change.number,
    )  # fmt: skip
    return occurrence_id
