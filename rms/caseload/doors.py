"""What staff do on their pages, each in one transaction: find it in the scope of the one who asks, lock the person, move.

These are doors: called by pages only, never by one another.
"""

from uuid import UUID

from rms.alerts import moves
from rms.alerts.lifecycle import AlertOutcome
from rms.caseload.alerts.store import alert_behind
from rms.caseload.letters.store import mark_letter_printed
from rms.db.database import Database
from rms.people.access import Asker
from rms.people.store import lock_people


async def take_alert(database: Database, *, asks: Asker, ref: UUID) -> None:
    """Make an alert of one's teams one's own."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id, patient_id = await alert_behind(tx, asks=asks, ref=ref)
        await lock_people(tx, [patient_id] if patient_id is not None else [])
        await moves.take(tx, organisation_id=asks.organisation_id, alert_id=alert_id, by=asks.actor, now=tx.now)


async def close_alert(database: Database, *, asks: Asker, ref: UUID, outcome: AlertOutcome, note: str) -> None:
    """End an alert of one's teams with an outcome. Refused, in words, when the outcome does not fit."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id, patient_id = await alert_behind(tx, asks=asks, ref=ref)
        await lock_people(tx, [patient_id] if patient_id is not None else [])
        await moves.close(tx, organisation_id=asks.organisation_id, alert_id=alert_id, outcome=outcome, note=note,
                          by=asks.actor, now=tx.now)  # fmt: skip


async def letter_printed(database: Database, *, asks: Asker, ref: UUID) -> None:
    """Say that a letter of one's teams is on paper and in its envelope."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await mark_letter_printed(tx, asks=asks, ref=ref)
