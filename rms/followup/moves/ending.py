"""A named person ends a plan for another reason than a death: it ends with an outcome; register, person and GP are told."""

from datetime import datetime

from rms.alerts.moves import HOLD
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Refused
from rms.events.model import EventKind
from rms.events.payloads import FollowUpEnded
from rms.followup.moves.causing import KEEPS
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.followup.wording import ENDED_BECAUSE, ENDED_FOR_THEM
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue
from rms.people.model import ContactKind
from rms.people.store import PersonOnFile, contacts_in_force, person
from rms.plans.moves import end
from rms.plans.store import PlanOnFile, open_plans_of, plan_on_file


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
    await _tell_the_person(tx, plan=plan, them=them, outcome=outcome, now=now)
    if them.gp_code or them.gp_name:
        # What was held about this plan went with its end, so this letter says the last of it.
        await queue(
            tx, organisation_id=organisation_id, patient_id=plan.patient_id, team_id=plan.team_id,
            recipient=Recipient.GP_PRACTICE, cause_kind="plan_end", cause_id=plan_id, purpose=Purpose.FOLLOW_UP_ENDED_GP,
            channel=Channel.LETTER, facts={"plan_name": plan.protocol.title, "ended_because": ENDED_BECAUSE.get(outcome)},
            not_before=now, not_after=now + KEEPS, plan_id=plan_id, plan_revision=plan.revision + 1, now=now,
        )  # fmt: skip


async def _tell_the_person(tx: Tx, *, plan: PlanOnFile, them: PersonOnFile, outcome: str, now: datetime) -> None:
    """Tell them that nobody reminds or expects them any more, when it is so and a letter may say it (see the wording).

    It is held a quarter of an hour, so that it can be looked at; a death meanwhile takes it back like anything to them.
    """
    organisation_id, patient_id = plan.organisation_id, plan.patient_id
    if outcome not in ENDED_FOR_THEM or await open_plans_of(tx, organisation_id=organisation_id, patient_id=patient_id):
        return
    contacts = await contacts_in_force(tx, organisation_id=organisation_id, patient_id=patient_id)
    by_post = them.prefers != "phone" and any(contact.kind is ContactKind.POST for contact in contacts)
    await queue(
        tx, organisation_id=organisation_id, patient_id=patient_id, team_id=plan.team_id, recipient=Recipient.PERSON,
        cause_kind="plan_end", cause_id=plan.id, purpose=Purpose.FOLLOW_UP_ENDED,
        channel=Channel.LETTER if by_post else None, facts={"ended_because": ENDED_FOR_THEM[outcome]},
        not_before=now + HOLD, not_after=now + KEEPS, plan_id=plan.id, plan_revision=plan.revision + 1, now=now,
    )  # fmt: skip
