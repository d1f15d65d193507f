"""What closes an occurrence: a result or a submitted questionnaire, never a person's word alone."""

from datetime import date, datetime
from typing import Literal

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.plans.model import Done
from rms.plans.moves.rows import note, take_off_calendar, void
from rms.plans.moves.writing import refresh
from rms.plans.schedule.words import day
from rms.plans.store.occurrences import OccurrenceOnFile, locked_occurrence, occurrence_on_file
from rms.plans.store.plans import PlanOnFile, lock_plan, plan_on_file

Kind = Literal["result", "response"]


async def close_occurrence(
    tx: Tx,
    *,
    organisation_id: int,
    occurrence_id: int,
    by_kind: Kind,
    by_id: int,
    done_on: date,
    plan: PlanOnFile | None = None,
    by: Actor,
    now: datetime,
) -> bool:
    """Mark it done, take back its reminders, and write the next one; False when it is not open.

    Earlier ones of the step whose window had closed are *missed* from now on: nobody waits for them any more. `plan`: its
    plan, where the caller has locked it, read it afterwards and changed nothing of it since.
    """
    if plan is None:
        row = await _locked(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    else:
        row = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if row.state != "open":
        return False
    await tx.execute(
        "update occurrence set state = 'done', closed_at = $3, closed_by_kind = $4, closed_by_id = $5, done_on = $6"
        " where organisation_id = $1 and id = $2",
        organisation_id, occurrence_id, now, by_kind, by_id, done_on,
    )  # fmt: skip
    await _nothing_more(tx, row=row, what="done", detail=by_kind, reason="It is done.", by=by, now=now)
    await _miss_earlier(tx, row=row, by_kind=by_kind, by_id=by_id, today=tx.today, by=by, now=now)
    if plan is None:
        plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=row.plan_id)
    else:
        plan = plan.with_done(Done(step=row.step_key, number=row.number, done_on=done_on))
    await _follow(tx, plan=plan, by=by, now=now)
    return True


async def reopen_occurrence(
    tx: Tx, *, organisation_id: int, occurrence_id: int, reason: str, by: Actor, now: datetime
) -> None:
    """What closed it was withdrawn: it is asked for again, with the stages that still lie ahead."""
    row = await _locked(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if row.state != "done":
        return
    await tx.execute(
        "update occurrence set state = 'open', closed_at = null, closed_by_kind = null, closed_by_id = null, done_on = null"
        " where organisation_id = $1 and id = $2",
        organisation_id, occurrence_id,
    )  # fmt: skip
    await note(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what="reopened", detail=reason, by=by,
               now=now)  # fmt: skip
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=row.plan_id)
    await _follow(tx, plan=plan, by=by, now=now)


async def _locked(tx: Tx, *, organisation_id: int, occurrence_id: int) -> OccurrenceOnFile:
    """The occurrence, locked after its plan: everybody locks in this order."""
    row = await occurrence_on_file(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    await lock_plan(tx, organisation_id=organisation_id, plan_id=row.plan_id)
    return await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)


async def _nothing_more(
    tx: Tx, *, row: OccurrenceOnFile, what: str, detail: str, reason: str, by: Actor, now: datetime
) -> None:
    await take_off_calendar(tx, organisation_id=row.organisation_id, occurrence_id=row.id)
    await void(tx, organisation_id=row.organisation_id, occurrence_id=row.id, reason=reason, now=now)
    await note(tx, organisation_id=row.organisation_id, occurrence_id=row.id, what=what, detail=detail, by=by, now=now)


async def _miss_earlier(
    tx: Tx, *, row: OccurrenceOnFile, by_kind: Kind, by_id: int, today: date, by: Actor, now: datetime
) -> None:
    why = f"Not done; the one due on {day(row.due_on)} was."
    missed = await tx.fetch(
        "update occurrence set state = 'missed', state_reason = $6, closed_at = $7, closed_by_kind = $8, closed_by_id = $9"
        " where organisation_id = $1 and plan_id = $2 and step_key = $3 and state = 'open' and due_on < $4"
        " and latest_on < $5 returning id",
        row.organisation_id, row.plan_id, row.step_key, row.due_on, today, why, now, by_kind, by_id,
    )  # fmt: skip
    for one in missed:
        earlier = await occurrence_on_file(tx, organisation_id=row.organisation_id, occurrence_id=one["id"])
        await _nothing_more(tx, row=earlier, what="missed", detail=why, reason=why, by=by, now=now)


async def _follow(tx: Tx, *, plan: PlanOnFile, by: Actor, now: datetime) -> None:
    if plan.state == "active":
        await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
