"""A result, or a questionnaire that was answered, waits for a look and nobody comes: the team gets an alert, one each,
which the review itself closes.

The alert's own clock and ladder do the rest. Nothing is released by this: it goes to staff and to nobody else.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from rms.alerts.analytes import name_of
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close_all_about, raise_alert
from rms.audit.model import Actor
from rms.clock import london_date
from rms.db.engine import Tx
from rms.messages.compose import day_in_words
from rms.questionnaires.store import ask_about_answers_on
from rms.questionnaires.timing import review_by
from rms.results.moves import ask_again_on
from rms.results.reviewing import look_by

RULE = "unreviewed"


class Unreviewed(msgspec.Struct, frozen=True, kw_only=True):
    """Something whose day has come. `in_hand`: an open alert speaks about it already, so that a ladder is being climbed.

    `named` is an analyte, a laboratory's words or a questionnaire's title; `dated_at` when the sample was taken or the
    answers were sent. `after_death`: a death is recorded. Nobody is chased then but the team: what it says is seen all the
    same.
    """

    subject_kind: Literal["result", "response"]
    id: int
    organisation_id: int
    patient_id: int
    plan_id: int | None
    team_id: int
    named: str
    dated_at: datetime
    came_at: datetime
    review_state: str
    review_due_on: date
    after_death: bool
    in_hand: bool


async def chase_review(tx: Tx, *, waiting: Unreviewed, by: Actor, now: datetime) -> None:
    """Ask the team why nobody has looked, and note when to ask again. The caller holds the person and the thing itself."""
    if not waiting.in_hand:
        await raise_alert(
            tx, organisation_id=waiting.organisation_id, team_id=waiting.team_id, kind=AlertKind.CHASE,
            subject_kind=waiting.subject_kind, subject_id=waiting.id, rule_key=RULE, patient_id=waiting.patient_id,
            plan_id=waiting.plan_id, sentence=_sentence(waiting), cause_kind=f"unreviewed:{waiting.review_due_on}",
            cause_id=waiting.id, by=by, now=now,
        )  # fmt: skip
    if waiting.subject_kind == "result":
        await ask_again_on(tx, organisation_id=waiting.organisation_id, result_id=waiting.id,
                           day=look_by(tx.today, understood=True))  # fmt: skip
    else:
        await ask_about_answers_on(tx, organisation_id=waiting.organisation_id, assignment_id=waiting.id,
                                   day=review_by(tx.today))  # fmt: skip


def _sentence(waiting: Unreviewed) -> str:
    dated, came = day_in_words(london_date(waiting.dated_at)), day_in_words(london_date(waiting.came_at))
    is_result = waiting.subject_kind == "result"
    what = f"{name_of(waiting.named)} of {dated}" if is_result else f"{waiting.named}, answered on {dated},"
    if waiting.review_state == "set_aside":
        said = f"was set aside until {day_in_words(waiting.review_due_on)} and waits for a look again."
    elif is_result:
        said = f"came on {came} and nobody has looked at it yet."
    else:
        said = "waits for a look, and nobody has looked at the answers yet."
    return f"{what} {said}{' A death is recorded: look at it after death.' if waiting.after_death else ''}"


async def reviewed(
    tx: Tx,
    *,
    organisation_id: int,
    subject_kind: Literal["result", "response"],
    subject_id: int,
    set_aside_because: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """Somebody has looked, or has said why it is set aside until a day: nobody needs to be asked any more."""
    outcome, note = AlertOutcome.RESULT_FOUND, "It was reviewed."
    if set_aside_because is not None:
        outcome, note = AlertOutcome.NO_ACTION_NEEDED, f"It was set aside: {set_aside_because}"
    await close_all_about(tx, organisation_id=organisation_id, subject_kind=subject_kind, subject_id=subject_id,
                          rule_key=RULE, outcome=outcome, note=note, by=by, now=now)  # fmt: skip
