"""The transaction keeps its promises when the server does not (hazard: poisoned pools, silent half-writes)."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from rms.audit.tables import AuditEntryRow
from rms.db.connection import MisusedTransactionError
from rms.db.database import Database
from rms.db.engine import Began
from rms.errors import DatabaseAway
from tests.database import World


async def _kill_backend(world: World, pid: int) -> None:
    await world.as_owner("select pg_terminate_backend($1)", pid)


async def test_a_hundred_killed_backends_leave_no_hang_and_no_leak(world: World) -> None:
    async with Database(world.url("rms_worker"), name="kill test", size=3) as database:
        away = 0
        for unit in range(200):
            try:
                async with asyncio.timeout(10), database.transaction() as tx:
                    pid = await tx.fetchval("select pg_backend_pid()")
                    if unit % 2:
                        await _kill_backend(world, pid)
            except DatabaseAway:
                away += 1
        assert away == 100
        assert database.idle_connections == 3
        async with asyncio.timeout(10):
            async with database.transaction() as tx:
                assert await tx.fetchval("select 1") == 1


async def test_a_hundred_killed_backends_with_many_tasks_at_once(world: World) -> None:
    async with Database(world.url("rms_worker"), name="kill test", size=3) as database:

        async def unit(number: int) -> str:
            try:
                async with database.transaction() as tx:
                    if number % 2:
                        await _kill_backend(world, await tx.fetchval("select pg_backend_pid()"))
                    await asyncio.sleep(0)
                return "kept"
            except DatabaseAway:
                return "away"

        async with asyncio.timeout(60):
            ends = await asyncio.gather(*(unit(number) for number in range(200)))
        assert ends.count("away") >= 100
        assert database.idle_connections == 3


async def test_a_failed_commit_gives_the_connection_back(world: World) -> None:
    await world.as_owner(
        "create table if not exists commit_fails (id int references organisation deferrable initially deferred)"
    )
    await world.as_owner("grant insert on commit_fails to rms_worker")
    for _ in range(12):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with world.worker.transaction() as tx:
                await tx.execute("insert into commit_fails values (77)")
    await world.as_owner("drop table commit_fails")
    async with world.worker.transaction() as tx:
        assert await tx.fetchval("select 1") == 1


async def test_an_exception_rolls_back(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        async with world.web.transaction() as tx:
            await tx.execute("create temporary table gone (id int) on commit preserve rows")
            raise ZeroDivisionError
    async with world.web.transaction() as tx:
        assert await tx.fetchval("select to_regclass('gone')") is None


async def test_one_that_is_told_how_it_began_keeps_its_scope_and_is_not_told_anew(world: World) -> None:
    began = Began(now=datetime(2027, 3, 1, 9, tzinfo=UTC), live=True, sending_on=False)
    async with world.web.transaction(organisation_id=7, began=began, planned_once=True) as tx:
        assert (tx.now, tx.live, tx.sending_on) == (began.now, True, False)
        settings = "select current_setting('app.organisation_id'), current_setting('plan_cache_mode')"
        assert tuple(await tx.fetchrow(settings) or ()) == ("7", "force_generic_plan")
    async with world.web.transaction() as tx:
        assert tuple(await tx.fetchrow(settings) or ()) == ("", "auto")
        assert tx.now != began.now


async def test_a_transaction_inside_a_transaction_is_refused_in_words(world: World) -> None:
    async with world.web.transaction():
        with pytest.raises(MisusedTransactionError, match="open already"):
            async with world.worker.transaction():
                raise AssertionError("never here")


async def test_two_queries_at_once_are_refused_in_words(world: World) -> None:
    with pytest.raises(MisusedTransactionError, match="one after another"):
        async with world.web.transaction() as tx:
            await asyncio.gather(tx.fetchval("select pg_sleep(0.05)"), tx.fetchval("select 2"))
    async with world.web.transaction() as tx:
        assert await tx.fetchval("select 1") == 1


async def test_a_task_that_outlives_the_transaction_is_refused_in_words(world: World) -> None:
    async with world.web.transaction() as tx:
        pass
    with pytest.raises(MisusedTransactionError, match="has ended"):
        await tx.fetchval("select 1")


async def test_a_piccolo_query_outside_a_transaction_is_refused_in_words(world: World) -> None:
    with pytest.raises(MisusedTransactionError, match="outside a transaction"):
        await AuditEntryRow.count()


async def test_piccolo_runs_on_the_open_transaction(world: World) -> None:
    async with world.web.transaction(organisation_id=1):
        assert await AuditEntryRow.count() == 0


async def test_a_cancelled_unit_leaves_a_clean_pool(world: World) -> None:
    async with Database(world.url("rms_web"), name="cancel test", size=2) as database:

        async def slow() -> None:
            async with database.transaction() as tx:
                await tx.fetchval("select pg_sleep(30)")

        for _ in range(6):
            task = asyncio.create_task(slow())
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with asyncio.timeout(5), database.transaction() as tx:
            assert await tx.fetchval("select 1") == 1
        assert database.idle_connections == 2


async def test_a_server_that_is_not_there_is_said_in_words(tmp_path: object) -> None:
    with pytest.raises(DatabaseAway, match="cannot be reached"):
        await Database(f"postgresql://rms_web@/rms?host={tmp_path}", name="nowhere").open()


async def test_a_transaction_enters_an_organisation_once_and_sees_its_rows_only(world: World) -> None:
    await world.as_owner(
        "insert into organisation (id, code, name, phone) values (901, 'RX1', 'A', '1'), (902, 'RX2', 'B', '1')"
    )
    await world.as_owner(
        "insert into team (organisation_id, key, name, phone) values (901, 'a', 'A', '1'), (902, 'b', 'B', '1')"
    )
    async with world.web.transaction() as tx:
        assert await tx.fetch("select from team") == []
        await tx.enter(901)
        assert tx.organisation == 901
        assert [row["key"] for row in await tx.fetch("select key from team")] == ["a"]
        with pytest.raises(MisusedTransactionError, match="an organisation already"):
            await tx.enter(902)
    async with world.web.transaction() as tx:
        assert await tx.fetch("select from team") == []
