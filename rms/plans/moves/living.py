"""Pausing, holding, restoring and ending a plan. Whoever stops it takes its work off the calendar in the same breath."""

from datetime import date, datetime

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.moves import void_for_plan
from rms.plans.moves.writing import refresh
from rms.plans.store.occurrences import OccurrenceOnFile, waiting_for
from rms.plans.store.plans import PlanOnFile, plan_on_file


async def _stop(
    tx: Tx, *, plan: PlanOnFile, state: str, reason: str, until: date | None, by: Actor, now: datetime
) -> None:
    """Nothing of the plan is looked at or sent while it stands still; results are still judged."""
    await tx.execute(
        "update plan set state = $3, state_reason = $4, state_until = $5, revision = revision + 1"
        " where organisation_id = $1 and id = $2",
        plan.organisation_id, plan.id, state, reason, until,
    )  # fmt: skip
    await tx.execute(
        "delete from calendar where organisation_id = $1 and occurrence_id in"
        " (select id from occurrence where organisation_id = $1 and plan_id = $2)",
        plan.organisation_id, plan.id,
    )  # fmt: skip
    await void_for_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id, reason=reason, now=now)
    await record(tx, by=by, verb=f"plan.{state}", subject_kind="plan", subject_id=plan.id, patient_id=plan.patient_id,
                 organisation_id=plan.organisation_id, reason=reason)  # fmt: skip


async def pause(
    tx: Tx, *, organisation_id: int, plan_id: int, until: date, reason: str, by: Actor, now: datetime
) -> None:
    """Stand still until a day, with a reason; on that day somebody is asked to go on."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state != "active":
        raise Refused("Only a running plan can be paused.")
    if until <= tx.today:
        raise Refused("The day the pause ends must lie ahead.")
    if not reason.strip():
        raise Refused("Say why the plan is paused.")
    await _stop(tx, plan=plan, state="paused", reason=reason, until=until, by=by, now=now)


async def hold(tx: Tx, *, organisation_id: int, plan_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Stand still because something must be confirmed (a death); a named person ends or restores it."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state in ("active", "paused", "suspended", "in_transfer", "draft"):
        await _stop(tx, plan=plan, state="held", reason=reason, until=None, by=by, now=now)


async def resume(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> list[OccurrenceOnFile]:
    """Go on after a pause; returns what fell due while it stood still."""
    return await _go_on(tx, organisation_id=organisation_id, plan_id=plan_id, after="paused", by=by, now=now)


async def restore(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> list[OccurrenceOnFile]:
    """Go on after a hold that was a mistake (a death taken back); returns what fell due inside."""
    return await _go_on(tx, organisation_id=organisation_id, plan_id=plan_id, after="held", by=by, now=now)


async def _go_on(
    tx: Tx, *, organisation_id: int, plan_id: int, after: str, by: Actor, now: datetime
) -> list[OccurrenceOnFile]:
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state != after:
        raise Refused(f"This plan is {plan.state.replace('_', ' ')}, not {after}.")
    await tx.execute(
        "update plan set state = 'active', state_reason = null, state_until = null, revision = revision + 1"
        " where organisation_id = $1 and id = $2",
        organisation_id, plan_id,
    )  # fmt: skip
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
    await record(tx, by=by, verb="plan.go_on", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id)  # fmt: skip
    return await waiting_for(tx, organisation_id=organisation_id, plan_id=plan_id, today=tx.today)


async def end(
    tx: Tx, *, organisation_id: int, plan_id: int, outcome: str, reason: str | None, by: Actor, now: datetime
) -> None:
    """End a plan with an outcome. Refused unless a named member of staff does it."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff ends a plan.")
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state == "ended":
        raise Refused("This plan has ended already.")
    await _stop(tx, plan=plan, state=plan.state, reason=f"The plan ended: {outcome}.", until=None, by=by, now=now)
    await tx.execute(
        "update plan set state = 'ended', state_reason = $3, ended_at = $4, ended_by_staff_id = $5, outcome = $6,"
        " judge_on = null where organisation_id = $1 and id = $2",
        organisation_id, plan_id, reason, now, by.id, outcome,
    )  # fmt: skip
    await tx.execute(
        "update occurrence set state = 'void', state_reason = 'The plan ended.', closed_at = $3, closed_by_kind = 'staff',"
        " closed_by_id = $4 where organisation_id = $1 and plan_id = $2 and state = 'open'",
        organisation_id, plan_id, now, by.id,
    )  # fmt: skip
    await record(tx, by=by, verb="plan.end", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=reason, details={"outcome": outcome})  # fmt: skip


async def set_judge_on(tx: Tx, *, organisation_id: int, plan_id: int, on: date | None) -> None:
    """The day on which time alone may change what the rules say; they are asked again then."""
    await tx.execute(
        "update plan set judge_on = $3 where organisation_id = $1 and id = $2", organisation_id, plan_id, on
    )
