"""The feeds in figures: what each sender sent, what the providers of messages took, what the register has."""

from datetime import datetime
from typing import Final

import msgspec

from rms.db.engine import Tx

_MESSAGES: Final = """
select coalesce(provider, 'none') as provider, count(*) filter (where state in ('accepted', 'delivered')) as taken,
       count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'unknown') as unknown,
       max(called_at) as last_at
  from message where organisation_id = $1 and channel in ('sms', 'email') and queued_at > $2::timestamptz - interval '7 days'
   and called_at is not null
 group by 1
"""
_EVENTS: Final = """
select count(*) filter (where delivered_at > $2::timestamptz - interval '7 days') as delivered,
       count(*) filter (where delivered_at is null and held_until < $2) as waiting,
       min(failing_since) filter (where delivered_at is null) as failing_since, max(delivered_at) as last_at,
       (array_agg(state_reason order by id desc) filter (where delivered_at is null and state_reason is not null))[1] as reason
  from event where organisation_id = $1
"""


class FeedFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One sender: `today` and `week` count what came; `unread`, `waiting`, `set_aside`, `broken` of the last week."""

    id: int
    name: str
    application: str | None
    facility: str | None
    addresses: tuple[str, ...]
    shared: bool
    last_at: datetime | None
    today: int
    week: int
    unread: int
    oldest_unread: datetime | None
    waiting: int
    set_aside: int
    broken: int


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider of messages did in a week."""

    provider: str
    taken: int
    failed: int
    unknown: int
    last_at: datetime | None


class RegisterFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the register was told."""

    delivered: int
    waiting: int
    failing_since: datetime | None
    last_at: datetime | None
    reason: str | None


async def feed_figures(tx: Tx) -> list[FeedFigures]:
    """Every sender of the transaction's organisation, by name."""
    return [msgspec.convert(dict(row), FeedFigures) for row in await tx.fetch("select * from feed_figures()")]


async def providers(tx: Tx, *, organisation_id: int) -> dict[str, Provider]:
    """What each provider did lately, by its name."""
    rows = await tx.fetch(_MESSAGES, organisation_id, tx.now)
    return {row["provider"]: Provider(**dict(row)) for row in rows}


async def register_figures(tx: Tx, *, organisation_id: int) -> RegisterFigures:
    """What the register was told and what waits."""
    row = await tx.fetchrow(_EVENTS, organisation_id, tx.now)
    assert row is not None
    return RegisterFigures(**dict(row))
