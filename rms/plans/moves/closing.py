"""What closes an occurrence: a result or a submitted questionnaire, never a person's word alone."""

from datetime import date, datetime
from typing import Literal

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.messages.moves import void_for_cause
from rms.plans.moves.writing import note, refresh, take_off_calendar
from rms.plans.store.occurrences import locked_occurrence
from rms.plans.store.plans import plan_on_file


async def close_occurrence(
    tx: Tx,
    *,
    organisation_id: int,
    occurrence_id: int,
    by_kind: Literal["result", "response"],
    by_id: int,
    done_on: date,
    by: Actor,
    now: datetime,
) -> bool:
    """Mark it done, take back its reminders, and write the next one; False when it is not open."""
    row = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if row.state != "open":
        return False
    await tx.execute(
        "update occurrence set state = 'done', closed_at = $3, closed_by_kind = $4, closed_by_id = $5, done_on = $6"
        " where organisation_id = $1 and id = $2",
        organisation_id, occurrence_id, now, by_kind, by_id, done_on,
    )  # fmt: skip
    await take_off_calendar(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    await void_for_cause(tx, organisation_id=organisation_id, cause_kind="occurrence", cause_id=occurrence_id,
                         reason="It is done.", now=now)  # fmt: skip
    await note(
        tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what="done", detail=by_kind, by=by, now=now
    )
    await _follow(tx, organisation_id=organisation_id, plan_id=row.plan_id, by=by, now=now)
    return True


async def reopen_occurrence(
    tx: Tx, *, organisation_id: int, occurrence_id: int, reason: str, by: Actor, now: datetime
) -> None:
    """What closed it was withdrawn: it is asked for again, with the stages that still lie ahead."""
    row = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if row.state != "done":
        return
    await tx.execute(
        "update occurrence set state = 'open', closed_at = null, closed_by_kind = null, closed_by_id = null, done_on = null"
        " where organisation_id = $1 and id = $2",
        organisation_id, occurrence_id,
    )  # fmt: skip
    await note(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what="reopened", detail=reason, by=by,
               now=now)  # fmt: skip
    await _follow(tx, organisation_id=organisation_id, plan_id=row.plan_id, by=by, now=now)


async def _follow(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> None:
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if plan.state == "active":
        await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
