"""How somebody is followed up is chosen when the plan starts, and may be another later, with a reason."""

from collections.abc import Collection
from datetime import datetime

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.plans.modes import FollowUpMode, in_order
from rms.plans.store.modes import modes_of_plan
from rms.plans.store.plans import plan_on_file


async def set_modes(
    tx: Tx,
    *,
    organisation_id: int,
    plan_id: int,
    modes: Collection[FollowUpMode],
    reason: str,
    by: Actor,
    now: datetime,
) -> int | None:
    """Keep how the person is followed up from now on; the new row's id, None when it is so already. Refused with a sentence."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("How somebody is followed up is chosen by a named member of staff.")
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    chosen = in_order(modes)
    if not chosen:
        raise Refused("Choose at least one way of follow-up.")
    if not reason.strip():
        raise Refused("Say why.")
    if plan.state == "ended":
        raise Refused("This plan has ended.")
    before = await modes_of_plan(tx, plan=plan)
    if before.is_recorded and before.modes == chosen:
        return None
    written_id: int = await tx.fetchval(
        "insert into plan_mode (organisation_id, plan_id, modes, reason, author_name, set_at, set_by_staff_id)"
        " values ($1, $2, $3, $4, $5, $6, $7) returning id",
        organisation_id, plan_id, list(chosen), reason, by.name, now, by.id,
    )  # fmt: skip
    await record(tx, by=by, verb="plan.modes", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=reason,
                 details={"before": list(before.modes), "after": list(chosen)})  # fmt: skip
    return written_id
