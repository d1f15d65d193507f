"""Notes about a person: written once, never changed; one that was handed over is read by a named person."""

from datetime import datetime, timedelta

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx

#: The same words of the same person again within this time are the same note sent twice.
SENT_TWICE = timedelta(hours=24)

_WRITE = """
insert into note (organisation_id, patient_id, words, written_at, written_by_staff_id, for_staff_id)
select $1, $2, $3, $4, $5, $6
 where not exists (select from note where organisation_id = $1 and patient_id = $2 and words = $3 and written_by_staff_id = $5
                      and for_staff_id is not distinct from $6 and written_at > $7)
returning id
"""


async def write_note(
    tx: Tx, *, organisation_id: int, patient_id: int, words: str, for_staff_id: int | None, by: Actor, now: datetime
) -> None:
    """Keep what a member of staff wrote, for everybody or handed over to a colleague; nothing when it was sent twice."""
    note_id = await tx.fetchval(
        _WRITE, organisation_id, patient_id, words, now, by.id, for_staff_id, now - SENT_TWICE
    )  # fmt: skip
    if note_id is not None:
        verb = "note.write" if for_staff_id is None else "note.hand_over"
        await record(tx, by=by, verb=verb, subject_kind="note", subject_id=note_id, patient_id=patient_id)


async def mark_note_read(
    tx: Tx, *, organisation_id: int, note_id: int, patient_id: int, by: Actor, now: datetime
) -> None:
    """Somebody read a note that was handed over; nothing when somebody has before."""
    read = await tx.fetchval(
        "update note set read_at = $3, read_by_staff_id = $4"
        " where organisation_id = $1 and id = $2 and for_staff_id is not null and read_at is null returning id",
        organisation_id, note_id, now, by.id,
    )  # fmt: skip
    if read is not None:
        await record(tx, by=by, verb="note.read", subject_kind="note", subject_id=note_id, patient_id=patient_id)
