"""A questionnaire is asked of a person, and stops being asked: nobody answers after that, by link or session."""

from datetime import datetime, timedelta

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.moves import void_for_cause
from rms.people.sign_in.sessions import SessionKind
from rms.people.store import known_dead
from rms.plans.store import locked_occurrence, plan_on_file
from rms.plans.store.occurrences import occurrence_on_file
from rms.questionnaires.store import (
    OPEN_STATES,
    AssignmentOnFile,
    assignment_of_occurrence,
    is_signed,
    locked_assignment,
    signed_version,
)
from rms.questionnaires.timing import ANSWERS_TAKEN_DAYS, LINK_PROMISED_DAYS

_NOT_BEFORE_TOMORROW = """
update calendar set act_on = $3::date + 1
 where organisation_id = $1 and occurrence_id = $2 and stage ^@ 'ask:' and act_on <= $3
"""
#: What may still have a link that opens: the open ones, and those whose answers came not long ago.
_WITH_LINKS = """
select id, state = any($3) as open from assignment
 where organisation_id = $1 and patient_id = $2 and (state = any($3) or submitted_at > $4) order by id
"""
_LINKS_LIVE = timedelta(days=ANSWERS_TAKEN_DAYS + LINK_PROMISED_DAYS)


async def ask(tx: Tx, *, organisation_id: int, occurrence_id: int, by: Actor) -> AssignmentOnFile:
    """See to it that an occurrence's questionnaire is asked; one assignment an occurrence, for ever.

    One that was expired or withdrawn is asked again with the version it had, so that its answers keep their meaning.
    Refused, with a sentence for the team: answered already, nothing signed off, not a questionnaire or not open.
    """
    found = await assignment_of_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if found is None:
        return await _first(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, by=by)
    if found.state == "submitted":
        raise Refused(f"{found.title} was answered already, and its step is asked for again: look at the answers.")
    if not await is_signed(tx, organisation_id=organisation_id, version_id=found.version_id):
        raise Refused(f"{found.title} cannot be sent: its sign-off was withdrawn.")
    if found.state in OPEN_STATES and found.closes_on >= tx.today + timedelta(days=LINK_PROMISED_DAYS):
        return found
    await tx.execute(
        "update assignment set state = case when state = any($4) then state else 'asked' end, state_reason = null,"
        " closes_on = $3 where organisation_id = $1 and id = $2",
        organisation_id, found.id, tx.today + timedelta(days=ANSWERS_TAKEN_DAYS), list(OPEN_STATES),
    )  # fmt: skip
    await _note(tx, found, verb="assignment.ask_again", reason=found.state_reason, by=by)
    return await locked_assignment(tx, organisation_id=organisation_id, assignment_id=found.id)


async def _first(tx: Tx, *, organisation_id: int, occurrence_id: int, by: Actor) -> AssignmentOnFile:
    step = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if step.questionnaire_key is None or step.state != "open":
        raise Refused(f"{step.title} is not a questionnaire that waits for an answer.")
    version = await signed_version(tx, organisation_id=organisation_id, key=step.questionnaire_key)
    if version is None:
        raise Refused(
            f"{step.title} cannot be sent: no version of {step.questionnaire_key} is signed off here."
            " A named clinician signs it off first."
        )
    assignment_id = await tx.fetchval(
        "insert into assignment (organisation_id, patient_id, plan_id, occurrence_id, team_id, questionnaire_version_id,"
        " state, asked_on, closes_on) values ($1, $2, $3, $4, $5, $6, 'asked', $7, $8) returning id",
        organisation_id, step.patient_id, step.plan_id, occurrence_id, step.team_id, version.id, tx.today,
        tx.today + timedelta(days=ANSWERS_TAKEN_DAYS),
    )  # fmt: skip
    made = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    await _note(tx, made, verb="assignment.ask", reason=None, by=by)
    return made


async def ask_now(tx: Tx, *, organisation_id: int, occurrence_id: int, by: Actor, now: datetime) -> AssignmentOnFile:
    """Somebody is on the telephone with the person: ask it without a message, also before its day.

    What waits to be sent about it is taken back, and nothing is written before tomorrow: whoever answers to the end now is
    never written to, and whoever does not (the call drops) is, as planned. Refused, with a sentence, for a plan that stands
    still, a step that is over, and one whose time has not come. The caller holds the person's lock.
    """
    row = await occurrence_on_file(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=row.plan_id, lock=True)
    step = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if plan.state != "active":
        raise Refused("The plan does not run just now, so nothing is asked. Let it go on first.")
    if step.questionnaire_key is None or step.state != "open":
        raise Refused(f"{step.title} is not a questionnaire that waits for an answer.")
    if tx.today < step.earliest_on:
        raise Refused(
            f"{step.title} is due on {step.due_on:%-d %B %Y} and can be answered from {step.earliest_on:%-d %B %Y}."
        )
    found = await ask(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, by=by)
    await tx.execute(_NOT_BEFORE_TOMORROW, organisation_id, occurrence_id, tx.today)
    await void_for_cause(tx, organisation_id=organisation_id, cause_kind="occurrence", cause_id=occurrence_id,
                         reason="It is being answered by telephone.", now=now)  # fmt: skip
    await _note(tx, found, verb="assignment.by_telephone", reason=None, by=by)
    return found


