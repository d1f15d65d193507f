"""Pausing, holding, restoring and ending a plan. Whoever stops it takes its work off the calendar in the same breath."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close_all_about, end_episode_if_closed, raise_alert
from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.moves import void_for_plan
from rms.plans.model import Move, Skip
from rms.plans.moves.changing import override
from rms.plans.moves.rows import take_off_calendar, void
from rms.plans.moves.writing import refresh
from rms.plans.schedule import Inside, PauseRule, fell_inside
from rms.plans.schedule.words import day
from rms.plans.store.occurrences import OccurrenceOnFile, open_of_plan, waiting_for
from rms.plans.store.plans import PlanOnFile, plan_on_file

#: The rules under which somebody is asked what becomes of a plan that stands still.
HELD, PAUSE_OVER, SEEN_BY = "plan-held", "pause-over", "seen-by"
#: A change that was made on going on is looked at again after this; our default.
LOOK_AGAIN_AT_CHANGES = timedelta(days=90)
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
    tx: Tx, *, organisation_id: int, plan_id: int, until: date, reason: str, rule: PauseRule = PauseRule.ASK, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Stand still until a day, with a reason; on that day somebody is asked to go on.

    `rule` is what whoever pauses means for what falls inside; whoever lets it go on decides.
    """
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state not in ("active", "paused"):
        raise Refused("Only a running plan can be paused, or a paused one for longer.")
    if until <= tx.today:
        raise Refused("The day the pause ends must lie ahead.")
    if not reason.strip():
        raise Refused("Say why the plan is paused.")
    await _stand_still(tx, plan=plan, state="paused", until=until, reason=reason, rule=rule)
    await _stop(tx, plan=plan, verb="plan.paused", reason=reason, by=by, now=now)


async def suspend(
    tx: Tx, *, organisation_id: int, plan_id: int, seen_by: date, reason: str, by: Actor, now: datetime
) -> None:
    """The cancer may have come back: nothing is asked for, and by a day somebody confirms that they were seen."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state not in ("active", "paused", "suspended"):
        raise Refused("Only a running or a paused plan can be suspended.")
    if seen_by <= tx.today:
        raise Refused("The day by which they are seen must lie ahead.")
    if not reason.strip():
        raise Refused("Say why the plan is suspended.")
    await _stand_still(tx, plan=plan, state="suspended", until=seen_by, reason=reason, rule=None)
    await _stop(tx, plan=plan, verb="plan.suspended", reason=reason, by=by, now=now)
    if plan.state == "paused":
        await _answered(tx, plan=plan, rules=(PAUSE_OVER,), note=f"The plan is suspended: {reason}", by=by, now=now)


async def confirm_seen(
    tx: Tx, *, organisation_id: int, plan_id: int, said: str, ask_again_on: date, by: Actor, now: datetime
) -> None:
    """Of a suspended plan: they were seen, and what was said; on another day somebody is asked what becomes of it."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state != "suspended":
        raise Refused("Only of a suspended plan does somebody confirm that the person was seen.")
    if ask_again_on <= tx.today:
        raise Refused("The day on which somebody looks again must lie ahead.")
    if not said.strip():
        raise Refused("Say who saw them, when, and what was said.")
    await tx.execute("update plan set state_until = $3 where organisation_id = $1 and id = $2", organisation_id, plan_id,
                     ask_again_on)  # fmt: skip
    await record(tx, by=by, verb="plan.seen", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=said)  # fmt: skip
    await _answered(tx, plan=plan, rules=(SEEN_BY,), note=said, by=by, now=now)


async def _stand_still(
    tx: Tx, *, plan: PlanOnFile, state: str, until: date, reason: str, rule: PauseRule | None
) -> None:
    """The beginning stays that of the first standstill: what fell due since then is what somebody decides about."""
    await tx.execute(
        "update plan set state = $3, state_reason = $4, state_until = $5, still_since = coalesce(still_since, $6),"
        " pause_rule = $7, revision = revision + 1 where organisation_id = $1 and id = $2",
        plan.organisation_id, plan.id, state, reason, until, tx.today, rule,
    )  # fmt: skip


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


