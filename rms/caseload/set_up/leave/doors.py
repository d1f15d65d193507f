"""Leave written down and cancelled, each in one transaction and within the scope of the one who asks."""

from uuid import UUID

from rms.caseload.set_up.leave.forms import LeaveTyped
from rms.caseload.set_up.leave.store import colleagues, leaves
from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import Asker
from rms.people.staff import cancel_leave, set_leave


async def write_down(database: Database, *, asks: Asker, leave: LeaveTyped) -> None:
    """Somebody is away; who covers sees the people of their teams meanwhile."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        known = {one.ref: one.id for one in await colleagues(tx, asks=asks)}
        who, cover = known.get(UUID(leave.who)), known.get(UUID(leave.cover)) if leave.cover else None
        if who is None:
            raise NotFound("There is no such member of staff.")
        await set_leave(tx, organisation_id=asks.organisation_id, staff_id=who, from_on=leave.from_on, until_on=leave.until_on,
                        cover_staff_id=cover, by=asks.actor)  # fmt: skip


async def cancel(database: Database, *, asks: Asker, leave_id: int) -> None:
    """It does not happen."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        if leave_id not in {one.id for one in await leaves(tx, asks=asks)}:
            raise NotFound("There is no such leave.")
        await cancel_leave(tx, organisation_id=asks.organisation_id, leave_id=leave_id, by=asks.actor)
