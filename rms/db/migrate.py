"""Bring a database up to date: every room's migrations, in order, in one transaction under an advisory lock.

Piccolo's runner finds the files and keeps the list of what ran; the SQL in them is written by hand. Two migrators at
once are harmless: the second waits for the lock and then finds nothing to do. A failure leaves the schema as it was.
"""

import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.tables import Migration

from rms.db.connection import CONNECTION_ERRORS, GuardedConnection
from rms.db.database import prepare_connection
from rms.db.engine import DB, Tx
from rms.errors import BadInput, DatabaseAway

#: Any constant will do, as long as every migrator asks for the same lock.
MIGRATION_LOCK = 0x524D53


@contextlib.asynccontextmanager
async def _owner_transaction(url: str) -> AsyncIterator[Tx]:
    """One connection, one transaction, the lock; Piccolo's own `transaction()` calls join it."""
    try:
        connection = await asyncpg.connect(url, timeout=10, server_settings={"timezone": "UTC"})
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise DatabaseAway(f"The database cannot be reached ({type(error).__name__}).") from error
    await prepare_connection(connection)
    tx = Tx(GuardedConnection(connection), organisation_id=None)
    migrating, current = DB.migrating.set(True), DB.current_transaction.set(tx)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", MIGRATION_LOCK)
            yield tx
    finally:
        DB.current_transaction.reset(current)
        DB.migrating.reset(migrating)
        await connection.close()


async def migrate(url: str, *, mode: str | None = None) -> list[str]:
    """Run what has not run; returns the ids of the migrations that ran, in order.

    `mode` is `live` or `demo` and is fixed for good when the database is new (default: live); naming another one for a
    database that has its mode is refused.
    """
    async with _owner_transaction(url) as tx:
        before = await _already_ran()
        with contextlib.redirect_stdout(io.StringIO()):
            result = await run_forwards("all")
        if not result.success:
            raise BadInput(f"A migration failed: {result.message}")
        await _settle_mode(tx, mode)
        return [name for name in await _already_ran() if name not in before]


async def _already_ran() -> list[str]:
    if not await Migration.table_exists().run():
        return []
    return await Migration.get_migrations_which_ran()


async def _settle_mode(tx: Tx, mode: str | None) -> None:
    row = await tx.fetchrow("select mode from database_state")
    if row is None:
        await tx.execute("insert into database_state (mode) values ($1)", mode or "live")
    elif mode is not None and row["mode"] != mode:
        raise BadInput(f"This database is a {row['mode']} database and stays one; it cannot become {mode}.")


def sql_migration(*, migration_id: str, app_name: str, description: str, sql: str) -> MigrationManager:
    """A migration of hand-written SQL, as Piccolo's runner wants it."""
    manager = MigrationManager(migration_id=migration_id, app_name=app_name, description=description)
    manager.add_raw(_runs(sql))
    return manager


def _runs(sql: str) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        tx = DB.current_transaction.get()
        assert isinstance(tx, Tx)
        await tx.execute(sql)

    return run
