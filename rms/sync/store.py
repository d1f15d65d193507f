"""Rows of the inbox, peers and code maps as values: what came in, what is waiting to be read, what became of it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.results.units import CodeMap, MappedCode, code_map
from rms.sync.senders import Peer

#: In a code map: the sender's code is a test that is not followed here.
NOT_FOLLOWED = "not-followed"
#: While a worker holds a message, and longer than a batch takes.
LEASE = timedelta(seconds=60)
#: A batch of messages takes no more memory than this and one message.
MOST_BYTES = 16 * 1024 * 1024


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One frame as the listener keeps it."""

    peer_id: int | None
    peer_address: str
    raw: bytes
    sha256: bytes
    control_id: str | None
    answered: str
    frame_fault: str | None


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One message that a worker holds. `attempts` counts this one; `epoch` belongs to this claim."""

    id: int
    peer_id: int | None
    peer_address: str
    raw: bytes
    sha256: bytes
    frame_fault: str | None
    received_civil_at: datetime
    attempts: int
    epoch: int


class InboxLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message, without its text."""

    ref: UUID
    id: int
    peer: str | None
    peer_address: str
    control_id: str | None
    answered: str
    received_at: datetime
    state: str
    reason: str | None
    attempts: int


_ADD = """
insert into inbox (peer_id, peer_address, raw, sha256, control_id, answered, frame_fault, received_civil_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""

_ADD_PART = """
insert into inbox (peer_address, raw, sha256, answered, received_civil_at)
select i.peer_address, part.raw, part.sha256, i.answered, i.received_civil_at
  from inbox i cross join unnest($2::bytea[], $3::bytea[]) with ordinality as part (raw, sha256, number)
 where i.id = $1 order by part.number
"""

# A message that was tried before is read alone when its turn comes: one that ends its worker takes no others with it.
_CLAIM = """
with open as (
  select id, attempts, octet_length(raw) as size from inbox
   where state = 'received' and (lease_until is null or lease_until < $1)
   order by id limit $2 for update skip locked),
summed as (select id, attempts, sum(size) over (order by id) - size as before from open),
chosen as (
  select id from summed
   where case when (select attempts from open order by id limit 1) > 0 then id = (select min(id) from open)
              else attempts = 0 and before < $4 end)
update inbox i set attempts = i.attempts + 1, epoch = i.epoch + 1, lease_until = $3
  from chosen where i.id = chosen.id
returning i.id, i.peer_id, i.peer_address, i.raw, i.sha256, i.frame_fault, i.received_civil_at, i.attempts, i.epoch,
          (select count(*) from open) as waiting
"""

_STILL_HELD = """
select i.id from inbox i join unnest($1::bigint[], $2::integer[]) as held (id, epoch) on held.id = i.id and held.epoch = i.epoch
 where i.state = 'received' order by i.id for update of i skip locked
"""

_SAME = """
select b.id, o.id as earlier, o.state, o.peer_id
  from unnest($1::bigint[], $2::bytea[]) as b (id, sha256)
  join inbox o on o.sha256 = b.sha256 and o.id <> b.id and o.state in ('filed', 'waiting', 'not_for_us')
 order by b.id, (o.state = 'filed') desc, o.id
