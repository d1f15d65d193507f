"""Batches and their rows in the database: kept as staged, found by reference, settled once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.model import RegisterPerson, TumourSite
from rms.sync.caseload_csv import PlanInCourse
from rms.sync.imports.model import Action, Batch, BatchState, ImportKind, Row
from rms.sync.reading import Counts, Fault
from rms.sync.staging import Change

CHUNK = 1_000

_INSERT_ROWS = """
insert into import_row (organisation_id, batch_id, row_number, place, action, payload, faults, patient_id)
select $1, $2, row_number, place, action, payload, faults, patient_id
  from jsonb_to_recordset($3) as wanted(
       row_number integer, place text, action text, payload jsonb, faults jsonb, patient_id bigint)
"""

_NOTE_PATIENTS = """
update import_row r set patient_id = w.patient_id
  from jsonb_to_recordset($3) as w(row_number integer, patient_id bigint)
 where r.organisation_id = $1 and r.batch_id = $2 and r.row_number = w.row_number and r.patient_id is null
"""


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a row besides its columns."""

    person: RegisterPerson | None = None
    plan: PlanInCourse | None = None
    site: TumourSite | None = None
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()


async def insert_batch(tx: Tx, *, organisation_id: int, batch: Batch, by_name: str, now: datetime) -> Batch:
    """Keep a batch as staged; returns it with its id and reference."""
    row = await tx.fetchrow(
        "insert into import_batch (organisation_id, kind, file_name, sha256, counts, state, staged_at, staged_by)"
        " values ($1, $2, $3, $4, $5, 'staged', $6, $7) returning id, ref",
        organisation_id, batch.kind, batch.file_name, batch.sha256, batch.told_counts, now, by_name,
    )  # fmt: skip
    assert row is not None
    for start in range(0, len(batch.rows), CHUNK):
        wanted = [_stored(one) for one in batch.rows[start : start + CHUNK]]
        await tx.execute(_INSERT_ROWS, organisation_id, row["id"], wanted)
    return msgspec.structs.replace(
        batch, state=BatchState.STAGED, id=row["id"], ref=row["ref"], staged_at=now, staged_by=by_name
    )


async def first_approved(tx: Tx, *, organisation_id: int, batch: Batch) -> int:
    """The first batch of the very same file that was approved here; this one when it is the first."""
    found: int | None = await tx.fetchval(
        "select min(id) from import_batch where organisation_id = $1 and kind = $2 and sha256 = $3 and state = 'approved'",
        organisation_id, batch.kind, batch.sha256,
    )  # fmt: skip
    assert batch.id is not None
    return batch.id if found is None else found


async def batch_by_ref(tx: Tx, *, organisation_id: int, ref: UUID, lock: bool = False) -> Batch:
    """One batch with its rows, locked on request; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(
        "select id, ref, kind, file_name, sha256, counts, state, staged_at, staged_by, settled_at, settled_by"
        f" from import_batch where organisation_id = $1 and ref = $2{' for update' if lock else ''}",
        organisation_id, ref,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such import.")
    rows = await tx.fetch(
        "select row_number, place, action, payload, faults, patient_id from import_row"
        " where organisation_id = $1 and batch_id = $2 order by row_number",
        organisation_id, row["id"],
    )  # fmt: skip
    return Batch(
        kind=ImportKind(row["kind"]), file_name=row["file_name"], sha256=row["sha256"],
        read=msgspec.convert(row["counts"], Counts), rows=tuple(_row(one) for one in rows),
        state=BatchState(row["state"]), id=row["id"], ref=row["ref"], staged_at=row["staged_at"],
        staged_by=row["staged_by"], settled_at=row["settled_at"], settled_by=row["settled_by"],
    )  # fmt: skip


async def settle_batch(
    tx: Tx, *, organisation_id: int, batch_id: int, state: BatchState, by_name: str, now: datetime
) -> None:
    """Approved or discarded, by whom."""
    await tx.execute(
        "update import_batch set state = $3, settled_at = $4, settled_by = $5 where organisation_id = $1 and id = $2",
        organisation_id, batch_id, state, now, by_name,
    )  # fmt: skip


async def note_patients(tx: Tx, *, organisation_id: int, batch_id: int, patients: Mapping[int, int]) -> None:
    """Who the rows that were added became, by row number."""
    wanted = [{"row_number": number, "patient_id": patient_id} for number, patient_id in patients.items()]
    await tx.execute(_NOTE_PATIENTS, organisation_id, batch_id, wanted)


async def staged_with(tx: Tx, *, organisation_id: int, kind: ImportKind, sha256: bytes) -> UUID | None:
    """The batch that waits for approval with this content, or None."""
    found: UUID | None = await tx.fetchval(
        "select ref from import_batch where organisation_id = $1 and kind = $2 and sha256 = $3 and state = 'staged'"
        " order by id limit 1", organisation_id, kind, sha256,
    )  # fmt: skip
    return found


async def staged_batches(tx: Tx, *, organisation_id: int) -> Sequence[Mapping[str, Any]]:
    """The batches that wait for approval, the oldest first: ref, kind, file_name, counts, staged_at, staged_by."""
    rows = await tx.fetch(
        "select ref, kind, file_name, counts, staged_at, staged_by from import_batch"
        " where organisation_id = $1 and state = 'staged' order by staged_at, id",
        organisation_id,
    )  # fmt: skip
    return [dict(row) for row in rows]


def _stored(row: Row) -> dict[str, Any]:
    payload = _Payload(person=row.person, plan=row.plan, site=row.site, changes=row.changes, reasons=row.reasons)
    return {
        "row_number": row.row_number,
        "place": row.place,
        "action": row.action,
        "payload": payload,
        "faults": row.faults,
        "patient_id": row.patient_id,
    }


def _row(stored: Mapping[str, Any]) -> Row:
    payload = msgspec.convert(stored["payload"], _Payload, strict=False)
    return Row(
        row_number=stored["row_number"], place=stored["place"], action=Action(stored["action"]),
        patient_id=stored["patient_id"], faults=tuple(msgspec.convert(stored["faults"], list[Fault])),
        person=payload.person, plan=payload.plan, site=payload.site, changes=payload.changes, reasons=payload.reasons,
    )  # fmt: skip
