"""The person that most tests of this room are about."""

from datetime import timedelta

import pytest

from tests.database import World
from tests.shell.plans.following import Followed, start_plan, today_of


@pytest.fixture
async def man(world: World) -> Followed:
    """A man whose prostate was removed thirty days ago; his first blood test is due three months after that."""
    return await start_plan(world, surgery_on=await today_of(world) - timedelta(days=30))
