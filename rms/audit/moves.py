"""Write one audit line in the transaction of the change, or of the release of what was looked at."""

from collections.abc import Mapping, Sequence
from typing import Any

from rms.audit.model import Actor
from rms.db.engine import Tx

_INSERT = """
insert into audit_entry (incarnation, civil_at, organisation_id, actor_kind, actor_id, actor_name, verb,
                         subject_kind, subject_id, patient_id, reason, details)
select incarnation, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 from database_state
"""


async def record(
    tx: Tx,
    *,
    by: Actor,
    verb: str,
    subject_kind: str,
    subject_id: int | None = None,
    patient_id: int | None = None,
    organisation_id: int | None = None,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Say who did (or looked at) what. `verb` is a short word of ours (`plan.start`, `person.look`).

    `organisation_id` defaults to the transaction's; the worker, whose transactions have none, names it.
    """
    organisation = organisation_id if organisation_id is not None else tx.organisation_id
    await tx.execute(
        _INSERT, tx.now, organisation, by.kind, by.id, by.name, verb, subject_kind, subject_id, patient_id, reason,
        dict(details or {}),
    )  # fmt: skip


_INSERT_EACH = """
insert into audit_entry (incarnation, civil_at, organisation_id, actor_kind, actor_id, actor_name, verb,
                         subject_kind, subject_id, patient_id, reason, details)
select incarnation, $1, $2, $3, $4, $5, $6, $7, line.subject_id, line.patient_id, null, line.details
  from database_state,
       rows from (jsonb_to_recordset($8) as (subject_id bigint, patient_id bigint, details jsonb))
       with ordinality as line(subject_id, patient_id, details, number)
 order by line.number
"""


async def record_each(
    tx: Tx,
    *,
    by: Actor,
    verb: str,
    subject_kind: str,
    organisation_id: int,
    about: Sequence[tuple[int, int | None]],
    details: Sequence[Mapping[str, Any]] | None = None,
) -> None:
    """Say that the same was done to many: one line for each of `about` (subject id, patient id), in that order."""
    if not about:
        return
    told = details if details is not None else [{}] * len(about)
    rows = [
        {"subject_id": subject, "patient_id": patient, "details": more}
        for (subject, patient), more in zip(about, told, strict=True)
    ]
    await tx.execute(_INSERT_EACH, tx.now, organisation_id, by.kind, by.id, by.name, verb, subject_kind, rows)
