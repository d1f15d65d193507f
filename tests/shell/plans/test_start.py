"""Starting a plan: everything that stands in the way is refused in words, and what was previewed is what is stored."""

from datetime import timedelta

from rms.plans.protocol import load_library
from rms.plans.store import protocol_versions
from tests.cast import a_trust
from tests.database import World
from tests.shell.plans.following import start_plan, today_of
from tests.shell.plans.oracle import what_is_wrong


async def test_what_is_loaded_is_what_the_files_say(world: World) -> None:
    trust = await a_trust(world)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        stored = {
            one.protocol.key: one.protocol for one in await protocol_versions(tx, organisation_id=trust.organisation_id)
        }
    assert stored == dict(load_library())


async def test_start(world: World) -> None:
    man = await start_plan(world, surgery_on=await today_of(world) - timedelta(days=30))
    assert await what_is_wrong(world) == []
    print(await man.occurrences())
