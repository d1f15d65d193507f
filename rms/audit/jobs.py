"""Seal the audit each minute, and verify it when asked: claim, act, repeat."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rms.audit import store
from rms.audit.chain import Entry, Reach, Seal, make_seal, place
from rms.audit.heads import last_noted, note_heads, read_heads
from rms.audit.verify import Fault, FaultKind
from rms.audit.verify import verify as find_faults
from rms.db.database import Database
from rms.db.engine import Tx
from rms.log import get_log

#: About this many entries under one seal, so that a large import is sealed in pieces that fit in memory.
AT_MOST = 20_000
_READ_AT_ONCE = 5_000

log = get_log(__name__)


async def seal(database: Database, *, key: Ed25519PrivateKey, heads_file: Path, at_most: int = AT_MOST) -> int:
    """Seal every entry whose transaction has ended; how many entries that were. Another sealer at work: 0.

    Heads are noted outside after the commit; what a kill left out is noted by the next run.
    """
    sealed = 0
    while made := await _seal_batch(database, key=key, at_most=at_most):
        sealed += made.entry_count
        log.info("audit_sealed", seal_id=made.number, count=made.entry_count)
    await _note(database, heads_file)
    return sealed


async def verify(database: Database, *, keys: Sequence[Ed25519PublicKey], heads_file: Path) -> list[Fault]:
    """List everything that shows tampering; an empty list means that none shows.

    `database` is a pool of a role that reads every organisation (the owner or back-up); `keys` are the public keys
    that ever signed.
    """
    heads, unreadable = read_heads(heads_file)
    async with database.transaction() as tx:
        seals = await store.seals_after(tx, 0)
        loop = asyncio.get_running_loop()
        faults = await asyncio.to_thread(find_faults, seals, _entries(tx, loop), heads, keys=keys)
    sentence = "Line {} of the list of heads outside cannot be read."
    spoilt = [Fault(kind=FaultKind.HEAD_UNSIGNED, number=None, sentence=sentence.format(n)) for n in unreadable]
    return [*faults, *spoilt]


async def _seal_batch(database: Database, *, key: Ed25519PrivateKey, at_most: int) -> Seal | None:
    async with database.transaction() as tx:
        if not await store.become_sealer(tx):
            return None
        present, ended_below, at = await store.horizon(tx)
        previous = await store.last_seal(tx)
        reach = await _next_reach(tx, previous, present=present, ended_below=ended_below, at_most=at_most)
        if reach is None:
            return None
        entries = await store.entries_in(tx, reach)
        made = make_seal(entries, previous=previous, reach=reach, sealed_at=at, key=key)
        await store.add_seal(tx, made)
        return made


async def _next_reach(tx: Tx, previous: Seal | None, *, present: int, ended_below: int, at_most: int) -> Reach | None:
    """What to seal next: the rest of the incarnation sealed last, then the next one that has entries."""
    incarnation: int | None = previous.reach.incarnation if previous else await store.next_incarnation(tx, after=0)
    from_xid = previous.reach.to_xid if previous else 0
    while incarnation is not None:
        below = ended_below if incarnation == present else None
        end = await store.batch_end(tx, incarnation=incarnation, from_xid=from_xid, below=below, at_most=at_most)
        if end is not None:
            return Reach(incarnation=incarnation, from_xid=from_xid, to_xid=end)
        incarnation, from_xid = await store.next_incarnation(tx, after=incarnation), 0
    return None


async def _note(database: Database, heads_file: Path) -> None:
    """Note what is not noted yet. Two workers may note the same head; that does no harm."""
    async with database.transaction() as tx:
        seals = await store.seals_after(tx, last_noted(heads_file))
    if seals:
        note_heads(heads_file, [one.head for one in seals])
        log.info("audit_head_written", count=len(seals))


def _entries(tx: Tx, loop: asyncio.AbstractEventLoop) -> Iterator[Entry]:
    """Every entry in the order of the chain, for the verifier's thread; read piece by piece on the loop."""
    at = (0, 0, 0)
    while True:
        reading = store.entries_after(tx, at, at_most=_READ_AT_ONCE)
        piece = asyncio.run_coroutine_threadsafe(reading, loop).result()
        if not piece:
            return
        yield from piece
        at = place(piece[-1])
