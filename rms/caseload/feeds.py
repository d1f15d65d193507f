"""The laboratory feeds and when each last sent something, for the foot of every staff page."""

from datetime import datetime

import msgspec

from rms.db.engine import Tx


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One sender of laboratory messages and when it last sent one; None when it never did."""

    name: str
    last_at: datetime | None


async def feeds(tx: Tx) -> list[Feed]:
    """Every feed of the organisation that asks, by name."""
    rows = await tx.fetch("select peer as name, last_at from feeds_seen() order by peer")
    return [Feed(name=row["name"], last_at=row["last_at"]) for row in rows]
