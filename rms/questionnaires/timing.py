"""The few lengths of time of this room, in days of the civil clock, and which message is sent when."""

from datetime import date, datetime, timedelta
from typing import Final

from rms.clock import start_of_london_day
from rms.dates import add_working_days
from rms.messages.model import Purpose

ANSWERS_TAKEN_DAYS: Final = 60
"""How long answers are taken after a questionnaire was first asked: well past the three messages and the chase."""

LINK_PROMISED_DAYS: Final = 28
"""How long the messages promise that a link works; one that would close sooner is kept open longer. After the answers were
sent it says so for as long again."""

ANSWER_BY_DAYS: Final = 14
"""How long the messages give a person, counted from the day of the message."""


REVIEW_WORKING_DAYS: Final = 5
"""How long answers may wait for a look before the team is asked, as a result that a rule was content with may. Our default
and no guideline's: what a rule objects to, and every red flag, has an alert of its own with a shorter clock."""


def review_by(today: date) -> date:
    """The day on which the team is asked about answers that came today, or were asked about in vain."""
    return add_working_days(today, REVIEW_WORKING_DAYS)


def answer_by(sent_on: date, *, closes_on: date) -> date:
    """The day the messages name: a fortnight on, or the last day when that is nearer."""
    return min(sent_on + timedelta(days=ANSWER_BY_DAYS), closes_on)


def link_ends(closes_on: date) -> datetime:
    """The instant at which a link stops working: the end of the last day, in London."""
    return start_of_london_day(closes_on + timedelta(days=1))


def purpose_of(stage: str, *, first: bool) -> Purpose:
    """Which message a stage sends. The first that a person gets is the invitation, however late it is."""
    if first or stage == "ask:1":
        return Purpose.QUESTIONNAIRE_INVITE
    return Purpose.QUESTIONNAIRE_REMINDER_1 if stage == "ask:2" else Purpose.QUESTIONNAIRE_REMINDER_2
