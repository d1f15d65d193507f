"""Write one audit line in the transaction of the change, or of the release of what was looked at."""

from collections.abc import Mapping
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
