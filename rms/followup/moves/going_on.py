"""A plan goes on after a pause or a hold: with it, what the standstill took back before it left and is still owed."""

from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.followup.moves.welcoming import welcome_if_it_never_left
from rms.plans import moves
from rms.plans.store import plan_on_file
from rms.plans.store.occurrences import OccurrenceOnFile


async def go_on(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> list[OccurrenceOnFile]:
    """Resume a paused plan or restore a held one; returns what fell due meanwhile. The caller has locked the person.

    Reminders come anew from the calendar; the welcome has no date on it, so it is queued again here when it never left.
    """
    stood = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    take_up = moves.restore if stood.state == "held" else moves.resume
    inside = await take_up(tx, organisation_id=organisation_id, plan_id=plan_id, by=by, now=now)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    if plan.state == "active":
        await welcome_if_it_never_left(tx, plan=plan, now=now)
    return inside
