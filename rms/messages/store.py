"""Messages as values, and what the worker claims. No decisions; locks are taken people first, then messages."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from rms.clock import start_of_london_day
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.messages.model import Channel, MessageState, Purpose, Recipient
from rms.messages.printing import last_day_late
from rms.people.store import lock_people


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
    state_reason: str | None
    not_before: datetime
    not_after: datetime
    queued_at: datetime
    epoch: int
    address: str | None
    called_at: datetime | None
    asked: int
    provider: str | None


class ToAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A message to ask about. `since_call` is the time from the call to this claim, both by the database's clock."""

    message: MessageOnFile
    since_call: timedelta


class LateLetters(msgspec.Struct, frozen=True, kw_only=True):
    """The letters of one team that should be printed by now: how many, and when the oldest was written."""

    organisation_id: int
    team_id: int
    letters: int
    since: datetime


COLUMNS = (
    "id, ref, organisation_id, patient_id, team_id, plan_id, recipient, cause_kind, cause_id, purpose, channel, attempt,"
    " facts, state, state_reason, not_before, not_after, queued_at, epoch, address, called_at, asked, provider"
)
MESSAGE = f"select {COLUMNS} from message"

# A candidate that may not be sent (sending is off, no provider is set up) is still taken once it is too old: then it
# becomes somebody's task instead of waiting in silence.
_CANDIDATES = """
select id, patient_id from message
 where state = 'queued' and not_before <= $1 and (channel = any($2) or not_after < $1)
 order by not_before, id limit $3
"""

# Whoever records a death locks the person, or, for a person of another organisation, the number (record_death_fact):
# so a claim and a death wait for each other here. A person who is busy is left for the next round; nobody waits.
_LOCK_PEOPLE = """
select id, nhs_number is null or pg_try_advisory_xact_lock_shared(hashtextextended(nhs_number, 0)) as still
  from (select id, nhs_number from patient where id = any($1) order by id for no key update skip locked) locked
"""

_TO_ASK = """
with due as (
  select id from message
   where (state = 'sending' and lease_until < clock_timestamp())
      or (state in ('accepted', 'unknown') and ask_after < clock_timestamp())
   order by id limit $1 for update skip locked)
update message set epoch = epoch + 1, asked = asked + 1,
       lease_until = case when state = 'sending' then clock_timestamp() + make_interval(secs => $2) else lease_until end,
       ask_after = case when state = 'sending' then ask_after else clock_timestamp() + make_interval(secs => $2) end
 where id in (select id from due)
"""

# What must not be printed (held, taken back) is in other hands and not late.
_LATE_LETTERS = """
select m.organisation_id, m.team_id, count(*) as letters, min(l.made_at) as since
  from letter l join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
 where l.printed_at is null and l.made_at < $1 and m.state in ('accepted', 'delivered') {which}
 group by m.organisation_id, m.team_id order by m.organisation_id, m.team_id
"""
_OF_TEAM = "and m.organisation_id = $2 and m.team_id = $3"
_NOT_ASKED_TODAY = """
and not exists (select from alert a
                 where a.organisation_id = m.organisation_id and a.subject_kind = $2 and a.subject_id = m.team_id
                   and a.rule_key = $3
                   and (a.state <> 'closed' or exists (select from alert_cause c
                          where c.organisation_id = a.organisation_id and c.alert_id = a.id and c.cause_kind = 'day'
                            and c.cause_id = $4)))
"""


def message_from(row: Mapping[str, Any]) -> MessageOnFile:
    """Make the value from a row of `message`."""
    known = {name: row[name] for name in MessageOnFile.__struct_fields__}
    return MessageOnFile(
        **known | {"recipient": Recipient(row["recipient"]), "purpose": Purpose(row["purpose"]),
                   "channel": Channel(row["channel"]), "state": MessageState(row["state"])}
    )  # fmt: skip


async def locked_message(tx: Tx, *, organisation_id: int, message_id: int) -> MessageOnFile:
    """One message, locked after its person; NotFound when it is not this organisation's."""
    patient_id = await tx.fetchval(
        "select patient_id from message where organisation_id = $1 and id = $2", organisation_id, message_id
    )
    if patient_id is None:
        raise NotFound("There is no such message.")
    await lock_people(tx, [patient_id])
    row = await tx.fetchrow(f"{MESSAGE} where organisation_id = $1 and id = $2 for update", organisation_id, message_id)
    assert row is not None  # messages are never deleted
    return message_from(row)


