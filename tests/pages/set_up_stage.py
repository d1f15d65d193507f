"""What the addresses of set-up name: a colleague, a file that waits; and whatever is put back before the next actor asks."""

from datetime import date
from uuid import UUID

from rms.people.model import Role
from rms.rehearsal.people import story_people
from rms.rehearsal.register_files import csv_file
from rms.sync.imports import actions
from rms.sync.imports.files import Upload
from rms.sync.imports.model import ImportKind
from tests.cast import Trust
from tests.database import World
from tests.pages.site import a_member

#: What the forms of set-up send; those that are not named here send nothing, which is a fault of the form.
SET_UP_FIELDS: dict[str, dict[str, str]] = {}


async def set_up_refs(world: World, trust: Trust) -> dict[str, UUID]:
    """A colleague in the man's team who is none of the actors, and a file."""
    staff_id = await a_member(
        world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="colleague"
    )
    [colleague] = await world.as_owner("select ref from staff where id = $1", staff_id)
    here = {"organisation_id": trust.organisation_id}
    upload = Upload(name="register.csv", raw=csv_file(story_people(today=date(2026, 3, 1))))
    incoming = await actions.read(world.web, **here, source=upload, kind=ImportKind.REGISTER)
    batch = await actions.stage(world.web, **here, incoming=incoming, by=trust.lead)
    assert batch.ref is not None
    return {"set-up/people": colleague["ref"], "set-up/import": batch.ref}


async def as_it_was(world: World) -> None:
    """Undo what the actor before did."""
    await world.as_owner("update staff set ended_at = null, ended_by = null where sign_in_name = 'colleague'")
    await world.as_owner("update import_batch set state = 'staged', settled_at = null, settled_by = null")
