"""The one place that writes a move of an alert: the new state, the line in its history, the audit."""

from datetime import datetime

from rms.alerts.lifecycle import AlertMove
from rms.alerts.store import AlertOnFile
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx


async def note_move(
    tx: Tx, *, alert: AlertOnFile, move: AlertMove, by: Actor, now: datetime, reason: str | None = None
) -> None:
    """Add a line to an alert's history and to the audit."""
    await tx.execute(
        "insert into alert_move (organisation_id, alert_id, move, by_kind, by_id, by_name, reason, at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        alert.organisation_id, alert.id, move, by.kind, by.id, by.name, reason, now,
    )  # fmt: skip
    await record(tx, by=by, verb=f"alert.{move}", subject_kind="alert", subject_id=alert.id,
                 patient_id=alert.patient_id, organisation_id=alert.organisation_id, reason=reason)  # fmt: skip