async def withdraw(tx: Tx, *, organisation_id: int, assignment_id: int, reason: str, by: Actor, now: datetime) -> None:
    """Its cause is gone: what was answered is kept, nothing more is taken. Nothing happens to one that was sent."""
    found = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    if found.state in OPEN_STATES:
        await _stop(tx, found, state="withdrawn", reason=reason, by=by, now=now)


async def expire(tx: Tx, *, organisation_id: int, assignment_id: int, by: Actor, now: datetime) -> None:
    """Its last day has passed: the team is told, also what was answered and not sent."""
    found = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    if found.state not in OPEN_STATES:
        return
    await _stop(tx, found, state="expired", reason="Its last day has passed.", by=by, now=now)
    answered = await tx.fetchval(
        "select count(distinct item) from answer where organisation_id = $1 and assignment_id = $2",
        organisation_id, assignment_id,
    )  # fmt: skip
    if await known_dead(tx, organisation_id=organisation_id, patient_id=found.patient_id) is not None:
        return  # the plan is held and its death has an alert; a reversal lists what was not answered
    begun = f"{answered} answers were saved but not sent" if answered else "nothing was answered"
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=found.team_id, kind=AlertKind.CHASE, subject_kind="plan",
        subject_id=found.plan_id, rule_key=f"chase:{found.step_key}", patient_id=found.patient_id, plan_id=found.plan_id,
        sentence=f"{found.title}, due on {found.due_on:%-d %B %Y}, closed without an answer: {begun}.",
        cause_kind=f"assignment:expired:{found.closes_on}", cause_id=assignment_id, by=by, now=now,
    )  # fmt: skip


async def end_links_of_person(tx: Tx, *, organisation_id: int, patient_id: int, why: str, now: datetime) -> int:
    """No link of this person opens any more and nobody goes on answering; returns how many questionnaires."""
    rows = await tx.fetch(_WITH_LINKS, organisation_id, patient_id, list(OPEN_STATES), now - _LINKS_LIVE)
    for row in rows:
        await end_links(tx, organisation_id=organisation_id, assignment_id=row["id"], why=why, now=now)
    await end_links_to_pages(tx, organisation_id=organisation_id, patient_id=patient_id, why=why, now=now)
    return sum(row["open"] for row in rows)


async def end_links_to_pages(tx: Tx, *, organisation_id: int, patient_id: int, why: str, now: datetime) -> None:
    """End the links to a person's own pages, and the visits that began with them."""
    await tx.fetchval("select door_person_link_end($1, $2, $3, $4)", organisation_id, patient_id, why, now)
    await tx.fetchval("select door_session_end_all($1, $2, $3, $4)", [SessionKind.VISITING], organisation_id,
                      patient_id, why)  # fmt: skip


async def end_links(tx: Tx, *, organisation_id: int, assignment_id: int, why: str, now: datetime) -> None:
    """End the links of one assignment, and the visits that began with them."""
    await tx.fetchval("select door_link_end($1, $2, $3, $4)", organisation_id, assignment_id, why, now)
    await tx.fetchval("select door_session_end_all($1, $2, $3, $4)", [SessionKind.ANSWERING], organisation_id,
                      assignment_id, why)  # fmt: skip


async def _stop(tx: Tx, found: AssignmentOnFile, *, state: str, reason: str, by: Actor, now: datetime) -> None:
    await tx.execute("update assignment set state = $3, state_reason = $4 where organisation_id = $1 and id = $2",
                     found.organisation_id, found.id, state, reason)  # fmt: skip
    await end_links(tx, organisation_id=found.organisation_id, assignment_id=found.id, why=reason, now=now)
    await _note(tx, found, verb=f"assignment.{state}", reason=reason, by=by)


async def _note(tx: Tx, found: AssignmentOnFile, *, verb: str, reason: str | None, by: Actor) -> None:
    await record(tx, by=by, verb=verb, subject_kind="assignment", subject_id=found.id, patient_id=found.patient_id,
                 organisation_id=found.organisation_id, reason=reason)  # fmt: skip
