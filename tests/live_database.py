"""A second database of the tests' server that says live, for what only a live one refuses."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from rms.db.database import Database
from rms.db.migrate import migrate
from tests.database import World, empty

NAME = "rms_live"


@pytest.fixture(scope="session")
async def live_pool(pools: World) -> AsyncIterator[tuple[str, Database]]:
    """The owner's address and the web's pool, opened once."""
    owner = await asyncpg.connect(pools.url())
    await owner.execute(f"create database {NAME}")
    await owner.close()
    url = pools.server.url("rms_owner", NAME)
    await migrate(url, mode="live")
    async with Database(pools.server.url("rms_web", NAME), name="web") as web:
        yield url, web


@pytest.fixture
async def live_database(live_pool: tuple[str, Database]) -> tuple[str, Database]:
    """The live database, empty: the owner's address and the web's pool."""
    await empty(live_pool[0])
    return live_pool


@pytest.fixture
async def live_world(live_database: tuple[str, Database], pools: World) -> AsyncIterator[World]:
    """The live database as each process sees it."""
    _, web = live_database
    async with (
        Database(pools.server.url("rms_worker", NAME), name="worker") as worker,
        Database(pools.server.url("rms_listener", NAME), name="listener") as listener,
    ):
        yield World(server=pools.server, database=NAME, web=web, worker=worker, listener=listener)
