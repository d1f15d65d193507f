"""What is done with people who work here, each in one transaction: find them in the scope of the one who asks, then move."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from rms.caseload.set_up.people.forms import (
    CHECKED_WORDS,
    ChangedPerson,
    Checked,
    CodeAsked,
    NewPerson,
    WhatForSeveral,
)
from rms.caseload.set_up.people.rights import why_no_code
from rms.caseload.set_up.people.store import Member, member
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.access import Asker
from rms.people.model import Role
from rms.people.moves.working import Place, put_into_team, rename_staff, set_places
from rms.people.staff import NewStaff, add_staff, change_role, end_staff, give_new_set_up_code, take_back
from rms.people.store import team_by_key


async def admit(database: Database, *, asks: Asker, new: NewPerson, places: Mapping[int, Place]) -> NewStaff:
    """Let somebody in. BadInput for a name that cannot be one, Conflict for one that is taken."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        added = await add_staff(
            tx, organisation_id=asks.organisation_id, sign_in_name=new.sign_in_name, display_name=new.display_name,
            role=Role(new.role), team_ids=(), by=asks.actor,
        )  # fmt: skip
        await set_places(
            tx, organisation_id=asks.organisation_id, staff_id=added.staff_id, places=places, by=asks.actor
        )
        return added


async def change(database: Database, *, asks: Asker, ref: UUID, to: ChangedPerson, places: Mapping[int, Place]) -> None:
    """Another name, role, teams. Refused when nobody would be left who gives access."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        one = await member(tx, asks=asks, ref=ref)
        if one.ended_at is not None:
            raise Refused("They have left. Let them work here again first.")
        who = {"organisation_id": asks.organisation_id, "staff_id": one.id}
        await rename_staff(tx, **who, display_name=to.display_name, by=asks.actor)
        await set_places(tx, **who, places=places, by=asks.actor)
        if one.role != Role(to.role):
            await change_role(tx, **who, role=Role(to.role), by=asks.actor)


async def end(database: Database, *, asks: Asker, ref: UUID) -> None:
    """Somebody has left."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        one = await member(tx, asks=asks, ref=ref)
        if one.id == asks.staff_id:
            raise Refused("Nobody ends their own access. Ask another administrator.")
        await end_staff(tx, organisation_id=asks.organisation_id, staff_id=one.id, by=asks.actor)


async def give_code(database: Database, *, asks: Asker, ref: UUID, asked: CodeAsked) -> NewStaff:
    """Begin an account anew; how the identity was checked goes into the audit."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        one = await member(tx, asks=asks, ref=ref)
        checked = CHECKED_WORDS[Checked(asked.checked)] + (f". {asked.note}" if asked.note else "")
        return await _new_code(tx, asks=asks, one=one, checked=checked)


async def for_several(
    database: Database, *, asks: Asker, chosen: Sequence[UUID], what: WhatForSeveral, team: str | None
) -> tuple[NewStaff, ...]:
    """The same for several: all of them or nobody. Gives the new codes, where there are any."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        people = [await member(tx, asks=asks, ref=ref) for ref in chosen]
        if what is WhatForSeveral.TEAM:
            return await _into_team(tx, asks=asks, people=people, key=team or "")
        if what is WhatForSeveral.BACK:
            return tuple([await _back(tx, asks=asks, one=one) for one in people])
        return tuple([await _first_code(tx, asks=asks, one=one) for one in people])


async def _into_team(tx: Tx, *, asks: Asker, people: Sequence[Member], key: str) -> tuple[NewStaff, ...]:
    team = await team_by_key(tx, organisation_id=asks.organisation_id, key=key)
    if team is None:
        raise Refused("Choose the team to put them into.")
    for one in people:
        await put_into_team(tx, organisation_id=asks.organisation_id, staff_id=one.id, team_id=team.id, by=asks.actor)
    return ()


async def _back(tx: Tx, *, asks: Asker, one: Member) -> NewStaff:
    if one.ended_at is None:
        raise Refused(f"{one.display_name} works here already. Choose only people who have left.")
    code = await take_back(tx, organisation_id=asks.organisation_id, staff_id=one.id, by=asks.actor)
    return NewStaff(staff_id=one.id, sign_in_name=one.sign_in_name, set_up_code=code)


async def _first_code(tx: Tx, *, asks: Asker, one: Member) -> NewStaff:
    """Only where nothing is lost by it: an account that was never set up has no session and no second factor."""
    if one.is_set_up:
        raise Refused(
            f"{one.display_name} has set up their account. A lost telephone is one person's matter: open theirs."
        )
    return await _new_code(tx, asks=asks, one=one, checked="The account was never set up.")


async def _new_code(tx: Tx, *, asks: Asker, one: Member, checked: str) -> NewStaff:
    if (why := why_no_code(asks, one)) is not None:
        raise Refused(why)
    code = await give_new_set_up_code(tx, organisation_id=asks.organisation_id, staff_id=one.id, by=asks.actor,
                                      checked=checked)  # fmt: skip
    return NewStaff(staff_id=one.id, sign_in_name=one.sign_in_name, set_up_code=code)
