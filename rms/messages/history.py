"""What waits and what became of it, for people who look: counts by day, and the history of one message. Reads only."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.messages.store import MESSAGE, MessageOnFile, message_from


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a message."""

    at: datetime
    kind: str
    detail: str | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages wait to leave by one channel on one London day; what is overdue counts for today."""

    on: date
    channel: str
    purpose: str
    count: int


async def find_message(tx: Tx, key: UUID | int) -> MessageOnFile | None:
    """A message by our reference or by its number, in whatever scope the transaction has."""
    column = "ref" if isinstance(key, UUID) else "id"
    row = await tx.fetchrow(f"{MESSAGE} where {column} = $1", key)
    return None if row is None else message_from(row)


async def history_of(tx: Tx, message: MessageOnFile) -> list[HistoryLine]:
    """Everything that happened to a message, in order."""
    rows = await tx.fetch(
        "select at, kind, detail from message_event where organisation_id = $1 and message_id = $2 order by id",
        message.organisation_id, message.id,
    )  # fmt: skip
    return [HistoryLine(at=row["at"], kind=row["kind"], detail=row["detail"]) for row in rows]


async def waiting_by_day(tx: Tx, *, organisation_id: int, until: date) -> list[Waiting]:
    """What is queued and may leave up to and with `until`, by day, channel and purpose."""
    rows = await tx.fetch(
        "select greatest((not_before at time zone 'Europe/London')::date, $2) as day, channel, purpose, count(*) as count"
        " from message where organisation_id = $1 and state = 'queued'"
        " and (not_before at time zone 'Europe/London')::date <= $3 group by 1, 2, 3 order by 1, 2, 3",
        organisation_id, tx.today, until,
    )  # fmt: skip
    return [Waiting(on=row["day"], channel=row["channel"], purpose=row["purpose"], count=row["count"]) for row in rows]
