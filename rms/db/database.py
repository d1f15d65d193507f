"""A pool of connections of one role, and the only way to open a transaction."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from rms.db.connection import AWAY, COMMIT_UNKNOWN, CONNECTION_ERRORS, GuardedConnection, MisusedTransactionError
from rms.db.engine import DB, Began, Tx
from rms.errors import DatabaseAway

_BEGIN = """
select clock_timestamp() + civil_offset as now, mode = 'live' as live, sending = 'on' as sending_on,
       set_config('app.organisation_id', $1, true) as scope
from database_state
"""

# Planned once a connection and not anew for each value: where planning costs more than a plan for the value could save.
_BEGIN_PLANNED_ONCE = _BEGIN.replace(
    " as scope", " as scope, set_config('plan_cache_mode', 'force_generic_plan', true)"
)


def _encode_json(value: Any) -> str:
    """Text that is already JSON (Piccolo's) passes; everything else is encoded."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def prepare_connection(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=_encode_json, decoder=msgspec.json.decode, schema="pg_catalog", format="text"
    )


async def _keep(connection: asyncpg.Connection) -> None:
    """No reset query: nothing of ours outlives a transaction (settings are local, no session locks)."""


class Database:
    """A pool of connections of one role, and the only way to open a transaction."""

    def __init__(
        self,
        url: str,
        *,
        name: str,
        size: int = 8,
        statement_timeout_ms: int = 5_000,
        lock_timeout_ms: int = 2_000,
        acquire_timeout_s: float = 5.0,
    ) -> None:
        self._url = url
        self._name = name
        self._size = size
        self._acquire_timeout_s = acquire_timeout_s
        self._settings = {
            "application_name": f"rms {name}",
            "timezone": "UTC",
            "statement_timeout": str(statement_timeout_ms),
            "lock_timeout": str(lock_timeout_ms),
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        }
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> Database:
        """Connect. Raises `DatabaseAway` in words when the server is not there."""
        try:
            self._pool = await asyncpg.create_pool(
                self._url, min_size=1, max_size=self._size, init=prepare_connection, reset=_keep,
                server_settings=self._settings, timeout=self._acquire_timeout_s, command_timeout=None,
            )  # fmt: skip
        except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
            raise DatabaseAway(f"The database cannot be reached ({type(error).__name__}).") from error
        return self

    async def close(self) -> None:
        """Give all connections back to the server."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), timeout=5)
            except TimeoutError:
                pool.terminate()

    async def __aenter__(self) -> Database:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def idle_connections(self) -> int:
        """How many connections wait in the pool or may still be opened (a leak test's figure)."""
        assert self._pool is not None
        return int(self._pool.get_max_size() - self._pool.get_size() + self._pool.get_idle_size())

    @asynccontextmanager
    async def transaction(
        self, *, organisation_id: int | None = None, planned_once: bool = False, began: Began | None = None
    ) -> AsyncIterator[Tx]:
        """Open a transaction in an organisation's scope; commit at the end, roll back on any exception.

        `planned_once`: its statements are planned without their values, once a connection. Never for one that looks for
        the beginning of a word (`^@ $1`): it finds its index only when the planner knows the word.
        `began`: what the same request has just read, for one that only looks; it saves a round trip.
        Raises `DatabaseAway` when the server is away (also when COMMIT got no answer: then look before repeating) and
        `MisusedTransactionError` when this task has one open already.
        """
        if DB.current_transaction.get() is not None:
            raise MisusedTransactionError(
                "A transaction is open already in this task. Pass it on (tx), or end it before opening another."
            )
        if self._pool is None:
            raise DatabaseAway(AWAY)
        connection = await self._acquire()
        guarded = GuardedConnection(connection)
        tx = Tx(guarded, organisation_id=organisation_id)
        token = DB.current_transaction.set(tx)
        try:
            await self._begin(tx, planned_once=planned_once, began=began)
            try:
                yield tx
            except BaseException:
                await self._roll_back(connection)
                raise
            if not tx._rolled_back:
                await self._commit(connection)
        finally:
            guarded.end()
            DB.current_transaction.reset(token)
            await asyncio.shield(self._give_back(connection))

    async def ask_door(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """The row of one statement that is a transaction by itself: a door function, which finds its own scope.

        Saves the round trips of a transaction where every page asks first. Raises `DatabaseAway`.
        """
        if self._pool is None:
            raise DatabaseAway(AWAY)
        connection = await self._acquire()
        try:
            return await GuardedConnection(connection).fetchrow(sql, *args)
        finally:
            await asyncio.shield(self._give_back(connection))

    async def _acquire(self) -> asyncpg.Connection:
        assert self._pool is not None
        try:
            return await self._pool.acquire(timeout=self._acquire_timeout_s)
        except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
            raise DatabaseAway(AWAY) from error

    async def _begin(self, tx: Tx, *, planned_once: bool, began: Began | None) -> None:
        scope = "" if tx.organisation_id is None else str(tx.organisation_id)
        settings = [f"set_config('app.organisation_id', '{scope}', true)"]
        if planned_once:
            settings.append("set_config('plan_cache_mode', 'force_generic_plan', true)")
        if began is None:
            await tx.execute("begin")
            row = await tx.fetchrow(_BEGIN_PLANNED_ONCE if planned_once else _BEGIN, scope)
            if row is None:
                raise DatabaseAway("The database has no schema yet. Run `rms migrate` first.")
            began = Began(now=row["now"], live=row["live"], sending_on=row["sending_on"])
        else:
            await tx.execute(f"begin; select {', '.join(settings)}")
        tx.now, tx.live, tx.sending_on = began.now, began.live, began.sending_on

    async def _commit(self, connection: asyncpg.Connection) -> None:
        try:
            await connection.execute("commit")
        except CONNECTION_ERRORS as error:
            _hang_up(connection)
            raise DatabaseAway(COMMIT_UNKNOWN) from error

    async def _roll_back(self, connection: asyncpg.Connection) -> None:
        try:
            await asyncio.shield(connection.execute("rollback"))
        except (*CONNECTION_ERRORS, asyncpg.PostgresError):
            _hang_up(connection)  # a connection we cannot clean is not given to anybody else

    async def _give_back(self, connection: asyncpg.Connection) -> None:
        """Return the connection whatever happened to it; releasing one that the pool took back itself does nothing."""
        with contextlib.suppress(asyncpg.InterfaceError):
            if connection.is_in_transaction():
                _hang_up(connection)
        if self._pool is not None:
            await self._pool.release(connection)


def _hang_up(connection: asyncpg.Connection) -> None:
    """Close without a word; the pool itself takes back a connection whose server hung up first."""
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()
