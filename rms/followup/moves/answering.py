"""A person answers: a red flag counts when it is saved, everything else when the form is sent."""

from datetime import datetime
from typing import Any

import msgspec

from rms.alerts.model import AlertKind, RedFlag
from rms.alerts.moves import raise_alert
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.events.model import EventKind
from rms.events.payloads import PromScore
from rms.followup.moves.arriving import say_answers_came
from rms.followup.moves.judging import Judged, judge
from rms.followup.moves.telling import subject_of, tell
from rms.followup.watching import about_questionnaire, about_red_flags
from rms.plans.moves import close_occurrence
from rms.plans.store import plan_on_file
from rms.questionnaires import moves as answers
from rms.questionnaires.store import AssignmentOnFile, locked_assignment


class SavedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What saving an answer led to. `act_today`: the person must be told now whom to call."""

    act_today: bool


async def save_answer(
    tx: Tx, *, organisation_id: int, assignment_id: int, item: str, value: Any, by: Actor, now: datetime
) -> SavedAnswer:
    """Keep one answer; when it is a red flag its alert stands before the next question is shown."""
    flags = await answers.save_answer(tx, organisation_id=organisation_id, assignment_id=assignment_id, item=item,
                                      value=value, by=by, now=now)  # fmt: skip
    if not flags:
        return SavedAnswer(act_today=False)
    assignment = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=assignment_id)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=assignment.plan_id)
    rules = about_red_flags(plan.effective.rules, assignment.questionnaire_key)
    answer_id = await tx.fetchval(
        "select max(id) from answer where organisation_id = $1 and assignment_id = $2", organisation_id, assignment_id
    )
    judged = await judge(tx, plan=plan, rules=rules, cause_kind="answer", cause_id=answer_id, by=by, now=now)
    for flag in _unheard(flags, judged):
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=plan.team_id, kind=flag.kind, subject_kind="plan",
            subject_id=plan.id, rule_key=f"answer:{flag.questionnaire}:{flag.item}", patient_id=plan.patient_id,
            plan_id=plan.id, sentence=f"An answer needs a person: {flag.words}", cause_kind="answer", cause_id=answer_id,
            by=by, now=now,
        )  # fmt: skip
    return SavedAnswer(act_today=any(flag.kind is AlertKind.ACT_TODAY for flag in flags))


def _unheard(flags: tuple[RedFlag, ...], judged: list[Judged]) -> list[RedFlag]:
    """The flags that no rule of the plan spoke about: it has none for this question, or looked at newer answers."""
    heard: set[tuple[object, object]] = set()
    for one in judged:
        items = one.finding.inputs.get("items")
        if one.alert_id is not None and isinstance(items, list):
            heard |= {(item["item"], item["ref"]) for item in items}
    return [flag for flag in flags if (flag.item, flag.ref) not in heard]


async def submit_answers(
    tx: Tx, *, organisation_id: int, assignment_id: int, mode: str = "link", by: Actor, now: datetime
) -> None:
    """Take the form: close its step, score it, ask the rules, tell the register the score. `mode`: how it was answered."""
    assignment = await answers.submit(tx, organisation_id=organisation_id, assignment_id=assignment_id, mode=mode, by=by,
                                      now=now)  # fmt: skip
    await close_occurrence(
        tx, organisation_id=organisation_id, occurrence_id=assignment.occurrence_id, by_kind="response",
        by_id=assignment_id, done_on=tx.today, by=by, now=now,
    )  # fmt: skip
    await say_answers_came(tx, organisation_id=organisation_id, occurrence_id=assignment.occurrence_id,
                           assignment_id=assignment_id, by=by, now=now)  # fmt: skip
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=assignment.plan_id)
    rules = about_questionnaire(plan.effective.rules, assignment.questionnaire_key)
    await judge(tx, plan=plan, rules=rules, cause_kind="assignment", cause_id=assignment_id, by=by, now=now)
    for number, score in enumerate(assignment.scores):
        await tell(
            tx, plan=plan, kind=EventKind.PROM_SCORE, cause_kind=f"assignment:{number}", cause_id=assignment_id,
            held_until=now, by=by, now=now,
            payload=PromScore(
                subject=await subject_of(tx, organisation_id=organisation_id, patient_id=assignment.patient_id),
                by=by.name, decided_at=now, plan_ref=plan.ref, instrument=assignment.questionnaire_key,
                title=assignment.title, answered_at=now, score=score.value, why_none=score.why_not or None,
            ),
        )  # fmt: skip


__all__ = ["AssignmentOnFile", "SavedAnswer", "save_answer", "submit_answers"]
