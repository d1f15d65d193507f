"""Fixtures for the whole application."""

from collections.abc import AsyncIterator

import pytest

from tests.database import World
from tests.pages.site import Site, a_site


@pytest.fixture
async def site(world: World, tmp_path_factory) -> AsyncIterator[Site]:
    """The application over the tests' database."""
    async with a_site(world.web, home=tmp_path_factory.mktemp("home")) as found:
        yield found
