"""Moving the civil clock of a demo: the request is a row, the worker moves a day at a time and lets every duty run dry.

A worker that is killed in the middle leaves the row: the next one first lets the day run dry, then goes on. The database
refuses each of these functions wherever it does not say demo.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from rms.audit.moves import record
from rms.db.database import Database
from rms.db.engine import Tx
from rms.rehearsal.showing import only_in_a_demo

if TYPE_CHECKING:  # the worker, which moves, has no use for pages
    from rms.people.access import Asker

#: How long one look of the worker moves days before it looks whether it should end.
_BUDGET_SECONDS = 4.0
#: Reports of delivery come from outside: a day waits this long for them, then goes on without.
_PATIENCE_SECONDS = 3.0
_UNREPORTED = "select exists (select from message where state = 'accepted' and channel <> 'letter')"

Dry = Callable[[], Awaitable[int]]


class ClockMove(msgspec.Struct, frozen=True, kw_only=True):
    """A move as the page sees it."""

    id: int
    days_asked: int
    days_done: int
    is_stopping: bool
    has_ended: bool


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """A move in a worker's hand."""

    id: int
    days_asked: int
    days_done: int
    is_stopping: bool


async def latest_move(tx: Tx) -> ClockMove | None:
    """The move under way, or the last one; None when the clock never moved."""
    only_in_a_demo(tx)
    row = await tx.fetchrow("select * from clock_move_latest()")
    return None if row is None else ClockMove(**dict(row))


async def ask_to_move(database: Database, *, asks: "Asker", days: int) -> bool:
    """Ask for some days; False when a move is under way already."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        only_in_a_demo(tx)
        move_id = await tx.fetchval("select clock_move_ask($1)", days)
        if move_id is not None:
            await record(tx, by=asks.actor, verb="demo.clock", subject_kind="clock_move", subject_id=move_id,
                         details={"days": days})  # fmt: skip
    return move_id is not None


async def ask_to_stop(database: Database, *, asks: "Asker") -> None:
    """The day at work is finished, then the clock stands."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        only_in_a_demo(tx)
        move_id = await tx.fetchval("select clock_move_stop()")
        if move_id is not None:
            await record(tx, by=asks.actor, verb="demo.clock_stop", subject_kind="clock_move", subject_id=move_id)


async def move_clock(
    database: Database, *, worker: UUID, dry: Dry, budget_seconds: float = _BUDGET_SECONDS,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> int:  # fmt: skip
    """Move days until the move has ended or the budget is spent; how many. `dry` runs every duty until none finds work."""
    until = monotonic() + budget_seconds
    moved = 0
    while (held := await _take(database, worker)) is not None:
        # Also before the first day: a worker may have been killed between moving and doing what had become due.
        await _finish_day(database, dry=dry, patience_seconds=patience_seconds)
        if held.is_stopping or held.days_done >= held.days_asked:
            await _end(database, worker, held)
        elif monotonic() > until:
            break
        else:
            moved += await _step(database, worker, held)
    return moved


async def _finish_day(database: Database, *, dry: Dry, patience_seconds: float) -> None:
    """Everything due is done and reported; a report that does not come holds nothing up for long."""
    until = monotonic() + patience_seconds
    while True:
        await dry()
        async with database.transaction() as tx:
            waits = await tx.fetchval(_UNREPORTED)
        if not waits or monotonic() > until:
            return
        await asyncio.sleep(0.1)


async def _take(database: Database, worker: UUID) -> _Held | None:
    async with database.transaction() as tx:
        row = await tx.fetchrow("select * from clock_move_take($1)", worker)
    return None if row is None else _Held(**dict(row))


async def _step(database: Database, worker: UUID, held: _Held) -> bool:
    async with database.transaction() as tx:
        done: bool = await tx.fetchval("select clock_move_step($1, $2, $3)", worker, held.id, held.days_done)
    return done


async def _end(database: Database, worker: UUID, held: _Held) -> None:
    async with database.transaction() as tx:
        await tx.execute("select clock_move_end($1, $2)", worker, held.id)
