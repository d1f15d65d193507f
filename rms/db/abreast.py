"""Several pieces of work on one transaction, abreast: what they ask alike goes to the server together.

Each piece is written as if it were alone and is given a transaction of its own look. When all of them wait for an answer,
the statement that stands earliest on their common way is run for every piece that waits for it, in their order, in one
round trip; each gets its own rows. The statements are the same and so is what each of them sees of its own piece.

For pieces that have nothing to do with each other: about different people, with the people locked. What one writes, another
may see at any time. No piece can roll back alone: whatever fails, fails all of them, and the caller, who holds a savepoint,
goes back to it and does them one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Generator, Sequence
from types import coroutine
from typing import Any, Generic, TypeVar

import msgspec

from rms.db.connection import GuardedConnection, MisusedTransactionError
from rms.db.engine import Tx

T = TypeVar("T")
Work = Callable[[Tx], Coroutine[Any, Any, T]]

_FETCHES = ("fetch", "fetchrow", "fetchval")
_WRITES = ("insert", "update", "delete")
_ENDS_RETURNING = re.compile(r"\breturning\b[^()]*$", re.IGNORECASE)
_MOVES_ALL = ("savepoint", "rollback", "release", "begin", "commit", "set")


class _Ask(msgspec.Struct, frozen=True):
    """One statement that a piece waits for: how it is asked, its text, its values."""

    call: str
    sql: str
    values: tuple[Any, ...]

    @property
    def alike(self) -> tuple[str, str]:
        """What two asks that can go together have in common."""
        return self.call, self.sql


class _Asking(GuardedConnection):
    """The connection that a piece sees: it runs nothing, it hands every statement to whoever drives the pieces."""

    __slots__ = ()

    async def _one_at_a_time(self, call: str, *args: Any, **named: Any) -> Any:
        sql, *values = args
        if named or _first_word(sql) in _MOVES_ALL or "set_config(" in sql:
            raise MisusedTransactionError("A piece of work among others cannot do this to the transaction of all.")
        return await _answer_to(_Ask(call, sql, tuple(values)))


@coroutine
def _answer_to(ask: _Ask) -> Generator[_Ask, Any, Any]:
    return (yield ask)


class _Piece(Generic[T]):
    """One piece of work on its way: what it waits for, or its result."""

    def __init__(self, tx: Tx, work: Work[T]) -> None:
        lane = Tx(_Asking(tx.connection.raw), organisation_id=tx.organisation_id)
        lane.now, lane.live, lane.sending_on = tx.now, tx.live, tx.sending_on
        self._steps = work(lane)
        self.waits_for: _Ask | None = None
        self.result: T

    def go_on(self, answer: Any = None) -> None:
        """Let it work until its next statement."""
        try:
            asked = self._steps.send(answer)
        except StopIteration as end:
            self.waits_for, self.result = None, end.value
            return
        if not isinstance(asked, _Ask):
            raise MisusedTransactionError(
                "A piece of work among others waits for something that is no statement of its."
            )
        self.waits_for = asked

    def close(self) -> None:
        """Stop it where it is."""
        self._steps.close()


class Way:
    """The common way of pieces of one sort: their statements in the order in which they come, learnt by going it.

    Kept from one time to the next. It only decides who waits for whom; on a wrong one everybody arrives as well, later.
    """

    def __init__(self) -> None:
        self._stations: list[tuple[str, str]] = []
        self._left: set[tuple[str, str]] = set()
        self._for_all: dict[str, str | None] = {}

    def goes(self, before: _Ask | None, then: _Ask) -> None:
        """Learn from a piece that went on: a new statement has its place behind the one before it.

        One that only some pass is put there before it is known what it comes before: that shows when it is first left.
        """
        stations, now, last = self._stations, then.alike, None if before is None else before.alike
        if now not in stations:
            stations.insert(0 if last is None else stations.index(last) + 1, now)
        elif last is not None and last not in self._left and stations.index(now) < stations.index(last):
            stations.remove(last)
            stations.insert(stations.index(now), last)
        if last is not None:
            self._left.add(last)

    async def for_all(self, tx: Tx, ask: _Ask) -> str | None:
        """A question in the shape that asks it for all pieces at once, from a list of each of its values; None: it has none."""
        if _first_word(ask.sql) != "select" or ask.call not in _FETCHES or not ask.values:
            return None
        if ask.sql not in self._for_all:
            self._for_all[ask.sql] = _asked_of_lists(ask.sql, await tx.connection.parameters(ask.sql))
        return self._for_all[ask.sql]

    def earliest(self, pieces: Sequence[_Piece[T]]) -> list[_Piece[T]]:
        """Those that wait for the statement furthest back: the others let them catch up."""
        waiting = {one.waits_for.alike for one in pieces if one.waits_for is not None}
        now = next((station for station in self._stations if station in waiting), None)
        return [one for one in pieces if one.waits_for is not None and one.waits_for.alike == now]


async def abreast(tx: Tx, works: Sequence[Work[T]], *, way: Way) -> list[T]:
    """Do pieces of work side by side; their results in their order. Any exception ends all, with the transaction as it is."""
    pieces = [_Piece(tx, work) for work in works]
    try:
        for piece in pieces:
            _step(piece, way=way)
        while group := way.earliest(pieces):
            answers = await _ask_together(tx, [one.waits_for for one in group if one.waits_for is not None], way=way)
            for piece, answer in zip(group, answers, strict=True):
                _step(piece, way=way, answer=answer)
        return [one.result for one in pieces]
    finally:
        for piece in pieces:
            piece.close()


def _step(piece: _Piece[T], *, way: Way, answer: Any = None) -> None:
    before = piece.waits_for
    piece.go_on(answer)
    if piece.waits_for is not None:
        way.goes(before, piece.waits_for)


async def _ask_together(tx: Tx, asks: Sequence[_Ask], *, way: Way) -> list[Any]:
    """The answers to some asks that are alike."""
    first = asks[0]
    rows: list[Any] | None = None
    if len(asks) > 1 and (for_all := await way.for_all(tx, first)):
        rows = await tx.connection.fetch(
            for_all, *(list(column) for column in zip(*(one.values for one in asks), strict=True))
        )
    elif len(asks) > 1 and (numbered := _numbered(first)):
        rows = await tx.connection.fetchmany(numbered, [(*one.values, n) for n, one in enumerate(asks, start=1)])
    if rows is None:
        return [await getattr(tx.connection, one.call)(one.sql, *one.values) for one in asks]
    own: list[list[Any]] = [[] for _ in asks]
    for row in rows:
        own[row["abreast_piece"] - 1].append(row)
    return [_as_called(first, found) for found in own]


def _asked_of_lists(sql: str, types: Sequence[Any]) -> str | None:
    """A select for each row of some lists, worked out as if for that one (offset 0). None when a value is a list already."""
    if any(one.kind != "scalar" for one in types):
        return None
    lists = ", ".join(f"${number}::{one.schema}.{one.name}[]" for number, one in enumerate(types, start=1))
    names = ", ".join(f"v{number}" for number in range(1, len(types) + 1))
    each = re.sub(r"\$(\d+)", r"abreast.v\1", sql.strip())
    return (
        f"select asked.*, abreast.abreast_piece from unnest({lists}) with ordinality as abreast ({names}, abreast_piece)"
        f" cross join lateral (select * from ({each}) one offset 0) asked"
    )


def _numbered(ask: _Ask) -> str | None:
    """The statement with the number of its piece in a last column of every row; None when that cannot be had."""
    number, word = f"${len(ask.values) + 1}::integer as abreast_piece", _first_word(ask.sql)
    if ask.call == "execute" and word in (*_WRITES, "with"):
        return f"{ask.sql.rstrip()} returning {number}"
    if word in (*_WRITES, "with") and _ENDS_RETURNING.search(ask.sql):
        return f"{ask.sql.rstrip()}, {number}"
    if ask.call in _FETCHES and word in (*_WRITES, "select"):
        return f"with asked as ({ask.sql.rstrip()}) select asked.*, {number} from asked"
    return None


def _as_called(ask: _Ask, rows: list[Any]) -> Any:
    """What the one call would have answered."""
    if ask.call == "fetch":
        return rows
    if ask.call == "execute":
        word = _first_word(ask.sql).upper()
        return f"{word} 0 {len(rows)}" if word == "INSERT" else f"{word} {len(rows)}"
    first = rows[0] if rows else None
    return first if ask.call == "fetchrow" or first is None else first[0]


def _first_word(sql: str) -> str:
    return sql.split(None, 1)[0].lower()
