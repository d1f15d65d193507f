"""The values of a forecast."""

from datetime import date
from enum import StrEnum
from typing import Final

import msgspec


class Scenario(StrEnum):
    """What the person and their values do. In all of them what is not named is done on the day it is due, and in range."""

    ALL_ON_TIME = "all-on-time"
    ONE_MISSED = "one-missed"
    RISE_AT_MONTH_30 = "rise-at-month-30"


class What(StrEnum):
    """What happens. `asked`: the plan asks for something that was not on it. `raised`: an alert, or one more cause of it."""

    SENT = "sent"
    ASKED = "asked"
    DONE = "done"
    RAISED = "raised"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on one day. `step` and `number` are those it is about, `purpose` is the message's, `rule` and `alert` the
    alert's rule and kind; each is null where there is none."""

    on: date
    what: What
    sentence: str
    step: str | None = None
    number: int | None = None
    purpose: str | None = None
    rule: str | None = None
    alert: str | None = None


#: What nobody can forecast, and what is taken for it instead; said with every answer.
ASSUMES: Final = (
    "The person can be reached by text message.",
    "A result or an answer reaches us on the day it is done, and the team looks at it within its days.",
    "No member of staff decides, closes or changes anything: an alert stays open, and what is raised again joins it.",
    "Nobody has to confirm a review or a task here, so the team is asked about each until somebody deals with it.",
)
