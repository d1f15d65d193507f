"""What each message is for, in the words of whoever writes, prints or looks for it: one table for all pages. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from rms.messages.model import Purpose

#: In the order in which a person meets them.
PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.PLAN_STARTED: "Follow-up has started",
    Purpose.PLAN_STARTED_GP: "Follow-up has started: to the GP",
    Purpose.TEST_REMINDER_1: "A test is due: first reminder",
    Purpose.TEST_REMINDER_2: "A test is due: second reminder",
    Purpose.TEST_REMINDER_3: "A test has not come: third reminder",
    Purpose.TEST_LATE: "A test is late",
    Purpose.TEST_REQUEST: "The request for a test",
    Purpose.REPEAT_TEST: "A test again",
    Purpose.REPEAT_TEST_GP: "A test again: to the GP",
    Purpose.REFERRED_GP: "Something needs assessment: to the GP",
    Purpose.RECURRENCE_GP: "The cancer has come back: to the GP",
    Purpose.NO_RECURRENCE_GP: "The cancer has not come back: to the GP",
    Purpose.FOLLOW_UP_ENDED: "Follow-up has ended",
    Purpose.FOLLOW_UP_ENDED_GP: "Follow-up has ended: to the GP",
    Purpose.QUESTIONNAIRE_INVITE: "Questions to answer",
    Purpose.QUESTIONNAIRE_REMINDER_1: "Questions: first reminder",
    Purpose.QUESTIONNAIRE_REMINDER_2: "Questions: second reminder",
    Purpose.RESULT_IN_RANGE_PERSON: "A result in range",
    Purpose.RESULT_IN_RANGE_GP: "A result in range: to the GP",
    Purpose.PLEASE_CALL: "Please call us",
    Purpose.HELPLINE: "How to reach the team",
    Purpose.CODE: "A code to see their pages",
    Purpose.CODE_NEW_CONTACT: "A code to check a new number or address",
    Purpose.NEW_LINK: "A new link",
    Purpose.STAFF_ALERT: "To staff: a task has passed its time",
}
_TO_GP: Final = ": to the GP"
#: What a message is about, as far as its facts say: the test it speaks of, else the plan.
_SUBJECTS: Final = ("test_name", "plan_name")


def purpose_words(purpose: str) -> str:
    """What a message is for: `A test is due: second reminder`. Whom it goes to stands beside it, so it is not said here."""
    return PURPOSES[Purpose(purpose)].removesuffix(_TO_GP)


def title_words(purpose: str, *, facts: Mapping[str, Any]) -> str:
    """What a message is for and about: `A test is due: second reminder, PSA blood test`."""
    subject = next((facts[name] for name in _SUBJECTS if facts.get(name)), "")
    return f"{purpose_words(purpose)}, {subject}" if subject else purpose_words(purpose)
