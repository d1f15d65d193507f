"""Entries and seals as rows. Reads them for sealing and verifying, writes seals; decides nothing.

Transaction ids travel as text: the driver has no word for them.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from rms.audit.chain import Entry, Reach, Seal
from rms.db.engine import Tx

_SEALER = 5_283_620_411  # a number of our own among advisory locks

_ENTRY = """
select id, incarnation, xid::text::bigint as xid, at, civil_at, organisation_id, actor_kind, actor_id, actor_name, verb,
       subject_kind, subject_id, patient_id, reason, details::text as details
  from audit_entry
"""
_SEAL = """
select number, incarnation, from_xid::text::bigint as from_xid, to_xid::text::bigint as to_xid, entry_count,
       previous_digest, digest, signature, sealed_at
  from audit_seal
"""
_ADD_SEAL = """
insert into audit_seal (number, incarnation, from_xid, to_xid, entry_count, previous_digest, digest, signature,
                        sealed_at)
values ($1, $2, $3::text::xid8, $4::text::xid8, $5, $6, $7, $8, $9)
"""

# All transactions below the oldest one still running have ended: none of them can add an entry any more.
_HORIZON = """
select incarnation, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as ended_below, clock_timestamp() as at
  from database_state
"""

_BATCH = """
select count(*) as entries, max(xid)::text::bigint as last_xid from (
  select xid from audit_entry
   where incarnation = $1 and xid >= $2::text::xid8 and xid < $3::text::xid8
   order by xid limit $4) as batch
"""


async def become_sealer(tx: Tx) -> bool:
    """Take the lock that lets one sealer run at a time, to the end of this transaction; False when another has it."""
    return bool(await tx.fetchval("select pg_try_advisory_xact_lock($1)", _SEALER))


async def horizon(tx: Tx) -> tuple[int, int, datetime]:
    """The present incarnation, the id below which every transaction has ended, and the real instant.

    Entries must be read by a later statement than this one, so that it sees what those transactions committed.
    """
    row = await tx.fetchrow(_HORIZON)
    assert row is not None
    return row["incarnation"], row["ended_below"], row["at"]


async def last_seal(tx: Tx) -> Seal | None:
    """The end of the chain."""
    row = await tx.fetchrow(f"{_SEAL} order by number desc limit 1")
    return _seal(row) if row else None


async def next_incarnation(tx: Tx, *, after: int) -> int | None:
    """The first incarnation later than `after` that has entries."""
    found: int | None = await tx.fetchval("select min(incarnation) from audit_entry where incarnation > $1", after)
    return found


async def batch_end(tx: Tx, *, incarnation: int, from_xid: int, below: int | None, at_most: int) -> int | None:
    """Where a batch of about `at_most` entries ends, between two transactions; None when no entry waits.

    It ends at `below` when all that waits fits, so that an entry slipped in later under an old id is seen as added.
    `below` None: the incarnation is over, and all of it may be sealed.
    """
    end = below if below is not None else 2**63 - 1
    row = await tx.fetchrow(_BATCH, incarnation, str(from_xid), str(end), at_most)
    if row is None or row["entries"] == 0:
        return None
    return below if below is not None and row["entries"] < at_most else row["last_xid"] + 1


async def entries_in(tx: Tx, reach: Reach) -> Sequence[Entry]:
    """The entries of a reach, in any order."""
    rows = await tx.fetch(
        f"{_ENTRY} where incarnation = $1 and xid >= $2::text::xid8 and xid < $3::text::xid8",
        reach.incarnation, str(reach.from_xid), str(reach.to_xid),
    )  # fmt: skip
    return [_entry(row) for row in rows]


async def add_seal(tx: Tx, seal: Seal) -> None:
    """Put a seal at the end of the chain."""
    await tx.execute(
        _ADD_SEAL, seal.number, seal.reach.incarnation, str(seal.reach.from_xid), str(seal.reach.to_xid),
        seal.entry_count, seal.previous_digest, seal.digest, seal.signature, seal.sealed_at,
    )  # fmt: skip


async def seals_after(tx: Tx, number: int) -> Sequence[Seal]:
    """The seals behind a number, in order; all of them for 0."""
    return [_seal(row) for row in await tx.fetch(f"{_SEAL} where number > $1 order by number", number)]


async def entries_after(tx: Tx, place: tuple[int, int, int], *, at_most: int) -> Sequence[Entry]:
    """The next entries behind a place (incarnation, xid, id), in the order of the chain."""
    incarnation, xid, entry_id = place
    rows = await tx.fetch(
        f"{_ENTRY} where (incarnation, xid, id) > ($1, $2::text::xid8, $3) order by incarnation, xid, id limit $4",
        incarnation, str(xid), entry_id, at_most,
    )  # fmt: skip
    return [_entry(row) for row in rows]


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(**row)


def _seal(row: asyncpg.Record) -> Seal:
    reach = Reach(incarnation=row["incarnation"], from_xid=row["from_xid"], to_xid=row["to_xid"])
    return Seal(
        number=row["number"],
        reach=reach,
        entry_count=row["entry_count"],
        previous_digest=row["previous_digest"],
        digest=row["digest"],
        signature=row["signature"],
        sealed_at=row["sealed_at"],
    )
