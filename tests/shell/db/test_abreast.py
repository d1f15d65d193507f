"""Pieces of work on one transaction: each gets its own answers, what they ask alike goes together, a failure ends all."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import asyncpg
import pytest

from rms.db.abreast import Way, abreast
from rms.db.connection import MisusedTransactionError
from rms.db.engine import Tx
from tests.database import World

TABLE = "create temporary table step (id serial primary key, piece integer, what text) on commit drop"


async def _write(tx: Tx, piece: int) -> tuple[str, int, list[str]]:
    """One in three has more to do than the others, and the last rows are found by all."""
    made = await tx.fetchval("insert into step (piece, what) values ($1, 'first') returning id", piece)
    if piece % 3 == 0:
        await tx.execute("insert into step (piece, what) values ($1, 'more')", piece)
    tag = await tx.execute("update step set what = what || '!' where piece = $1", piece)
    row = await tx.fetchrow("select * from step where id = $1 limit 1 for update", made)
    assert row is not None
    assert row["piece"] == piece
    nothing = await tx.fetchrow("select * from step where piece = $1 and what = $2", piece, "no such")
    assert nothing is None
    rows = await tx.fetch("select what from step where piece = $1 order by id for update", piece)
    return tag, made, [row["what"] for row in rows]


async def test_each_gets_its_own_answers(world: World) -> None:
    async with world.worker.transaction() as tx:
        await tx.execute(TABLE)
        done = await abreast(tx, [partial(_write, piece=number) for number in range(7)], way=Way())
    assert [(tag, rows) for tag, _, rows in done] == [
        ("UPDATE 2", ["first!", "more!"]) if number % 3 == 0 else ("UPDATE 1", ["first!"]) for number in range(7)
    ]
    assert [made for _, made, _ in done] == list(range(1, 8))


class Counted:
    """A connection that counts its round trips."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.raw, self.trips = inner, inner.raw, 0

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        self.trips += name != "parameters"  # asked once for each statement
        call: Callable[..., Coroutine[Any, Any, Any]] = getattr(self.inner, name)
        return call


async def _trips(tx: Tx, pieces: tuple[int, ...], *, way: Way) -> int:
    counted = Counted(tx.connection)
    tx.connection = counted  # type: ignore[assignment]
    await abreast(tx, [partial(_write, piece=number) for number in pieces], way=way)
    tx.connection = counted.inner
    return counted.trips


async def test_what_they_ask_alike_goes_together_also_after_their_ways_parted(world: World) -> None:
    async with world.worker.transaction() as tx:
        await tx.execute(TABLE)
        way = Way()
        assert await _trips(tx, (1, 2, 3, 4), way=way) <= 10  # nobody knew yet that 3 has more to do
        await tx.execute("delete from step")
        assert await _trips(tx, (4, 3, 2, 1, 5, 6), way=way) == 6
        await tx.execute("delete from step")
        assert await _trips(tx, (1, 2, 4), way=way) == 5


async def test_a_failure_of_one_ends_all_and_the_savepoint_holds(world: World) -> None:
    ended: list[int] = []

    async def fail(tx: Tx, number: int) -> None:
        try:
            await tx.execute("insert into step (piece) values ($1)", number)
            await tx.fetchval("select 1 / $1::integer", number)
            await tx.execute("insert into step (piece) values ($1)", number)
        finally:
            ended.append(number)

    async with world.worker.transaction() as tx:
        await tx.execute(TABLE)
        await tx.execute("savepoint many")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await abreast(tx, [partial(fail, number=number) for number in (2, 1, 0)], way=Way())
        await tx.execute("rollback to savepoint many")
        assert await tx.fetchval("select count(*) from step") == 0
    assert sorted(ended) == [0, 1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        "savepoint mine",
        "rollback to savepoint many",
        "release savepoint many",
        "commit",
        "select set_config('app.organisation_id', '1', true)",
    ],
)
async def test_none_may_move_the_transaction_of_all(world: World, statement: str) -> None:
    async def move(tx: Tx) -> None:
        await tx.execute(statement)

    async with world.worker.transaction() as tx:
        with pytest.raises(MisusedTransactionError, match="cannot do this"):
            await abreast(tx, [move, move], way=Way())


async def test_nothing_to_do_is_nothing(world: World) -> None:
    async with world.worker.transaction() as tx:
        assert await abreast(tx, [], way=Way()) == []
