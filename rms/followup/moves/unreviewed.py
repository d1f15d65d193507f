"""A result waits for a look and nobody comes: the team gets an alert, one a result, which the review itself closes.

The alert's own clock and ladder do the rest. Nothing is released by this: it goes to staff and to nobody else.
"""

from datetime import date, datetime

import msgspec

from rms.alerts.analytes import name_of
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close_all_about, raise_alert
from rms.audit.model import Actor
from rms.clock import london_date
from rms.db.engine import Tx
from rms.messages.compose import day_in_words
from rms.results.moves import ask_again_on
from rms.results.reviewing import look_by

RULE = "unreviewed"


class Unreviewed(msgspec.Struct, frozen=True, kw_only=True):
    """A result whose day has come. `in_hand`: an open alert speaks about it already, so that a ladder is being climbed.

    `after_death`: a death is recorded. Nobody is chased then but the team: what a result says is seen all the same.
    """

    id: int
    organisation_id: int
    patient_id: int
    plan_id: int | None
    team_id: int
    analyte: str | None
    code_text: str | None
    sample_at: datetime
    filed_at: datetime
    review_state: str
    review_due_on: date
    after_death: bool
    in_hand: bool


async def chase_review(tx: Tx, *, result: Unreviewed, by: Actor, now: datetime) -> None:
    """Ask the team why nobody has looked, and note when to ask again. The caller holds the person and the result."""
    if not result.in_hand:
        await raise_alert(
            tx, organisation_id=result.organisation_id, team_id=result.team_id, kind=AlertKind.CHASE, subject_kind="result",
            subject_id=result.id, rule_key=RULE, patient_id=result.patient_id, plan_id=result.plan_id,
            sentence=_sentence(result), cause_kind=f"unreviewed:{result.review_due_on}", cause_id=result.id, by=by, now=now,
        )  # fmt: skip
    await ask_again_on(tx, organisation_id=result.organisation_id, result_id=result.id,
                       day=look_by(tx.today, understood=True))  # fmt: skip


def _sentence(result: Unreviewed) -> str:
    what = name_of(result.analyte or result.code_text or "A result")
    sampled, came = day_in_words(london_date(result.sample_at)), day_in_words(london_date(result.filed_at))
    if result.review_state == "set_aside":
        said = f"was set aside until {day_in_words(result.review_due_on)} and waits for a look again."
    else:
        said = f"came on {came} and nobody has looked at it yet."
    return f"{what} of {sampled} {said}{' A death is recorded: look at it after death.' if result.after_death else ''}"


async def reviewed(
    tx: Tx, *, organisation_id: int, result_id: int, set_aside_because: str | None, by: Actor, now: datetime
) -> None:
    """Somebody has looked, or has said why it is set aside until a day: nobody needs to be asked any more."""
    outcome, note = AlertOutcome.RESULT_FOUND, "It was reviewed."
    if set_aside_because is not None:
        outcome, note = AlertOutcome.NO_ACTION_NEEDED, f"It was set aside: {set_aside_because}"
    await close_all_about(tx, organisation_id=organisation_id, subject_kind="result", subject_id=result_id, rule_key=RULE,
                          outcome=outcome, note=note, by=by, now=now)  # fmt: skip
