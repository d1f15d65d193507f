"""A named person ends a plan for another reason than a death: the plan ends with an outcome, and the register is told."""

from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Refused
from rms.events.model import EventKind
from rms.events.payloads import FollowUpEnded
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.people.store import person
from rms.plans.moves import end
from rms.plans.store import plan_on_file


async def end_follow_up(
    tx: Tx, *, organisation_id: int, plan_id: int, outcome: str, reason: str, by: Actor, now: datetime
) -> None:
    """End a plan; the caller has locked the person. Refused, in words, when a death is recorded: that has an end of its own."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    them = await person(tx, organisation_id=organisation_id, patient_id=plan.patient_id)
    if them.death_state is not None or outcome == "died":
        raise Refused("A death ends a plan on a page of its own: confirm the death, or take it back first.")
    await end(tx, organisation_id=organisation_id, plan_id=plan_id, outcome=outcome, reason=reason, by=by, now=now)
    await tell(
        tx, plan=plan, kind=EventKind.FOLLOW_UP_ENDED, cause_kind="plan_end", cause_id=plan_id, held_until=now, by=by, now=now,
        payload=FollowUpEnded(
            subject=await subject_of(tx, organisation_id=organisation_id, patient_id=plan.patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan), ended_on=tx.today,
            reason=f"{outcome.replace('_', ' ').capitalize()}: {reason}",
        ),
    )  # fmt: skip
