"""A look at one person: audited in the transaction that releases what was looked at."""

from typing import Any

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.people.store.in_full import person_in_full


async def look_at_person(tx: Tx, *, organisation_id: int, patient_id: int, by: Actor) -> dict[str, Any]:
    """The person in full, and a line that says who looked."""
    shown = await person_in_full(tx, organisation_id=organisation_id, patient_id=patient_id)
    await record(tx, by=by, verb="person.look", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id)  # fmt: skip
    return shown
