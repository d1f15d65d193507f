"""A person answers: every answer is a new row, and what must be looked at is known in the same transaction."""

from datetime import datetime

import msgspec

from rms.alerts.model import FlagAnswer, RedFlag
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.clock import london_date
from rms.db.engine import Tx
from rms.errors import BadInput, Conflict, Refused
from rms.questionnaires.answers import item_of, misfit
from rms.questionnaires.branching import asked, unanswered
from rms.questionnaires.links import keep_links
from rms.questionnaires.model import Answer, Item
from rms.questionnaires.scoring import red_flags, scores
from rms.questionnaires.store import AssignmentOnFile, answers_of, locked_assignment, plain
from rms.questionnaires.store.answers import as_red_flag
from rms.questionnaires.timing import review_by


async def note_opened(tx: Tx, *, organisation_id: int, assignment_id: int, by: Actor, now: datetime) -> None:
    """The person has proved who they are; the first time is kept."""
    found = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    await tx.execute(
        "update assignment set state = 'opened', opened_at = coalesce(opened_at, $3)"
        " where organisation_id = $1 and id = $2 and state in ('asked', 'opened')",
        organisation_id, assignment_id, now,
    )  # fmt: skip
    await record(tx, by=by, verb="assignment.open", subject_kind="assignment", subject_id=assignment_id,
                 patient_id=found.patient_id, organisation_id=organisation_id)  # fmt: skip


async def save_answer(
    tx: Tx, *, organisation_id: int, assignment_id: int, item: str, value: Answer, by: Actor, now: datetime
) -> tuple[RedFlag, ...]:
    """Keep one answer; returns what a person of the team must look at: a red flag, or a watched item that was declined.

    Conflict when nothing is taken any more; BadInput for an item that is not asked or an answer that does not fit it.
    """
    found = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    if not found.takes_answers:
        raise Conflict("Answers are not taken any more for these questions.")
    answers = plain(await answers_of(tx, organisation_id=organisation_id, assignment_id=assignment_id))
    _asked_and_fitting(found, item=item, value=value, answers=answers)
    await tx.execute(
        "insert into answer (organisation_id, assignment_id, item, value, saved_at, saved_by)"
        " values ($1, $2, $3, $4, $5, $6)",
        organisation_id, assignment_id, item, msgspec.to_builtins(value), now, by.name,
    )  # fmt: skip
    await record(tx, by=by, verb="answer.save", subject_kind="assignment", subject_id=assignment_id,
                 patient_id=found.patient_id, organisation_id=organisation_id, details={"item": item})  # fmt: skip
    findings = red_flags(found.definition, answers={**answers, item: value}, sent=False)
    flags = (
        as_red_flag(one, questionnaire=found.questionnaire_key, answered_on=london_date(now), ref=str(found.ref))
        for one in findings
        if one.link_id == item
    )
    return tuple(flag for flag in flags if flag.answer is not FlagAnswer.NOT_FLAGGED)


def _asked_and_fitting(found: AssignmentOnFile, *, item: str, value: Answer, answers: dict[str, Answer]) -> Item:
    known = item_of(found.definition, link_id=item)
    if known is None or known not in asked(found.definition, answers=answers):
        raise BadInput("This question is not asked.")
    if wrong := misfit(known, answer=value):
        raise BadInput(f"{wrong}.")
    return known


async def submit(
    tx: Tx, *, organisation_id: int, assignment_id: int, mode: str = "link", by: Actor, now: datetime
) -> AssignmentOnFile:
    """Take the form as it stands: score it, put it up for review; returns it with its scores.

    The visit goes on, and the links go on working: whoever opens one again is told that the answers came, and finds a way
    to tell us what has changed. `mode` is link, telephone or paper. Conflict when
    it was sent already or is not taken any more; Refused while a question is open.
    """
    found = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    if not found.takes_answers:
        raise Conflict("These answers were sent already, or are not taken any more.")
    answers = plain(await answers_of(tx, organisation_id=organisation_id, assignment_id=assignment_id))
    if missing := [item.short for item in unanswered(found.definition, answers=answers) if item.required]:
        raise Refused(f"These questions have no answer yet: {', '.join(missing)}.")
    scored = [
        {"key": one.key, "title": one.title, "value": None if one.value is None else str(one.value),
         "because": one.because, "band": one.band.key if one.band else None}
        for one in scores(found.definition, answers=answers)
    ]  # fmt: skip
    await tx.execute(
        "update assignment set state = 'submitted', submitted_at = $3, mode = $4, score = $5, review_state = 'to_review',"
        " review_due_on = $6 where organisation_id = $1 and id = $2",
        organisation_id, assignment_id, now, mode, scored, review_by(tx.today),
    )  # fmt: skip
    await keep_links(tx, organisation_id=organisation_id, assignment_id=assignment_id, today=tx.today)
    await record(tx, by=by, verb="answers.send", subject_kind="assignment", subject_id=assignment_id,
                 patient_id=found.patient_id, organisation_id=organisation_id, details={"mode": mode})  # fmt: skip
    return await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