async def claim_ready(tx: Tx, *, now: datetime, channels: Collection[Channel], limit: int) -> list[MessageOnFile]:
    """Messages that may leave now by one of `channels`, or are too old to leave at all, locked after their people.

    A death waits for us or we for it: whoever records one locks the person before anything else, as we do. People whom
    somebody else has locked are passed over; so two workers take different people, and nobody's long work holds up all.
    """
    candidates = await tx.fetch(_CANDIDATES, now, sorted(channels), limit)
    if not candidates:
        return []
    people = await tx.fetch(_LOCK_PEOPLE, sorted({row["patient_id"] for row in candidates}))
    rows = await tx.fetch(
        f"{MESSAGE} where id = any($1) and patient_id = any($2) and state = 'queued' and not_before <= $3"
        " order by not_before, id for update skip locked",
        [row["id"] for row in candidates], [row["id"] for row in people if row["still"]], now,
    )  # fmt: skip
    return [message_from(row) for row in rows]


async def is_ours(tx: Tx, *, organisation_id: int, message_id: int, epoch: int) -> bool:
    """Does the claim with this epoch still hold, its lease included? By the database's clock, not the worker's."""
    held: bool = await tx.fetchval(
        "select exists (select from message where organisation_id = $1 and id = $2 and epoch = $3 and state = 'sending'"
        " and lease_until > clock_timestamp())",
        organisation_id, message_id, epoch,
    )  # fmt: skip
    return held


async def claim_to_ask(tx: Tx, *, lease_seconds: float, limit: int) -> list[ToAsk]:
    """Messages whose outcome must be asked for: their worker died, the answer was unclear, or no receipt came.

    The lease moves on in the same statement (and the epoch with it), so that another worker, or the one that was only
    frozen, cannot write about them any more.
    """
    rows = await tx.fetch(
        f"{_TO_ASK} returning {COLUMNS}, clock_timestamp() - called_at as since_call", limit, lease_seconds
    )
    return [ToAsk(message=message_from(row), since_call=row["since_call"] or timedelta(0)) for row in rows]


async def unwanted_because(tx: Tx, *, organisation_id: int, message_id: int) -> str | None:
    """Why a message that was under way is no longer wanted (see `moves.voiding`); None while it is."""
    reason: str | None = await tx.fetchval(
        "select detail from message_event where organisation_id = $1 and message_id = $2 and kind = 'unwanted'"
        " order by id desc limit 1",
        organisation_id, message_id,
    )  # fmt: skip
    return reason


async def door(tx: Tx, reference: UUID) -> tuple[int, int] | None:
    """Where a provider's reference leads: (organisation, message), or None. Needs no organisation's scope."""
    row = await tx.fetchrow("select organisation_id, message_id from door_message_find($1)", reference)
    return None if row is None else (row["organisation_id"], row["message_id"])


async def note(tx: Tx, *, message: MessageOnFile, kind: str, detail: str | None, now: datetime) -> None:
    """Add a line to a message's history."""
    await tx.execute(
        "insert into message_event (organisation_id, message_id, kind, detail, at) values ($1, $2, $3, $4, $5)",
        message.organisation_id, message.id, kind, detail, now,
    )  # fmt: skip


async def notes(tx: Tx, lines: Iterable[tuple[int, int, str, str | None]], *, now: datetime) -> None:
    """Add lines to the histories of several messages: (organisation, message, kind, detail)."""
    listed = list(lines)
    await tx.execute(
        "insert into message_event (organisation_id, message_id, kind, detail, at)"
        " select *, $5 from unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[])",
        [line[0] for line in listed], [line[1] for line in listed], [line[2] for line in listed],
        [line[3] for line in listed], now,
    )  # fmt: skip


async def teams_with_late_letters(tx: Tx, *, subject_kind: str, rule_key: str) -> list[LateLetters]:
    """The teams whose letters wait for too long and who are not asked about it yet, nor were today."""
    rows = await tx.fetch(_LATE_LETTERS.format(which=_NOT_ASKED_TODAY), _late_before(tx), subject_kind, rule_key,
                          tx.today.toordinal())  # fmt: skip
    return [LateLetters(**dict(row)) for row in rows]


async def late_letters(tx: Tx, *, organisation_id: int, team_id: int) -> LateLetters | None:
    """What waits for too long in the print queue of a team; None when nothing does."""
    row = await tx.fetchrow(_LATE_LETTERS.format(which=_OF_TEAM), _late_before(tx), organisation_id, team_id)
    return None if row is None else LateLetters(**dict(row))


def _late_before(tx: Tx) -> datetime:
    return start_of_london_day(last_day_late(tx.today) + timedelta(days=1))
