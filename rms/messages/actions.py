"""The door by which a provider's news comes in: from its reference to the organisation, then one transaction there."""

from uuid import UUID

from rms.db.database import Database
from rms.log import get_log
from rms.messages.model import Receipt
from rms.messages.moves import record_receipt
from rms.messages.store import door

log = get_log(__name__)


async def file_receipt(database: Database, *, receipt: Receipt, provider: str) -> bool:
    """Record a receipt, as often as it comes; False when its reference leads nowhere: that is counted, not stored.

    `database` has the web's role. What names no reference of ours is nobody's receipt, whatever else it says. Raises
    DatabaseAway; the provider then comes again.
    """
    reference = _uuid(receipt.reference)
    found = None
    if reference is not None:
        async with database.transaction() as tx:
            found = await door(tx, reference)
    if found is None:
        log.warning("receipt_refused", gateway=provider, reason_code="unknown")
        return False
    organisation_id, message_id = found
    async with database.transaction(organisation_id=organisation_id) as tx:
        await record_receipt(tx, organisation_id=organisation_id, message_id=message_id, receipt=receipt, now=tx.now)
    log.info("receipt_filed", gateway=provider, message_id=message_id, state=receipt.status)
    return True


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
