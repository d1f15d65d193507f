"""One piece of a batch by itself: what cannot be done is taken back, and holds up nobody else of the batch."""

from collections.abc import Awaitable

import asyncpg
import msgspec

from rms.db.engine import Tx
from rms.errors import DatabaseAway, RmsError


async def alone(tx: Tx, work: Awaitable[object]) -> Exception | None:
    """Do it inside a savepoint; give None, or why it could not be done, with all its writes taken back.

    Only what the domain or the database refuses is caught. A database that is gone, and a fault of ours, end the batch.
    """
    await tx.execute("savepoint alone")
    try:
        await work
    except DatabaseAway:
        raise
    except (RmsError, msgspec.ValidationError, asyncpg.IntegrityConstraintViolationError) as error:
        await tx.execute("rollback to savepoint alone")
        return error
    return None
