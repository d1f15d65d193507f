"""Fixtures for signing in."""

import pytest

from rms.people.sign_in.actions import Means
from tests.accounts import Account, Hands, admit, finish, means_of
from tests.cast import a_trust
from tests.database import World


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def means(world: World, hands: Hands) -> Means:
    return means_of(world.web, hands=hands)


@pytest.fixture
async def account(world: World, means: Means, hands: Hands) -> Account:
    trust = await a_trust(world)
    return await finish(means, hands, await admit(world, trust))
