"""Decisions of a review: who decided what about a result, an answer or an alert; undone within a quarter of an hour.

What a decision causes (messages, a register event, changes of the plan) is arranged by `followup` and held until
`takes_effect_at`; undoing voids it.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound, Refused

#: How long a decision can be undone, and how long everything it causes is held.
HOLD = timedelta(minutes=15)


class DecisionKind(StrEnum):
    """What was decided."""

    IN_RANGE = "in_range"
    REPEAT = "repeat"
    CALL = "call"
    REFER = "refer"
    SET_ASIDE = "set_aside"
    RECURRENCE = "recurrence"
    NO_RECURRENCE = "no_recurrence"
    OTHER = "other"


class DecisionOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One decision as it stands."""

    id: int
    organisation_id: int
    patient_id: int
    plan_id: int | None
    subject_kind: str
    subject_id: int
    alert_id: int | None
    kind: DecisionKind
    note: str | None
    decided_at: datetime
    takes_effect_at: datetime
    undone: bool
    overtaken: bool


async def record_decision(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    plan_id: int | None,
    subject_kind: str,
    subject_id: int,
    alert_id: int | None,
    kind: DecisionKind,
    note: str | None,
    until_on: date | None = None,
    by: Actor,
    now: datetime,
) -> DecisionOnFile:
    """Write a decision down. Refused when nobody named decides, or when it was decided already."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff can decide.")
    row = await tx.fetchrow(
        "insert into decision (organisation_id, patient_id, plan_id, subject_kind, subject_id, alert_id, kind, note,"
        " until_on, decided_at, decided_by_staff_id, takes_effect_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " on conflict (organisation_id, subject_kind, subject_id)"
        " where undone_at is null and overtaken_at is null and kind <> 'set_aside' do nothing returning *",
        organisation_id, patient_id, plan_id, subject_kind, subject_id, alert_id, kind, note, until_on, now, by.id,
        now + HOLD,
    )  # fmt: skip
    if row is None:
        raise Refused("Somebody has decided this already. Undo that decision first.")
    await record(tx, by=by, verb=f"decide.{kind}", subject_kind=subject_kind, subject_id=subject_id,
                 patient_id=patient_id, organisation_id=organisation_id, reason=note)  # fmt: skip
    return _decision(row)


async def decision(tx: Tx, *, organisation_id: int, decision_id: int) -> DecisionOnFile:
    """One decision, locked; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(
        "select * from decision where organisation_id = $1 and id = $2 for update", organisation_id, decision_id
    )
    if row is None:
        raise NotFound("There is no such decision.")
    return _decision(row)


async def undo_decision(tx: Tx, *, made: DecisionOnFile, by: Actor, now: datetime) -> None:
    """Take a decision back while nothing of it has left; Refused with a sentence afterwards."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff can undo a decision.")
    if made.undone:
        raise Refused("It is undone already.")
    if made.overtaken:
        raise Refused("What it was about has changed since, so nothing of it holds any more. Decide anew instead.")
    if now >= made.takes_effect_at:
        raise Refused("The quarter of an hour is over and what it caused has left. Decide anew instead.")
    await tx.execute(
        "update decision set undone_at = $3, undone_by_staff_id = $4 where organisation_id = $1 and id = $2",
        made.organisation_id, made.id, now, by.id,
    )  # fmt: skip
    await record(tx, by=by, verb="decide.undo", subject_kind=made.subject_kind, subject_id=made.subject_id,
                 patient_id=made.patient_id, organisation_id=made.organisation_id)  # fmt: skip


async def overtake(
    tx: Tx, *, organisation_id: int, subject_kind: str, subject_id: int, now: datetime
) -> DecisionOnFile | None:
    """What was decided about has changed: the decision in force becomes history. Returns it; None when there is none."""
    row = await tx.fetchrow(
        "update decision set overtaken_at = $4 where organisation_id = $1 and subject_kind = $2 and subject_id = $3"
        " and undone_at is null and overtaken_at is null and kind <> 'set_aside' returning *",
        organisation_id, subject_kind, subject_id, now,
    )  # fmt: skip
    return None if row is None else _decision(row)


def _decision(row: Mapping[str, Any]) -> DecisionOnFile:
    return DecisionOnFile(
        id=row["id"], organisation_id=row["organisation_id"], patient_id=row["patient_id"], plan_id=row["plan_id"],
        subject_kind=row["subject_kind"], subject_id=row["subject_id"], alert_id=row["alert_id"],
        kind=DecisionKind(row["kind"]), note=row["note"], decided_at=row["decided_at"],
        takes_effect_at=row["takes_effect_at"], undone=row["undone_at"] is not None,
        overtaken=row["overtaken_at"] is not None,
    )  # fmt: skip
