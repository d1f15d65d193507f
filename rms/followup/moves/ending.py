"""A named person ends a plan for another reason than a death: it ends with an outcome; the register and the GP are told."""

from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Refused
from rms.events.model import EventKind
from rms.events.payloads import FollowUpEnded
from rms.followup.moves.causing import KEEPS
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.followup.wording import ENDED_BECAUSE
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue
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
    if them.gp_code or them.gp_name:
        # What was held about this plan went with its end, so this letter says the last of it.
        await queue(
            tx, organisation_id=organisation_id, patient_id=plan.patient_id, team_id=plan.team_id,
            recipient=Recipient.GP_PRACTICE, cause_kind="plan_end", cause_id=plan_id, purpose=Purpose.FOLLOW_UP_ENDED_GP,
            channel=Channel.LETTER, facts={"plan_name": plan.protocol.title, "ended_because": ENDED_BECAUSE.get(outcome)},
            not_before=now, not_after=now + KEEPS, plan_id=plan_id, plan_revision=plan.revision + 1, now=now,
        )  # fmt: skip
