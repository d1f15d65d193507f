"""The messages of one person, and those that decisions about one of their results caused."""

from datetime import datetime
from uuid import UUID

import msgspec

from rms.caseload.looking import Look

_MESSAGE = """
select m.ref, m.purpose, m.recipient, m.channel, m.state, m.state_reason, m.not_before, m.queued_at, m.accepted_at,
       m.settled_at, l.printed_at, l.printed_by, m.cause_id
  from message m left join letter l on l.organisation_id = m.organisation_id and l.message_id = m.id
 where m.organisation_id = $1 and m.patient_id = $2
"""


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message and what became of it."""

    ref: UUID
    purpose: str
    recipient: str
    channel: str
    state: str
    state_reason: str | None
    not_before: datetime
    queued_at: datetime
    accepted_at: datetime | None
    settled_at: datetime | None
    printed_at: datetime | None
    printed_by: str | None
    cause_id: int


async def messages_of(look: Look, *, patient_id: int) -> list[SentMessage]:
    """The latest 200 messages to or about a person, the newest first; what staff are told is not among them."""
    rows = await look.tx.fetch(f"{_MESSAGE} and m.recipient <> 'staff' order by m.queued_at desc, m.id desc limit 200",
                               look.asks.organisation_id, patient_id)  # fmt: skip
    return [SentMessage(**dict(row)) for row in rows]


async def messages_because_of(look: Look, *, patient_id: int, decision_ids: list[int]) -> list[SentMessage]:
    """What decisions sent, or will send, in the order in which it was asked for."""
    rows = await look.tx.fetch(f"{_MESSAGE} and m.cause_kind = 'decision' and m.cause_id = any($3) order by m.id",
                               look.asks.organisation_id, patient_id, decision_ids)  # fmt: skip
    return [SentMessage(**dict(row)) for row in rows]