async def resume(
    tx: Tx, *, organisation_id: int, plan_id: int, decided: Mapping[tuple[str, int], Inside] | None = None, by: Actor,
    now: datetime,
) -> list[OccurrenceOnFile]:  # fmt: skip
    """Go on after a pause or a suspension; returns what is late.

    `decided`: by step and number, what becomes of each date that fell inside; every one must be named, and what may not be
    left out is refused. None leaves all of them late.
    """
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    changes = [] if decided is None else _changes(plan, decided=decided, today=tx.today)
    late = await _go_on(
        tx, organisation_id=organisation_id, plan_id=plan_id, after=("paused", "suspended"), by=by, now=now
    )
    for change in changes:
        await override(
            tx, organisation_id=organisation_id, plan_id=plan_id, change=change, by=by, now=now,
            reason=f"because it fell due while the plan stood still ({plan.state_reason})",
            review_on=tx.today + LOOK_AGAIN_AT_CHANGES,
        )  # fmt: skip
    if not changes:
        return late
    return await waiting_for(tx, organisation_id=organisation_id, plan_id=plan_id, today=tx.today)


def _changes(plan: PlanOnFile, *, decided: Mapping[tuple[str, int], Inside], today: date) -> list[Skip | Move]:
    """The changes that a nurse's answers make; Refused with a sentence for each date without a fitting answer."""
    found: list[Skip | Move] = []
    faults = []
    inside = fell_inside(plan.effective, course=plan.course, from_on=plan.still_since or today, today=today)
    for one in inside:
        answer = decided.get((one.step, one.number))
        if answer is None:
            faults.append(f"Say what becomes of {one.title}, due on {day(one.due_on)}.")
        elif answer not in one.choices:
            faults.append(f"{one.title}, due on {day(one.due_on)}, cannot be dealt with like that.")
        elif answer is Inside.SKIP:
            found.append(Skip(step=one.step, number=one.number))
        elif answer is Inside.MOVE and one.move_to is not None:
            found.append(Move(step=one.step, number=one.number, due_on=one.move_to))
    if faults:
        raise Refused(" ".join(faults))
    return found


async def restore(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> list[OccurrenceOnFile]:
    """Go back to what it was before a hold that was a mistake (a death taken back); returns what fell due inside."""
    return await _go_on(tx, organisation_id=organisation_id, plan_id=plan_id, after=("held",), by=by, now=now)


async def _go_on(
    tx: Tx, *, organisation_id: int, plan_id: int, after: tuple[str, ...], by: Actor, now: datetime
) -> list[OccurrenceOnFile]:
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state not in after:
        raise Refused(f"This plan is {plan.state.replace('_', ' ')}, not {' or '.join(after)}.")
    back_to = plan.held_from or "active"
    await tx.execute(
        "update plan set state = $3, held_from = null, state_reason = case when $3 = 'active' then null else state_reason end,"
        " state_until = case when $3 = 'active' then null else state_until end,"
        " still_since = case when $3 = 'active' then null else still_since end,"
        " pause_rule = case when $3 = 'active' then null else pause_rule end, revision = revision + 1"
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


_ENDS_WITH = {
    HELD: AlertOutcome.NO_ACTION_NEEDED,
    PAUSE_OVER: AlertOutcome.PLAN_CHANGED,
    SEEN_BY: AlertOutcome.PLAN_CHANGED,
}


async def _answered(
    tx: Tx, *, plan: PlanOnFile, rules: tuple[str, ...] = tuple(_ENDS_WITH), note: str, by: Actor, now: datetime
) -> None:
    """A named person has decided what becomes of the plan, so nobody needs to be asked any more."""
    if by.kind is not ActorKind.STAFF:
        return
    for rule in rules:
        outcome = _ENDS_WITH[rule]
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
