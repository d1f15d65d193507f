"""A trust with a signed protocol, a nurse's browser, and a man who waits."""

import httpx
import pytest

from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site
from tests.pages.starting.cast import Waiting, sign, waiting


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def version_id(world: World, trust: Trust) -> int:
    return await sign(world, trust)


@pytest.fixture
async def man(world: World, trust: Trust, version_id: int) -> Waiting:
    del version_id
    return await waiting(world, trust)


@pytest.fixture
async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id or 0)


@pytest.fixture
async def colleague(world: World, site: Site, trust: Trust) -> httpx.AsyncClient:
    """Another nurse of the same team."""
    row = await world.as_owner("select id from staff where display_name = 'Dan Deputy'")
    return await site.signed_in(trust.organisation_id, row[0]["id"])
