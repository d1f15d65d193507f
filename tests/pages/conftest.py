"""Fixtures for the whole application."""

from collections.abc import AsyncIterator

import pytest

from tests.cast import a_trust
from tests.database import World, open_folder
from tests.pages.site import Site, a_site
from tests.pages.stage import Stage


@pytest.fixture(scope="session")
async def mounted(pools: World) -> AsyncIterator[Site]:
    """One application for all tests: to put it together and to load its templates takes longer than most tests."""
    with open_folder() as home:
        async with a_site(pools.web, home=home) as found:
            yield found


@pytest.fixture
async def site(world: World, mounted: Site) -> Site:
    """The application over the tests' database, its clock at the start."""
    mounted.hands.wind_back()
    return mounted


@pytest.fixture
async def stage(world: World, site: Site) -> Stage:
    """Two trusts, staff of every role in three places, and a man of the first trust's urology team."""
    found = Stage(world, site, await a_trust(world), other=await a_trust(world, code="RBB", name="South Hospital"))
    await found.fill()
    return found
