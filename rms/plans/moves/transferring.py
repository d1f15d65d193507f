"""A plan goes to another team of the same trust: what is open of it goes along, and its rows know where they belong."""

from datetime import datetime

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.plans.store.plans import PlanOnFile


async def give_to_team(tx: Tx, *, plan: PlanOnFile, team_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Another team follows this plan from now on; no nurse is named for it yet. `plan` was read under its lock."""
    if by.kind is not ActorKind.STAFF:
        raise Refused("Only a named member of staff gives a plan to another team.")
    if plan.state == "ended":
        raise Refused("This plan has ended.")
    if plan.team_id == team_id:
        raise Refused("This team has the plan already.")
    if not reason.strip():
        raise Refused("Say why the plan goes to another team.")
    known = await tx.fetchval(
        "select id from team where organisation_id = $1 and id = $2", plan.organisation_id, team_id
    )
    if known is None:
        raise NotFound("There is no such team.")
    # The revision stays: the dates are the same, and what was queued for them is still wanted.
    await tx.execute(
        "update plan set team_id = $3, nurse_staff_id = null where organisation_id = $1 and id = $2",
        plan.organisation_id, plan.id, team_id,
    )  # fmt: skip
    await tx.execute(
        "update occurrence set team_id = $3 where organisation_id = $1 and plan_id = $2 and state = 'open'",
        plan.organisation_id, plan.id, team_id,
    )  # fmt: skip
    await record(tx, by=by, verb="plan.to_team", subject_kind="plan", subject_id=plan.id, patient_id=plan.patient_id,
                 organisation_id=plan.organisation_id, reason=reason,
                 details={"from_team": plan.team_id, "to_team": team_id})  # fmt: skip
