"""One person in full, for a look that is audited by whoever releases it."""

from typing import Any
from uuid import UUID

from rms.db.engine import Tx
from rms.people.names import full_name
from rms.people.store.persons import cases_of, contacts_in_force, person, treatments_of


async def patient_id_of(tx: Tx, *, organisation_id: int, ref: UUID | None, nhs_number: str | None) -> int | None:
    """The person with a reference or an NHS number here, or None."""
    found: int | None = await tx.fetchval(
        "select id from patient where organisation_id = $1 and (ref = $2 or nhs_number = $3)",
        organisation_id, ref, nhs_number,
    )  # fmt: skip
    return found


async def person_in_full(tx: Tx, *, organisation_id: int, patient_id: int) -> dict[str, Any]:
    """Who they are, how to reach them, their numbers, cancers, treatments and flags; NotFound when not here."""
    whose = {"organisation_id": organisation_id, "patient_id": patient_id}
    them = await person(tx, **whose)
    numbers = await tx.fetch(
        "select authority, value from patient_identifier where organisation_id = $1 and patient_id = $2 order by id",
        organisation_id, patient_id,
    )  # fmt: skip
    flags = await tx.fetchval(
        "select flags from patient where organisation_id = $1 and id = $2", organisation_id, patient_id
    )
    contacts = await contacts_in_force(tx, **whose)
    return {
        "ref": them.ref,
        "name": full_name(them.name),
        "born": them.born_text,
        "sex": them.sex,
        "nhs_number": them.nhs_number,
        "hospital_numbers": [dict(row) for row in numbers],
        "contacts": [{"kind": c.kind, "value": c.value, "source": c.source, "since": c.valid_from} for c in contacts],
        "prefers": them.prefers,
        "messages_stopped_at": them.messages_stopped_at,
        "gp_code": them.gp_code,
        "gp_name": them.gp_name,
        "death": them.death_state,
        "died_on": them.died_on,
        "diagnoses": await cases_of(tx, **whose),
        "treatments": await treatments_of(tx, **whose),
        "flags": flags,
    }
