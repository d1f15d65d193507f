"""Doors of imports: read and stage in one transaction, approve in another, so that a batch survives what stops the second.

A batch is applied in one transaction, however large: half a register on file would be worse than none, and 10,000 people
take seconds. Sends and filings of people on file wait for that long at the most.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio.to_thread
import asyncpg

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.database import Database
from rms.errors import Conflict
from rms.people.store import organisation
from rms.plans.store import protocol_versions
from rms.sync.imports import moves, store
from rms.sync.imports.caseload_plans import usable_versions
from rms.sync.imports.files import Upload, read_caseload, read_register
from rms.sync.imports.model import Batch, ImportKind, Incoming

_IN_USE = "Somebody is working on people of this import just now. Nothing was changed; please try again in a minute."
_CAME_MEANWHILE = "People of this import came on file meanwhile. Nothing was changed; stage the file again."


async def read_path(database: Database, *, organisation_id: int, path: Path, kind: ImportKind) -> Incoming:
    """Read a file or folder against the organisation's day, code and protocols. BadInput when nothing there can be read."""
    return await read(database, organisation_id=organisation_id, source=path, kind=kind)


async def read(database: Database, *, organisation_id: int, source: Path | Upload, kind: ImportKind) -> Incoming:
    """The same for a file that a browser sent. Reading a large file takes a while, so it is done beside the loop."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        today, code = tx.today, (await organisation(tx, organisation_id)).code
        protocols = usable_versions(await protocol_versions(tx, organisation_id=organisation_id))
    if kind is ImportKind.REGISTER:
        return await anyio.to_thread.run_sync(lambda: read_register(source, hospital_system=code, today=today))
    steps = {key: [step.key for step in one.protocol.steps] for key, one in protocols.items()}
    return await anyio.to_thread.run_sync(lambda: read_caseload(source, today=today, steps=steps))


async def look_at(database: Database, *, organisation_id: int, incoming: Incoming, by: Actor) -> Batch:
    """Say what would become of a file. Writes nothing at all."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        return await moves.staged(tx, organisation_id=organisation_id, incoming=incoming, by=by)


async def stage(database: Database, *, organisation_id: int, incoming: Incoming, by: Actor) -> Batch:
    """Keep a batch for approval."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        return await moves.stage_batch(tx, organisation_id=organisation_id, incoming=incoming, by=by, now=tx.now)


async def approve(database: Database, *, organisation_id: int, ref: UUID, by: Actor) -> Batch:
    """Do what a staged batch said, all of it or nothing."""
    try:
        async with database.transaction(organisation_id=organisation_id) as tx:
            return await moves.approve_batch(tx, organisation_id=organisation_id, ref=ref, by=by, now=tx.now)
    except asyncpg.LockNotAvailableError:
        raise Conflict(_IN_USE) from None
    except asyncpg.UniqueViolationError:
        raise Conflict(_CAME_MEANWHILE) from None


async def discard(database: Database, *, organisation_id: int, ref: UUID, by: Actor) -> Batch:
    """Put a staged batch away."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        return await moves.discard_batch(tx, organisation_id=organisation_id, ref=ref, by=by, now=tx.now)


async def show(database: Database, *, organisation_id: int, ref: UUID, by: Actor) -> Batch:
    """One batch as it stands, which is a look at people; NotFound when it is not this organisation's."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        batch = await store.batch_by_ref(tx, organisation_id=organisation_id, ref=ref)
        await record(tx, by=by, verb="import.look", subject_kind="import", subject_id=batch.id,
                     organisation_id=organisation_id)  # fmt: skip
        return batch


async def same_waiting(database: Database, *, organisation_id: int, incoming: Incoming) -> UUID | None:
    """The batch that waits with the very same file: who sends a file twice finds the first one again."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        return await store.staged_with(tx, organisation_id=organisation_id, kind=incoming.kind, sha256=incoming.sha256)


async def waiting(database: Database, *, organisation_id: int) -> Sequence[Mapping[str, Any]]:
    """The batches that wait for approval, the oldest first; no people in them."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        return await store.staged_batches(tx, organisation_id=organisation_id)
