"""The real database for tests: one embedded server a session, one migrated database, emptied after each test.

`world` gives one pool a role, as the processes of RMS have them; nothing is rolled back behind the code's back, so that
the code under test commits, fails and retries as it does in life.
"""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import msgspec
import pytest

from rms.cli.release import bring_up_to_date
from rms.db.database import Database
from rms.db.embedded import EmbeddedServer, ensure
from tests.owner import Owner


class World(msgspec.Struct, frozen=True, kw_only=True):
    """The database as each process sees it."""

    server: EmbeddedServer
    database: str
    web: Database
    worker: Database
    listener: Database
    owner: Owner

    def url(self, role: str = "rms_owner") -> str:
        """The address for one role."""
        return self.server.url(role, self.database)

    async def as_owner(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Look or set up behind the application's back, as the owner; an oracle, not a door."""
        return await self.owner.fetch(sql, *arguments)

    async def behind_triggers(self, *statements: str) -> None:
        """Make rows as no door makes them, past triggers and foreign keys, which stay switched on for everybody else."""
        connection = await asyncpg.connect(self.url(), server_settings={"session_replication_role": "replica"})
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def trigger(self, name: str, *, on: str, body: str) -> AsyncIterator[None]:
        """A trigger that spoils something while the block runs: `on` says when and where, `body` is its PL/pgSQL."""
        await self.as_owner(f"create function {name}() returns trigger language plpgsql as $$ begin {body} end $$")
        try:
            kind = "constraint trigger" if "deferrable" in on else "trigger"
            await self.as_owner(f"create {kind} {name} {on} for each row execute function {name}()")
            yield
        finally:
            await self.as_owner(f"drop function {name} cascade")

    async def move_civil_clock(self, days: float) -> None:
        """Move the civil clock, the hour on the wall in London staying as it is; the worker's duties are run by the test.

        Hours of the sun would turn an evening of winter into the night after in summer, and the day with it.
        """
        await self.as_owner(
            "update database_state set civil_offset = (((clock_timestamp() + civil_offset) at time zone 'Europe/London'"
            " + make_interval(secs => $1)) at time zone 'Europe/London') - clock_timestamp()", days * 86_400,
        )  # fmt: skip


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder where root's server may go too. Never below pytest's own: each new run closes those to other users."""
    folder = Path(tempfile.mkdtemp(prefix="rms-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder for one test where the database's user may pass through."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """The session's own PostgreSQL."""
    with open_folder() as home:
        server = ensure(home, fast_and_loose=True)
        yield server
        server.stop()


@pytest.fixture(scope="session")
async def migrated(server: EmbeddedServer) -> str:
    """The name of a database with the whole schema, our protocols and questionnaires, in demo mode."""
    await bring_up_to_date(server.url("rms_owner"), mode="demo")
    return "rms"


@contextlib.asynccontextmanager
async def opened(server: EmbeddedServer, database: str) -> AsyncIterator[World]:
    """A database with a pool for each process and the owner's connection."""
    owner = Owner(server.url("rms_owner", database))
    async with (
        contextlib.aclosing(owner),
        Database(server.url("rms_web", database), name="web") as web,
        Database(server.url("rms_worker", database), name="worker") as worker,
        Database(server.url("rms_listener", database), name="listener") as listener,
    ):
        yield World(server=server, database=database, web=web, worker=worker, listener=listener, owner=owner)


@pytest.fixture(scope="session")
async def pools(server: EmbeddedServer, migrated: str) -> AsyncIterator[World]:
    """The pools, opened once."""
    async with opened(server, migrated) as world:
        yield world


@pytest.fixture(scope="session")
async def code_within(pools: World) -> set[str]:
    """The functions and triggers of the schema, each with its state."""
    return await _code_within(pools)


@pytest.fixture
async def world(pools: World, code_within: set[str]) -> AsyncIterator[World]:
    """The database, empty at the start of the test. A function or trigger that the test leaves behind fails it."""
    await pools.owner.empty()
    yield pools
    assert await _code_within(pools) ^ code_within == set(), "The test left the schema otherwise than it found it."


async def _code_within(world: World) -> set[str]:
    """Names of functions and triggers. Those of partitions come and go with the months, so they are left out."""
    rows = await world.as_owner(
        "select oid::regprocedure::text from pg_proc where pronamespace = 'public'::regnamespace union all"
        " select concat_ws(' ', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal and tgparentid = 0"
    )
    return {row[0] for row in rows}
