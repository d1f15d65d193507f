"""The story's clock waits for what the worker has to do, and for nothing that it leaves alone for a reason."""

from rms.rehearsal.story.clockwork import Clockwork
from rms.rehearsal.story.eyes import Eyes
from rms.sync.jobs import ask_set_aside, file_inbox
from tests.cast import a_person, a_trust
from tests.database import World
from tests.laboratory import arrive, oru

UNASKED = "set aside, nobody asked"


async def test_what_is_set_aside_holds_the_clock_up_only_while_a_team_with_somebody_in_it_could_be_asked(
    world: World,
) -> None:
    await a_trust(world)
    eyes = Eyes(world.server)
    clockwork = Clockwork(eyes)
    await world.as_owner("update staff set ended_at = now(), ended_by = 'A test' where role <> 'service_manager'")
    await arrive(world, oru(a_person(), facility="WHO"))
    await file_inbox(world.worker)
    assert await ask_set_aside(world.worker) == 0
    assert UNASKED not in await clockwork.left()
    await world.as_owner("update staff set ended_at = null, ended_by = null where role = 'nurse_specialist'")
    assert (await clockwork.left())[UNASKED] == 1
    assert await ask_set_aside(world.worker) == 1
    assert UNASKED not in await clockwork.left()
    await eyes.close()
