"""Messages as values, and what the worker claims. No decisions; locks are taken people first, then messages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.messages.model import Channel, MessageState, Purpose, Recipient


class MessageOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it stands. `facts` is what the cause knew (test, dates, result); names are read when it is sent."""

    id: int
    ref: UUID
    organisation_id: int
    patient_id: int
    team_id: int
    plan_id: int | None
    recipient: Recipient
    cause_kind: str
    cause_id: int
    purpose: Purpose
    channel: Channel
    attempt: int
    facts: Mapping[str, Any]
    state: MessageState
    not_after: datetime
    epoch: int
    address: str | None
    called_at: datetime | None
    asked: int


MESSAGE = """
select id, ref, organisation_id, patient_id, team_id, plan_id, recipient, cause_kind, cause_id, purpose, channel, attempt,
       facts, state, not_after, epoch, address, called_at, asked
  from message
"""


def message_from(row: Mapping[str, Any]) -> MessageOnFile:
    """Make the value from a row of `message`."""
    return MessageOnFile(
        id=row["id"], ref=row["ref"], organisation_id=row["organisation_id"], patient_id=row["patient_id"],
        team_id=row["team_id"], plan_id=row["plan_id"], recipient=Recipient(row["recipient"]),
        cause_kind=row["cause_kind"], cause_id=row["cause_id"], purpose=Purpose(row["purpose"]),
        channel=Channel(row["channel"]), attempt=row["attempt"], facts=row["facts"], state=MessageState(row["state"]),
        not_after=row["not_after"], epoch=row["epoch"], address=row["address"], called_at=row["called_at"],
        asked=row["asked"],
    )  # fmt: skip


async def locked_message(tx: Tx, *, organisation_id: int, message_id: int) -> MessageOnFile:
    """One message, locked; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(f"{MESSAGE} where organisation_id = $1 and id = $2 for update", organisation_id, message_id)
    if row is None:
        raise NotFound("There is no such message.")
    return message_from(row)


async def claim_ready(tx: Tx, *, now: datetime, limit: int) -> list[MessageOnFile]:
    """Messages that may leave now, locked, with their people locked before them: a death waits for us or we for it.

    Whoever records a death locks the person and then the messages; the same order here leaves no deadlock and no gap.
    """
    candidates = await tx.fetch(
        "select id, patient_id from message where state = 'queued' and not_before <= $1 order by not_before, id limit $2",
        now, limit,
    )  # fmt: skip
    if not candidates:
        return []
    await tx.fetch(
        "select id from patient where id = any($1) order by id for share",
        sorted({row["patient_id"] for row in candidates}),
    )
    rows = await tx.fetch(
        f"{MESSAGE} where id = any($1) and state = 'queued' order by not_before, id for update skip locked",
        [row["id"] for row in candidates],
    )
    return [message_from(row) for row in rows]


async def claim_to_ask(tx: Tx, *, limit: int) -> list[MessageOnFile]:
    """Messages whose outcome must be asked for: their worker died, the answer was unclear, or no receipt came.

    The lease moves on in the same statement (and the epoch with it), so that another worker, or the one that was only
    frozen, cannot write about them any more.
    """
    rows = await tx.fetch(
        "update message m set epoch = m.epoch + 1, asked = m.asked + 1,"
        " lease_until = case when m.state = 'sending' then clock_timestamp() + interval '60 seconds' else m.lease_until end,"
        " ask_after = clock_timestamp() + interval '60 seconds'"
        " from (select id from message where (state = 'sending' and lease_until < clock_timestamp())"
        "         or (state in ('accepted', 'unknown') and ask_after < clock_timestamp())"
        "        order by id limit $1 for update skip locked) due"
        " where m.id = due.id returning m.*",
        limit,
    )  # fmt: skip
    return [message_from(row) for row in rows]


async def note(tx: Tx, *, message: MessageOnFile, kind: str, detail: str | None, now: datetime) -> None:
    """Add a line to a message's history."""
    await notes(tx, [(message.organisation_id, message.id, kind, detail)], now=now)


async def notes(tx: Tx, lines: Iterable[tuple[int, int, str, str | None]], *, now: datetime) -> None:
    """Add lines to the histories of several messages: (organisation, message, kind, detail)."""
    listed = list(lines)
    await tx.execute(
        "insert into message_event (organisation_id, message_id, kind, detail, at)"
        " select *, $5 from unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[])",
        [line[0] for line in listed], [line[1] for line in listed], [line[2] for line in listed],
        [line[3] for line in listed], now,
    )  # fmt: skip
