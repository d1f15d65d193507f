"""Writing a note and reading one, each in one transaction."""

from uuid import UUID

from rms.caseload.notes.forms import Written
from rms.caseload.notes.store import note_behind, reader
from rms.caseload.people.store import person_in_scope
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import Asker
from rms.people.moves import mark_note_read, write_note
from rms.people.store import lock_people


async def write(database: Database, *, asks: Asker, ref: UUID, note: Written) -> None:
    """Keep a note about a person; one that is handed over waits for the colleague until it is read."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        patient_id = await person_in_scope(tx, asks=asks, ref=ref)
        await lock_people(tx, [patient_id])
        to = None
        if note.to is not None:
            colleague = await reader(tx, asks=asks, ref=_ref(note.to), patient_id=patient_id)
            if not colleague.sees:
                raise Refused(f"{colleague.name} works in no team that looks after this person.")
            to = colleague.id
        await write_note(tx, organisation_id=asks.organisation_id, patient_id=patient_id, words=note.words,
                         for_staff_id=to, by=asks.actor, now=tx.now)  # fmt: skip


async def mark_read(database: Database, *, asks: Asker, ref: UUID) -> UUID:
    """Say that one has read a note that was handed over; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await note_behind(tx, asks=asks, ref=ref)
        await lock_people(tx, [found.patient_id])
        await mark_note_read(tx, organisation_id=asks.organisation_id, note_id=found.note_id, patient_id=found.patient_id,
                             by=asks.actor, now=tx.now)  # fmt: skip
        return found.person_ref


def _ref(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("Choose a colleague of your teams.") from None
