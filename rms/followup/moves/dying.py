"""A death: sending stops at once, plans stand still, a named person confirms and ends them.

A formal death voids what was queued, an informal one only holds it. Results are still judged. A reversal restores the
plans and lists what fell inside. The fact is kept by NHS number, so that every organisation that follows the person
stops; the worker brings it to the others (`jobs.spread_deaths`).
"""

from datetime import datetime

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close_all_about, raise_alert
from rms.audit.model import Actor, ActorKind
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import Refused
from rms.events.model import EventKind
from rms.events.payloads import FollowUpEnded, PlanHeld, PlanRestored
from rms.followup.moves.after_death import bring_back, close_with_the_plan
from rms.followup.moves.going_on import go_on
from rms.followup.moves.never_left import decided_and_never_left
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.messages.moves import hold_for_patient, release_for_patient, void_for_patient
from rms.people.moves import mark_alive, mark_dead
from rms.people.store import person
from rms.plans.moves import end, hold
from rms.plans.store import PlanOnFile, open_plans_of, plan_on_file
from rms.questionnaires.moves import end_links_of_person

RULE = "death"


async def record_death(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    formal: bool,
    died_on: PartialDate | None,
    source: str,
    by: Actor,
    now: datetime,
) -> None:
    """Note a death at one organisation, and as a fact for all. The caller has locked the person."""
    them = await person(tx, organisation_id=organisation_id, patient_id=patient_id)
    state = "formal" if formal else "informal"
    if them.nhs_number is not None:
        await tx.execute("select record_death_fact($1, $2, $3, $4, $5)", them.nhs_number, state,
                         str(died_on) if died_on else None, source, now)  # fmt: skip
    await apply_death(tx, organisation_id=organisation_id, patient_id=patient_id, formal=formal, died_on=died_on,
                      source=source, by=by, now=now)  # fmt: skip


async def apply_death(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    formal: bool,
    died_on: PartialDate | None,
    source: str,
    by: Actor,
    now: datetime,
) -> None:
    """What a death means at one organisation: messages, links, plans, and a task for somebody."""
    await mark_dead(
        tx, organisation_id=organisation_id, patient_id=patient_id, formal=formal, died_on=died_on, by=by, now=now
    )
    when = f" {'on' if died_on.exact else 'in'} {died_on.in_words()}" if died_on else ""
    word = f"The person {'died' if formal else 'may have died'}{when} (told by: {source})"
    stop = void_for_patient if formal else hold_for_patient
    await stop(tx, organisation_id=organisation_id, patient_id=patient_id, reason=f"{word}.", now=now)
    await end_links_of_person(tx, organisation_id=organisation_id, patient_id=patient_id, why=f"{word}.", now=now)
    for plan in await open_plans_of(tx, organisation_id=organisation_id, patient_id=patient_id):
        if plan.state != "held":
            await hold(
                tx,
                organisation_id=organisation_id,
                plan_id=plan.id,
                reason=f"{word}.",
                rule_key=RULE,
                by=by,
                now=now,
            )
            await _tell_held(tx, plan=plan, reason=f"{word}.", by=by, now=now)
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=plan.team_id, kind=AlertKind.FIX_DATA, subject_kind="plan",
            subject_id=plan.id, rule_key=RULE, patient_id=patient_id, plan_id=plan.id,
            sentence=f"{word}. Messages have stopped and the plan is held: confirm and end it, or restore it.",
            cause_kind=f"death:{'formal' if formal else 'informal'}", cause_id=patient_id, by=by, now=now,
        )  # fmt: skip


async def _tell_held(tx: Tx, *, plan: PlanOnFile, reason: str, by: Actor, now: datetime) -> None:
    await tell(
        tx, plan=plan, kind=EventKind.PLAN_HELD, cause_kind="plan_revision", cause_id=_cause(plan), held_until=now, by=by,
        now=now,
        payload=PlanHeld(
            subject=await subject_of(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan), reason=reason,
        ),
    )  # fmt: skip


def _cause(plan: PlanOnFile) -> int:
    """A plan may be held more than once; its revision tells the times apart."""
    return plan.id * 10_000 + plan.revision