"""


async def peers(tx: Tx) -> list[Peer]:
    """Every peer that may still send, with the organisations it may send for."""
    rows = await tx.fetch(
        "select p.id, p.name, p.sending_application, p.sending_facility, p.addresses,"
        " coalesce(array_agg(o.organisation_id order by o.organisation_id) filter (where o.organisation_id is not null), '{}')"
        " as organisations from peer p left join peer_organisation o on o.peer_id = p.id"
        " where p.ended_at is null group by p.id order by p.id"
    )
    return [
        Peer(id=row["id"], name=row["name"], application=row["sending_application"], facility=row["sending_facility"],
             addresses=tuple(row["addresses"]), organisations=tuple(row["organisations"]))
        for row in rows
    ]  # fmt: skip


async def add_to_inbox(tx: Tx, frames: Iterable[Kept]) -> None:
    """Keep frames as they came; the only thing the listener may do."""
    for one in frames:
        await tx.execute(_ADD, one.peer_id, one.peer_address, one.raw, one.sha256, one.control_id, one.answered,
                         one.frame_fault, tx.now)  # fmt: skip


async def add_parts(tx: Tx, *, inbox_id: int, parts: Sequence[bytes]) -> None:
    """Put the messages of one frame into the inbox, each by itself, as they came with it; each says who sent it."""
    await tx.execute(_ADD_PART, inbox_id, list(parts), [hashlib.sha256(part).digest() for part in parts])


async def claim(tx: Tx, *, real_now: datetime, at_most: int) -> tuple[list[Claimed], bool]:
    """Hold the oldest messages that nobody has read, for the time of a lease, in the order they came.

    The second answer: whether others may wait behind them.
    """
    rows = await tx.fetch(_CLAIM, real_now, at_most, real_now + LEASE, MOST_BYTES)
    claimed = sorted((_claimed(row) for row in rows), key=lambda one: one.id)
    waiting: int = rows[0]["waiting"] if rows else 0
    return claimed, waiting > len(claimed) or waiting == at_most


def _claimed(row: Mapping[str, Any]) -> Claimed:
    return Claimed(**{name: row[name] for name in Claimed.__struct_fields__})


async def still_held(tx: Tx, claimed: Sequence[Claimed]) -> set[int]:
    """Lock what was claimed and give what nobody else has taken since."""
    rows = await tx.fetch(_STILL_HELD, [one.id for one in claimed], [one.epoch for one in claimed])
    return {row["id"] for row in rows}


async def same_messages(tx: Tx, claimed: Sequence[Claimed]) -> dict[tuple[int, int | None], tuple[int, str]]:
    """For a message and a sender: the earlier message with the very same bytes and its state, a filed one first."""
    rows = await tx.fetch(_SAME, [one.id for one in claimed], [one.sha256 for one in claimed])
    found: dict[tuple[int, int | None], tuple[int, str]] = {}
    for row in rows:
        found.setdefault((row["id"], row["peer_id"]), (row["earlier"], row["state"]))
    return found


async def was_asked_before(tx: Tx, *, organisation_id: int, inbox_id: int) -> bool:
    """Whether an organisation was asked about this message at an earlier reading."""
    asked: bool = await tx.fetchval(
        "select exists (select from inbox_filing where organisation_id = $1 and inbox_id = $2 and alert_id is not null)",
        organisation_id, inbox_id,
    )  # fmt: skip
    return asked


async def settle(
    tx: Tx, *, inbox_id: int, state: str, reason: str | None, kind: str | None, duplicate_of: int | None, peer_id: int | None
) -> None:  # fmt: skip
    """Say what became of a message; it is not read again by itself. Set aside anew, somebody is asked anew."""
    await tx.execute(
        "update inbox set state = $2, state_reason = $3, kind = $4, duplicate_of = $5, peer_id = $6, lease_until = null,"
        " handled_at = clock_timestamp(), asked_organisation_id = null, asked_alert_id = null where id = $1",
        inbox_id, state, reason, kind, duplicate_of, peer_id,
    )  # fmt: skip


async def try_again(tx: Tx, *, inbox_id: int, at: datetime) -> None:
    """Leave a message unread until an instant of the real clock."""
    await tx.execute("update inbox set lease_until = $2 where id = $1", inbox_id, at)


async def note_filing(
    tx: Tx, *, organisation_id: int, inbox_id: int, patient_id: int | None, alert_id: int | None, state: str,
    reason: str | None, now: datetime,
) -> None:  # fmt: skip
    """Say what a message became in one organisation; the latest reading of it stands."""
    await tx.execute(
        "insert into inbox_filing (organisation_id, inbox_id, patient_id, alert_id, state, reason, at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (organisation_id, inbox_id) do update"
        " set patient_id = excluded.patient_id, alert_id = coalesce(excluded.alert_id, inbox_filing.alert_id),"
        " state = excluded.state, reason = excluded.reason, at = excluded.at",
        organisation_id, inbox_id, patient_id, alert_id, state, reason, now,
    )  # fmt: skip


async def code_maps(tx: Tx, peer_ids: Iterable[int]) -> dict[int, CodeMap]:
    """What the codes of some peers mean for every organisation, by peer."""
    rows = await tx.fetch(
        "select peer_id, local_code, local_text, analyte, valid_from, valid_until from code_map where peer_id = any($1)"
        " and taken_back_at is null order by id", sorted(set(peer_ids)),
    )  # fmt: skip
    lines: dict[int, list[MappedCode]] = {}
    for row in rows:
        lines.setdefault(row["peer_id"], []).append(
            _line(row["local_code"], row["analyte"], row["valid_from"], row["valid_until"])
        )
    return {peer_id: code_map(found) for peer_id, found in lines.items()}


async def own_code_maps(
    tx: Tx, peer_ids: Iterable[int], *, common: Mapping[int, CodeMap]
) -> dict[int, dict[int, CodeMap]]:
    """What the codes of some peers mean to the organisations that gave answers of their own: by peer, then organisation."""
    rows = await tx.fetch(
        "select peer_id, organisation_id, local_code, analyte from code_map_own where peer_id = any($1)"
        " and taken_back_at is null order by id", sorted(set(peer_ids)),
    )  # fmt: skip
    lines: dict[tuple[int, int], list[MappedCode]] = {}
    for row in rows:
        lines.setdefault((row["peer_id"], row["organisation_id"]), []).append(_said(row["local_code"], row["analyte"]))
    found: dict[int, dict[int, CodeMap]] = {}
    for (peer_id, organisation_id), own in lines.items():
        for_all = common.get(peer_id, CodeMap()).lines
        found.setdefault(peer_id, {})[organisation_id] = CodeMap(lines={**for_all, **code_map(own).lines})
    return found


def with_line(codes: CodeMap, *, code: str, analyte: str) -> CodeMap:
    """The same map, if this code meant this from the beginning."""
    return CodeMap(lines={**codes.lines, **code_map([_said(code, analyte)]).lines})


def _said(code: str, analyte: str) -> MappedCode:
    return MappedCode(code=code, analyte=None if analyte == NOT_FOLLOWED else analyte)


def _line(code: str, analyte: str, from_on: date, until_on: date | None) -> MappedCode:
    return MappedCode(
        code=code, analyte=None if analyte == NOT_FOLLOWED else analyte, from_on=from_on, until_on=until_on
    )


async def read_again(tx: Tx, refs: Sequence[UUID]) -> list[UUID]:
    """Put messages that wait, or were set aside, back to be read; the refs of those that were."""
    rows: list[Any] = await tx.fetch(
        "update inbox set state = 'received', state_reason = null, handled_at = null, attempts = 0, lease_until = null"
        " where ref = any($1) and state in ('waiting', 'set_aside', 'not_for_us') returning ref",
        list(refs),
    )  # fmt: skip
    return [row["ref"] for row in rows]


async def inbox_lines(tx: Tx, *, states: Sequence[str], at_most: int, after: int = 0) -> list[InboxLine]:
    """The latest messages in some states, the newest first; with `after` only those that came after that one."""
    rows = await tx.fetch(
        "select i.ref, i.id, p.name as peer, i.peer_address, i.control_id, i.answered, i.received_at, i.state,"
        " i.state_reason as reason, i.attempts from inbox i left join peer p on p.id = i.peer_id"
        " where i.state = any($1) and i.id > $3 order by i.id desc limit $2",
        list(states), at_most, after,
    )  # fmt: skip
    return [InboxLine(**dict(row)) for row in rows]
