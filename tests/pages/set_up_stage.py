"""What the addresses of set-up name: a colleague, and whatever is put back before the next actor asks."""

from uuid import UUID

from rms.people.model import Role
from tests.cast import Trust
from tests.database import World
from tests.pages.site import a_member

#: What the forms of set-up send; those that are not named here send nothing, which is a fault of the form.
SET_UP_FIELDS: dict[str, dict[str, str]] = {}


async def set_up_refs(world: World, trust: Trust) -> dict[str, UUID]:
    """A colleague in the man's team who is none of the actors."""
    staff_id = await a_member(
        world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="colleague"
    )
    [colleague] = await world.as_owner("select ref from staff where id = $1", staff_id)
    return {"set-up/people": colleague["ref"]}


async def as_it_was(world: World) -> None:
    """Undo what the actor before did."""
    await world.as_owner("update staff set ended_at = null, ended_by = null where sign_in_name = 'colleague'")