async def end_after_death(tx: Tx, *, organisation_id: int, plan_id: int, by: Actor, now: datetime) -> None:
    """A named person confirms the death and ends the plan; its alerts close with it, and the register is told.

    What nobody has looked at yet stays open, to be looked at after death (`after_death`).
    """
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    them = await person(tx, organisation_id=organisation_id, patient_id=plan.patient_id)
    if them.death_state is None:
        raise Refused("No death is recorded for this person.")
    # What an informal death only held is not wanted any more now that somebody has confirmed it.
    await void_for_patient(tx, organisation_id=organisation_id, patient_id=plan.patient_id, reason="The person died.",
                           now=now)  # fmt: skip
    await end(
        tx, organisation_id=organisation_id, plan_id=plan_id, outcome="died", reason="The person died.", by=by, now=now
    )
    await close_all_about(
        tx, organisation_id=organisation_id, subject_kind="plan", subject_id=plan_id, rule_key=RULE,
        outcome=AlertOutcome.DEATH_CONFIRMED, note="", by=by, now=now,
    )  # fmt: skip
    await close_with_the_plan(
        tx, organisation_id=organisation_id, patient_id=plan.patient_id, plan_id=plan_id, by=by, now=now
    )
    await tell(
        tx, plan=plan, kind=EventKind.FOLLOW_UP_ENDED, cause_kind="plan_end", cause_id=plan_id, held_until=now, by=by, now=now,
        payload=FollowUpEnded(
            subject=await subject_of(tx, organisation_id=organisation_id, patient_id=plan.patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan), ended_on=tx.today, reason="The person died.",
        ),
    )  # fmt: skip


async def _mistaken(tx: Tx, *, plan: PlanOnFile, why: str, by: Actor, now: datetime) -> None:
    """When a named person takes the death back, what asked to confirm it is answered; else a person answers it."""
    if by.kind is ActorKind.STAFF:
        await close_all_about(
            tx, organisation_id=plan.organisation_id, subject_kind="plan", subject_id=plan.id, rule_key=RULE,
            outcome=AlertOutcome.DEATH_REVERSED, note=why, by=by, now=now,
        )  # fmt: skip


async def reverse_death(
    tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor, now: datetime
) -> list[str]:
    """A death that was a mistake: plans go on; returns a sentence for everything that fell inside, which the team gets too."""
    them = await person(tx, organisation_id=organisation_id, patient_id=patient_id)
    if them.nhs_number is not None:
        await tx.execute("select reverse_death_fact($1, $2, $3)", them.nhs_number, by.name, now)
    return await apply_reversal(tx, organisation_id=organisation_id, patient_id=patient_id, why=why, by=by, now=now)


async def apply_reversal(
    tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor, now: datetime
) -> list[str]:
    """What a reversal means at one organisation. What was held may leave again; every gate is asked anew."""
    never_left = await decided_and_never_left(tx, organisation_id=organisation_id, patient_id=patient_id)
    missed = await bring_back(tx, organisation_id=organisation_id, patient_id=patient_id, why=why, by=by, now=now)
    await mark_alive(tx, organisation_id=organisation_id, patient_id=patient_id, why=why, by=by)
    await release_for_patient(tx, organisation_id=organisation_id, patient_id=patient_id,
                              reason="The recorded death was a mistake.", now=now)  # fmt: skip
    for one in never_left:
        missed.append(one.sentence)
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=one.team_id, kind=AlertKind.LOOK_SOON, subject_kind="patient",
            subject_id=patient_id, rule_key="never-told", patient_id=patient_id, plan_id=one.plan_id,
            sentence=f"The recorded death was a mistake ({why}). {'; '.join(each.sentence for each in never_left)}. Tell the"
                     " person.",
            cause_kind="message", cause_id=one.message_id, by=by, now=now,
        )  # fmt: skip
    for plan in await open_plans_of(tx, organisation_id=organisation_id, patient_id=patient_id):
        if plan.state != "held":
            continue
        await _mistaken(tx, plan=plan, why=why, by=by, now=now)
        inside = await go_on(tx, organisation_id=organisation_id, plan_id=plan.id, by=by, now=now)
        fell = [f"{one.title} was due on {one.due_on:%d %B %Y}" for one in inside]
        missed += fell
        what = "; ".join(fell) or "nothing fell due meanwhile"
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=plan.team_id, kind=AlertKind.LOOK_SOON, subject_kind="plan",
            subject_id=plan.id, rule_key="death-reversed", patient_id=patient_id, plan_id=plan.id,
            sentence=f"The recorded death was a mistake ({why}). The plan runs again: {what}.",
            cause_kind="plan_revision", cause_id=_cause(plan), by=by, now=now,
        )  # fmt: skip
        await tell(
            tx, plan=plan, kind=EventKind.PLAN_RESTORED, cause_kind="plan_revision", cause_id=_cause(plan), held_until=now,
            by=by, now=now,
            payload=PlanRestored(
                subject=await subject_of(tx, organisation_id=organisation_id, patient_id=patient_id), by=by.name,
                decided_at=now, plan=await plan_told(tx, plan=plan), reason=why,
            ),
        )  # fmt: skip
    return missed
