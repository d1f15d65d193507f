"""Pausing, holding, restoring and ending a plan. Whoever stops it takes its work off the calendar in the same breath."""

from datetime import date, datetime

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close_all_about, end_episode_if_closed, raise_alert
from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.moves import void_for_plan
from rms.plans.moves.rows import take_off_calendar, void
from rms.plans.moves.writing import refresh
from rms.plans.store.occurrences import OccurrenceOnFile, open_of_plan, waiting_for
from rms.plans.store.plans import PlanOnFile, plan_on_file

#: The rules under which somebody is asked what becomes of a plan that stands still.
HELD, PAUSE_OVER = "plan-held", "pause-over"
OUTCOMES = ("completed", "recurrence", "declined", "moved", "died", "other")


async def _stop(tx: Tx, *, plan: PlanOnFile, verb: str, reason: str, by: Actor, now: datetime) -> None:
    """Nothing of the plan is looked at or sent while it stands still; results are still judged."""
    waiting = await open_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    for one in waiting:
        await take_off_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=one.id)
        await void(tx, organisation_id=plan.organisation_id, occurrence_id=one.id, reason=reason, now=now)
    await void_for_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id, reason=reason, now=now)
    await record(tx, by=by, verb=verb, subject_kind="plan", subject_id=plan.id, patient_id=plan.patient_id,
                 organisation_id=plan.organisation_id, reason=reason)  # fmt: skip


async def pause(
    tx: Tx, *, organisation_id: int, plan_id: int, until: date, reason: str, by: Actor, now: datetime
) -> None:
    """Stand still until a day, with a reason; on that day somebody is asked to go on."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state not in ("active", "paused"):
        raise Refused("Only a running plan can be paused, or a paused one for longer.")
    if until <= tx.today:
        raise Refused("The day the pause ends must lie ahead.")
    if not reason.strip():
        raise Refused("Say why the plan is paused.")
    await tx.execute(
        "update plan set state = 'paused', state_reason = $3, state_until = $4, revision = revision + 1"
        " where organisation_id = $1 and id = $2",
        organisation_id, plan_id, reason, until,
    )  # fmt: skip
    await _stop(tx, plan=plan, verb="plan.paused", reason=reason, by=by, now=now)


async def hold(
    tx: Tx, *, organisation_id: int, plan_id: int, reason: str, rule_key: str = HELD, by: Actor, now: datetime
) -> int | None:
    """Stand still because something must be confirmed (a death); a named person ends or restores it.

    The team gets an alert about the plan with the reason, under `rule_key`, so that a caller with more to say joins it.
    Returns its id, or None when the plan is held or ended already.
    """
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state in ("held", "ended"):
        return None
    await tx.execute(
        "update plan set state = 'held', held_from = state, state_reason = $3, revision = revision + 1"
        " where organisation_id = $1 and id = $2",
        organisation_id, plan_id, reason,
    )  # fmt: skip
    await _stop(tx, plan=plan, verb="plan.held", reason=reason, by=by, now=now)
    return await raise_alert(
        tx, organisation_id=organisation_id, team_id=plan.team_id, kind=AlertKind.FIX_DATA, subject_kind="plan",
        subject_id=plan_id, rule_key=rule_key, sentence=f"The plan stands still: {reason} End it, or let it go on.",
        cause_kind="hold", cause_id=plan.revision + 1, patient_id=plan.patient_id, plan_id=plan_id, by=by, now=now,
    )  # fmt: skip


async def resume(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> list[OccurrenceOnFile]:
    """Go on after a pause; returns what fell due while it stood still."""
    return await _go_on(tx, organisation_id=organisation_id, plan_id=plan_id, after="paused", by=by, now=now)


async def restore(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> list[OccurrenceOnFile]:
    """Go back to what it was before a hold that was a mistake (a death taken back); returns what fell due inside."""
    return await _go_on(tx, organisation_id=organisation_id, plan_id=plan_id, after="held", by=by, now=now)


async def _go_on(
    tx: Tx, *, organisation_id: int, plan_id: int, after: str, by: Actor, now: datetime
) -> list[OccurrenceOnFile]:
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state != after:
        raise Refused(f"This plan is {plan.state.replace('_', ' ')}, not {after}.")
    back_to = plan.held_from or "active"
    await tx.execute(
        "update plan set state = $3, held_from = null, state_reason = case when $3 = 'active' then null else state_reason end,"
        " state_until = case when $3 = 'active' then null else state_until end, revision = revision + 1"
        " where organisation_id = $1 and id = $2",
        organisation_id, plan_id, back_to,
    )  # fmt: skip
    if back_to == "active":
        plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
        await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
    await _answered(tx, plan=plan, note="The plan goes on.", by=by, now=now)
    await record(tx, by=by, verb="plan.go_on", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id)  # fmt: skip
    return await waiting_for(tx, organisation_id=organisation_id, plan_id=plan_id, today=tx.today)


async def _answered(tx: Tx, *, plan: PlanOnFile, note: str, by: Actor, now: datetime) -> None:
    """A named person has decided what becomes of the plan, so nobody needs to be asked any more."""
    if by.kind is not ActorKind.STAFF:
        return
    for rule, outcome in ((HELD, AlertOutcome.NO_ACTION_NEEDED), (PAUSE_OVER, AlertOutcome.PLAN_CHANGED)):
        await close_all_about(tx, organisation_id=plan.organisation_id, subject_kind="plan", subject_id=plan.id,
                              rule_key=rule, outcome=outcome, note=note, by=by, now=now)  # fmt: skip
        await end_episode_if_closed(tx, organisation_id=plan.organisation_id, subject_kind="plan", subject_id=plan.id,
                                    rule_key=rule, now=now)  # fmt: skip


async def end(
    tx: Tx, *, organisation_id: int, plan_id: int, outcome: str, reason: str | None, by: Actor, now: datetime
) -> None:
    """End a plan with an outcome. Refused unless a named member of staff does it."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff ends a plan.")
    if outcome not in OUTCOMES:
        raise Refused(f"A plan ends with one of these outcomes: {', '.join(OUTCOMES)}.")
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state == "ended":
        raise Refused("This plan has ended already.")
    await tx.execute(
        "update plan set state = 'ended', held_from = null, state_until = null, state_reason = $3, ended_at = $4,"
        " ended_by_staff_id = $5, outcome = $6, judge_on = null, revision = revision + 1"
        " where organisation_id = $1 and id = $2",
        organisation_id, plan_id, reason, now, by.id, outcome,
    )  # fmt: skip
    await _stop(tx, plan=plan, verb="plan.end", reason=f"The plan ended: {outcome}.", by=by, now=now)
    await tx.execute(
        "update occurrence set state = 'void', state_reason = 'The plan ended.', closed_at = $3, closed_by_kind = 'staff',"
        " closed_by_id = $4 where organisation_id = $1 and plan_id = $2 and state = 'open'",
        organisation_id, plan_id, now, by.id,
    )  # fmt: skip
    await _answered(tx, plan=plan, note="The plan ended.", by=by, now=now)


async def set_judge_on(tx: Tx, *, organisation_id: int, plan_id: int, on: date | None) -> None:
    """The day on which time alone may change what the rules say; they are asked again then."""
    await tx.execute(
        "update plan set judge_on = $3 where organisation_id = $1 and id = $2", organisation_id, plan_id, on
    )
