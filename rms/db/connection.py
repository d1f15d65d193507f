"""The one connection of a transaction: one statement at a time, and none after the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from rms.errors import DatabaseAway

#: What a broken or missing connection looks like, from the driver and from the operating system.
CONNECTION_ERRORS: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says when the server hung up between two statements
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    TimeoutError,
)

AWAY = "The database cannot be reached. Nothing was changed; please try again in a minute."
COMMIT_UNKNOWN = "The database went away while saving. Look again before repeating: the change may have been kept."


class MisusedTransactionError(RuntimeError):
    """A programming mistake: nested, concurrent or missing transaction. Never caused by input."""


class GuardedConnection:
    """The one connection of a transaction; refuses two statements at once and any statement after the end."""

    __slots__ = ("_busy", "_ended", "raw")

    def __init__(self, raw: asyncpg.Connection) -> None:
        self.raw = raw
        self._busy = False
        self._ended = False

    def end(self) -> None:
        """Refuse everything from now on (the transaction is over)."""
        self._ended = True

    async def _one_at_a_time(self, call: str, *args: Any, **named: Any) -> Any:
        if self._ended:
            raise MisusedTransactionError(
                "This transaction has ended. Work that goes on afterwards must open its own transaction."
            )
        if self._busy:
            raise MisusedTransactionError(
                "Two queries at once in one transaction: await them one after another, not with gather or a task."
            )
        self._busy = True
        try:
            return await getattr(self.raw, call)(*args, **named)
        except CONNECTION_ERRORS as error:
            raise DatabaseAway(AWAY) from error
        finally:
            self._busy = False

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """All rows."""
        rows: list[asyncpg.Record] = await self._one_at_a_time("fetch", sql, *args)
        return rows

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """The first row, or None."""
        return await self._one_at_a_time("fetchrow", sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, or None."""
        return await self._one_at_a_time("fetchval", sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """The command tag, for example `UPDATE 1`."""
        tag: str = await self._one_at_a_time("execute", sql, *args)
        return tag

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for many rows."""
        await self._one_at_a_time("executemany", sql, rows)

    async def fetchmany(self, sql: str, rows: Iterable[Sequence[Any]]) -> list[asyncpg.Record]:
        """One statement for many rows, in one round trip; all that it returns, in that order."""
        found: list[asyncpg.Record] = await self._one_at_a_time("fetchmany", sql, rows)
        return found

    async def parameters(self, sql: str) -> tuple[asyncpg.Type, ...]:
        """The types of a statement's parameters, as the server understands them."""
        prepared = await self._one_at_a_time("prepare", sql)
        types: tuple[asyncpg.Type, ...] = prepared.get_parameters()
        return types

    async def copy_in(self, table: str, *, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY rows into a table."""
        await self._one_at_a_time("copy_records_to_table", table, columns=list(columns), records=rows)
