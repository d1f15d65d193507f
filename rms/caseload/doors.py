"""What staff do on their pages, each in one transaction: find it in the scope of the one who asks, lock the person, move.

These are doors: called by pages only, never by one another.
"""

from collections.abc import Sequence
from uuid import UUID

from rms.caseload.letters.store import mark_letter_printed
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import Asker


async def letter_printed(database: Database, *, asks: Asker, ref: UUID) -> None:
    """Say that a letter of one's teams is on paper and in its envelope."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await mark_letter_printed(tx, asks=asks, ref=ref)


async def letters_printed(database: Database, *, asks: Asker, refs: Sequence[UUID]) -> tuple[UUID, ...]:
    """All of these are on paper, each recorded by itself; returns those that must not be posted, held meanwhile."""
    stopped = []
    for ref in refs:
        try:
            async with database.transaction(organisation_id=asks.organisation_id) as tx:
                await mark_letter_printed(tx, asks=asks, ref=ref)
        except Refused:
            stopped.append(ref)
    return tuple(stopped)
