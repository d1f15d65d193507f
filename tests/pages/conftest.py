"""Fixtures for the whole application."""

from collections.abc import AsyncIterator

import pytest

from tests.cast import a_trust
from tests.database import World
from tests.pages.site import Site, a_site
from tests.pages.stage import Stage


@pytest.fixture
async def site(world: World, tmp_path_factory) -> AsyncIterator[Site]:
    """The application over the tests' database."""
    async with a_site(world.web, home=tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture
async def stage(world: World, site: Site) -> Stage:
    """Two trusts, staff of every role in three places, and a man of the first trust's urology team."""
    found = Stage(world, site, await a_trust(world), other=await a_trust(world, code="RBB", name="South Hospital"))
    await found.fill()
    return found
