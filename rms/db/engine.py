"""The engine and the transaction: every query of RMS runs inside a transaction opened here.

Piccolo's own transaction gives its connection back only when COMMIT or ROLLBACK succeeds, treats a nested transaction
as nothing at all, and lets two queries run at once on one connection. This module replaces those parts (docs/adr/0002):

- a connection always returns to its pool, whatever COMMIT or ROLLBACK did; one that is not clean is closed first;
- a transaction inside a transaction is refused in words, and so are two queries at once inside one;
- a query outside a transaction is refused: without the organisation setting it would see no rows, silently;
- the organisation's scope and the civil instant are read with the first statement.

Piccolo tables find `DB` (through `rms.db.piccolo_conf`) and run on whatever transaction the current task has open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from rms.clock import london_date
from rms.db.connection import GuardedConnection, MisusedTransactionError


class Began(msgspec.Struct, frozen=True, kw_only=True):
    """What a transaction knows from its beginning: the civil instant, and the state of the database."""

    now: datetime
    live: bool
    sending_on: bool


class Tx(PostgresTransaction):
    """An open transaction: what `moves.py` and `store.py` are given.

    `now` is the civil instant (UTC, aware) and `today` the civil date in London, both read when it began;
    `organisation_id` is the scope the database enforces, or None for the worker's and the owner's work.
    """

    __slots__ = ("connection", "live", "now", "organisation_id", "sending_on")

    connection: GuardedConnection
    now: datetime
    live: bool
    sending_on: bool

    def __init__(self, connection: GuardedConnection, *, organisation_id: int | None) -> None:
        self.engine = DB
        self.connection = connection
        self.organisation_id = organisation_id
        self._savepoint_id = 0
        self._parent = None
        self._committed = False
        self._rolled_back = False

    @property
    def today(self) -> date:
        """The civil date in London."""
        return london_date(self.now)

    @property
    def organisation(self) -> int:
        """The organisation of this transaction; a programming mistake when it has none."""
        if self.organisation_id is None:
            raise MisusedTransactionError("This work needs a transaction with an organisation.")
        return self.organisation_id

    async def enter(self, organisation_id: int) -> None:
        """Go on in an organisation's scope: for one who learns only here whose the work is. Once, and never back."""
        if self.organisation_id is not None:
            raise MisusedTransactionError("This transaction has an organisation already.")
        await self.execute("select set_config('app.organisation_id', $1, true)", str(organisation_id))
        self.organisation_id = organisation_id

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """All rows of a query."""
        return await self.connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """The first row of a query, or None."""
        return await self.connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first value of a query, or None."""
        return await self.connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run a statement; returns the command tag."""
        return await self.connection.execute(sql, *args)

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many rows."""
        await self.connection.executemany(sql, rows)

    async def copy_in(self, table: str, *, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY rows into a table."""
        await self.connection.copy_in(table, columns=columns, rows=rows)


class RoutedEngine(PostgresEngine):
    """Piccolo's view of the database: no connections of its own, only the transaction the task has open."""

    def __init__(self) -> None:
        super().__init__(config={"database": "rms"})
        self.migrating: ContextVar[bool] = ContextVar("migrating", default=False)

    async def check_version(self) -> None:
        """Nothing to ask at import: the version is checked when a pool opens."""

    async def get_version(self) -> float:
        """The oldest server we support; the real one is checked when a pool opens."""
        return 15.0

    async def prep_database(self) -> None:
        """Nothing to prepare: migrations do it."""

    def transaction(self, allow_nested: bool = True) -> PostgresTransaction:
        """Only Piccolo's migration runner may ask here, and it gets the migration's own transaction."""
        if self.migrating.get():
            return super().transaction(allow_nested=True)
        raise MisusedTransactionError("Open transactions with Database.transaction(...), not with the engine.")

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:
        raise MisusedTransactionError("A query outside a transaction: open one with Database.transaction(...).")

    async def _run_in_new_connection(self, query: str, args: Sequence[Any] | None = None) -> Any:
        raise MisusedTransactionError("A query outside a transaction: open one with Database.transaction(...).")


DB = RoutedEngine()
