"""Somebody is followed up in other ways: kept with its reason, and the register told in the same transaction."""

from collections.abc import Collection
from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.events.model import EventKind
from rms.events.payloads import WaysChanged
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.plans.modes import FollowUpMode
from rms.plans.moves import set_modes
from rms.plans.store import plan_on_file


async def change_ways(
    tx: Tx,
    *,
    organisation_id: int,
    plan_id: int,
    modes: Collection[FollowUpMode],
    reason: str,
    by: Actor,
    now: datetime,
) -> bool:
    """Follow somebody up in other ways, whose row the caller holds; False when it is so already, and nothing is told."""
    written_id = await set_modes(
        tx, organisation_id=organisation_id, plan_id=plan_id, modes=modes, reason=reason, by=by, now=now
    )
    if written_id is None:
        return False
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    await tell(
        tx, plan=plan, kind=EventKind.WAYS_CHANGED, cause_kind="plan_mode", cause_id=written_id, held_until=now, by=by, now=now,
        payload=WaysChanged(
            subject=await subject_of(tx, organisation_id=organisation_id, patient_id=plan.patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan), reason=reason, stands_still=plan.state == "held",
        ),
    )  # fmt: skip
    return True
