"""That a person died, or did not, on one organisation's row. The fact itself is kept by NHS number, outside any."""

from datetime import datetime

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import NotFound


async def mark_dead(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    formal: bool,
    died_on: PartialDate | None,
    by: Actor,
    now: datetime,
) -> None:
    """Note the death on this organisation's row; a formal one never becomes informal, a known date is never lost."""
    found = await tx.fetchval(
        "update patient set death_state = case when death_state = 'formal' then 'formal' else $3 end,"
        " died_on = coalesce($4, died_on), death_recorded_at = coalesce(death_recorded_at, $5)"
        " where organisation_id = $1 and id = $2 returning id",
        organisation_id, patient_id, "formal" if formal else "informal", str(died_on) if died_on else None, now,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such person.")
    await record(tx, by=by, verb="death.record", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"formal": formal})  # fmt: skip


async def mark_alive(tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor) -> None:
    """Take a death back on this organisation's row."""
    found = await tx.fetchval(
        "update patient set death_state = null, died_on = null, death_recorded_at = null"
        " where organisation_id = $1 and id = $2 returning id",
        organisation_id, patient_id,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such person.")
    await record(tx, by=by, verb="death.reverse", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, reason=why)  # fmt: skip
