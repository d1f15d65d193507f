"""What can happen to an import inside an open transaction: staged, approved, discarded. Applied once or not at all."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, Refused
from rms.people.store import TeamOnFile, team_for_site
from rms.sync.imports.caseload_plans import apply_caseload, stage_caseload
from rms.sync.imports.model import FOR_A_PERSON, Action, Batch, BatchState, ImportKind, Incoming, Row
from rms.sync.imports.register import apply_register, stage_register
from rms.sync.imports.store import batch_by_ref, first_approved, insert_batch, note_patients, settle_batch

_BUSY = "Another import of this organisation is being applied. Try again when it is done."


async def staged(tx: Tx, *, organisation_id: int, incoming: Incoming, by: Actor) -> Batch:
    """Decide what would become of a file; writes nothing."""
    if incoming.kind is ImportKind.REGISTER:
        rows = await stage_register(tx, organisation_id=organisation_id, incoming=incoming)
    else:
        rows = await stage_caseload(tx, organisation_id=organisation_id, incoming=incoming, by=by)
    return Batch(
        kind=incoming.kind, file_name=incoming.file_name, sha256=incoming.sha256, read=incoming.counts, rows=rows
    )


async def stage_batch(tx: Tx, *, organisation_id: int, incoming: Incoming, by: Actor, now: datetime) -> Batch:
    """Decide what would become of a file and keep that for approval; nothing else is written."""
    batch = await staged(tx, organisation_id=organisation_id, incoming=incoming, by=by)
    kept = await insert_batch(tx, organisation_id=organisation_id, batch=batch, by_name=by.name, now=now)
    await _audit(tx, kept, verb="import.stage", organisation_id=organisation_id, by=by)
    return kept


async def approve_batch(tx: Tx, *, organisation_id: int, ref: UUID, by: Actor, now: datetime) -> Batch:
    """Do all that a staged batch said it would, or nothing.

    Conflict when it is settled already, when another import is being applied, and when something that was decided does
    not hold any more. What a person must look at is left undone and becomes an alert of the team it concerns.
    """
    if not await tx.fetchval("select pg_try_advisory_xact_lock(hashtextextended('import', $1))", organisation_id):
        raise Conflict(_BUSY)
    batch = await batch_by_ref(tx, organisation_id=organisation_id, ref=ref, lock=True)
    _must_be_staged(batch)
    assert batch.id is not None
    apply = apply_register if batch.kind is ImportKind.REGISTER else apply_caseload
    patients = await apply(tx, organisation_id=organisation_id, rows=batch.rows, by=by, now=now)
    await note_patients(tx, organisation_id=organisation_id, batch_id=batch.id, patients=patients)
    await _ask_somebody(tx, batch, organisation_id=organisation_id, by=by, now=now)
    rows = tuple(
        msgspec.structs.replace(row, patient_id=patients.get(row.row_number, row.patient_id)) for row in batch.rows
    )
    batch = msgspec.structs.replace(batch, rows=rows)
    return await _settled(tx, batch, organisation_id=organisation_id, state=BatchState.APPROVED, by=by, now=now)


async def discard_batch(tx: Tx, *, organisation_id: int, ref: UUID, by: Actor, now: datetime) -> Batch:
    """Put a staged batch away. Conflict when it is settled already."""
    batch = await batch_by_ref(tx, organisation_id=organisation_id, ref=ref, lock=True)
    _must_be_staged(batch)
    return await _settled(tx, batch, organisation_id=organisation_id, state=BatchState.DISCARDED, by=by, now=now)


def _must_be_staged(batch: Batch) -> None:
    if batch.state is not BatchState.STAGED:
        raise Conflict(f"This import was {batch.state} by {batch.settled_by} already.")


async def _settled(tx: Tx, batch: Batch, *, organisation_id: int, state: BatchState, by: Actor, now: datetime) -> Batch:
    assert batch.id is not None
    await settle_batch(tx, organisation_id=organisation_id, batch_id=batch.id, state=state, by_name=by.name, now=now)
    verb = "import.approve" if state is BatchState.APPROVED else "import.discard"
    await _audit(tx, batch, verb=verb, organisation_id=organisation_id, by=by)
    return msgspec.structs.replace(batch, state=state, settled_at=now, settled_by=by.name)


async def _audit(tx: Tx, batch: Batch, *, verb: str, organisation_id: int, by: Actor) -> None:
    await record(tx, by=by, verb=verb, subject_kind="import", subject_id=batch.id, organisation_id=organisation_id,
                 details={"kind": batch.kind, "sha256": batch.sha256.hex(), "counts": batch.told_counts})  # fmt: skip


async def _ask_somebody(tx: Tx, batch: Batch, *, organisation_id: int, by: Actor, now: datetime) -> None:
    """An alert for each team that has rows to look at; rows whose tumour site is not known go to the general team."""
    rows = [row for row in batch.rows if row.action in FOR_A_PERSON]
    teams: dict[int, tuple[TeamOnFile, list[Row]]] = {}
    for site in dict.fromkeys(row.site for row in rows):
        team = await team_for_site(tx, organisation_id=organisation_id, site=site)
        if team is None:
            raise Refused("There is no team here that could look at what was not taken over: add a team first.")
        teams.setdefault(team.id, (team, []))[1].extend(row for row in rows if row.site == site)
    assert batch.id is not None
    first_id = await first_approved(tx, organisation_id=organisation_id, batch=batch)
    for team, theirs in teams.values():
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=team.id, kind=AlertKind.FIX_DATA, subject_kind="import",
            subject_id=first_id, rule_key=f"import:{team.key}", sentence=_sentence(batch, theirs),
            cause_kind=_questions(theirs), cause_id=first_id, by=by, now=now,
        )  # fmt: skip


def _questions(rows: Sequence[Row]) -> str:
    """What is asked, as the cause of an alert: the same questions about the same file again are no news."""
    asked = [(row.row_number, row.action, row.reasons, row.faults) for row in rows]
    return f"import:{hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:32]}"


def _sentence(batch: Batch, rows: Sequence[Row]) -> str:
    counted = Counter(row.action for row in rows)
    told = []
    if counted[Action.ASK]:
        told.append(f"{counted[Action.ASK]} to decide about")
    if counted[Action.FAULT]:
        told.append(f"{counted[Action.FAULT]} that cannot be read")
    return f"The import of {batch.file_name} left something for a person: {' and '.join(told)}."
