"""A second database of the tests' server that says live, for what only a live one refuses."""

from collections.abc import AsyncIterator

import pytest

from rms.db.database import Database
from rms.db.migrate import migrate
from tests.database import World, opened

NAME = "rms_live"


@pytest.fixture(scope="session")
async def live_pools(pools: World) -> AsyncIterator[World]:
    """The pools, opened once."""
    await pools.as_owner(f"create database {NAME}")
    await migrate(pools.server.url("rms_owner", NAME), mode="live")
    async with opened(pools.server, NAME) as world:
        yield world


@pytest.fixture
async def live_world(live_pools: World) -> World:
    """The live database as each process sees it, empty."""
    await live_pools.owner.empty()
    return live_pools


@pytest.fixture
async def live_database(live_world: World) -> tuple[str, Database]:
    """The live database, empty: the owner's address and the web's pool."""
    return live_world.url(), live_world.web
