"""The worker's duty here: alerts nobody acted on go to the next person, and set-aside ones come back."""

from rms.alerts.moves import ring
from rms.alerts.store import claim_due_for_escalation
from rms.audit.model import WORKER
from rms.db.database import Database

_AT_ONCE = 100


async def ring_due(database: Database) -> int:
    """Move every alert whose clock has rung, a hundred at a time; returns how many moved."""
    moved = 0
    while True:
        async with database.transaction() as tx:
            due = await claim_due_for_escalation(tx, now=tx.now, limit=_AT_ONCE)
            for alert in due:
                await ring(tx, alert=alert, by=WORKER, now=tx.now)
        moved += len(due)
        if len(due) < _AT_ONCE:
            return moved
