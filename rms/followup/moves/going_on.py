"""A plan goes on after a pause or a hold: with it, what the standstill took back before it left and is still owed."""

from collections.abc import Mapping
from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.followup.moves.welcoming import welcome_if_it_never_left
from rms.plans import moves
from rms.plans.schedule import Inside
from rms.plans.store import plan_on_file
from rms.plans.store.occurrences import OccurrenceOnFile


async def go_on(
    tx: Tx, *, organisation_id: int, plan_id: int, decided: Mapping[tuple[str, int], Inside] | None = None, by: Actor,
    now: datetime,
) -> list[OccurrenceOnFile]:  # fmt: skip
    """Resume a plan that was paused or suspended, or restore a held one; returns what is late. The caller has locked the
    person. `decided`: what becomes of each date that fell into the standstill; None leaves all of them late.

    Reminders come anew from the calendar; the welcome has no date on it, so it is queued again here when it never left.
    """
    stood = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    whose = {"organisation_id": organisation_id, "plan_id": plan_id}
    if stood.state == "held":
        inside = await moves.restore(tx, **whose, by=by, now=now)
    else:
        inside = await moves.resume(tx, **whose, decided=decided, by=by, now=now)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    if plan.state == "active":
        await welcome_if_it_never_left(tx, plan=plan, now=now)
    return inside
