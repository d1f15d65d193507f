"""The feeds in figures: what each sender sent, what the providers of messages took, what the register has."""

from datetime import datetime
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.people.permissions import REACH, Permission, Reach

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


_CODES_WAITING: Final = """
select coalesce(substring(a.sentence from 'what “(.*)” means for this sender'), substring(a.rule_key from ':[0-9]+:(.*)$'))
         as code, count(f.id) as waiting, min(f.at) as since, t.name as team,
       array(select s.display_name from staff_team m
               join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
              where m.organisation_id = t.organisation_id and m.team_id = t.id and s.ended_at is null and s.role = any($3)
              order by s.display_name) as who
  from alert a join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  join inbox_filing f on f.organisation_id = a.organisation_id and f.alert_id = a.id and f.state = 'waiting'
 where a.organisation_id = $1 and a.subject_kind = 'peer' and a.subject_id = $2 and a.state <> 'closed'
   and a.rule_key ~ '^inbox-code:'
 group by a.id, t.organisation_id, t.id order by since, a.id
"""
#: The roles that say what a code means.
_ANSWER: Final = tuple(role.value for role, reach in REACH[Permission.CODE_MAP_CHANGE].items() if reach is Reach.TEAM)


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


class CodeWaiting(msgspec.Struct, frozen=True, kw_only=True):
    """A code that one team is asked about: how many messages wait, since when, and who in the team may answer."""

    code: str
    waiting: int
    since: datetime
    team: str
    who: tuple[str, ...]


async def codes_waiting(tx: Tx, *, organisation_id: int, peer_id: int) -> list[CodeWaiting]:
    """The codes of a sender that nobody has answered for, the longest waiting first. Counts and names of staff, no patient."""
    rows = await tx.fetch(_CODES_WAITING, organisation_id, peer_id, list(_ANSWER))
    return [msgspec.convert(dict(row), CodeWaiting) for row in rows]


async def providers(tx: Tx, *, organisation_id: int) -> dict[str, Provider]:
    """What each provider did lately, by its name."""
    rows = await tx.fetch(_MESSAGES, organisation_id, tx.now)
    return {row["provider"]: Provider(**dict(row)) for row in rows}


async def register_figures(tx: Tx, *, organisation_id: int) -> RegisterFigures:
    """What the register was told and what waits."""
    row = await tx.fetchrow(_EVENTS, organisation_id, tx.now)
    assert row is not None
    return RegisterFigures(**dict(row))
