"""What became of a message, as a nurse says it. A provider's own words stay in the history of the message. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from rms.messages.model import Channel, MessageState, Purpose

_WAYS: Final[Mapping[Channel, str]] = {
    Channel.SMS: "A text message",
    Channel.EMAIL: "An email",
    Channel.LETTER: "A letter",
}
_ABOUT: Final[Mapping[Purpose, str]] = {
    Purpose.PLAN_STARTED: "that follow-up has started",
    Purpose.TEST_REMINDER_1: "that a test is due",
    Purpose.TEST_REMINDER_2: "that a test is due",
    Purpose.TEST_REMINDER_3: "that a test has not come",
    Purpose.TEST_LATE: "that a test is late",
    Purpose.TEST_REQUEST: "the request for a test",
    Purpose.REPEAT_TEST: "that a test is done again",
    Purpose.FOLLOW_UP_ENDED: "that follow-up has ended",
    Purpose.QUESTIONNAIRE_INVITE: "questions to answer",
    Purpose.QUESTIONNAIRE_REMINDER_1: "questions to answer",
    Purpose.QUESTIONNAIRE_REMINDER_2: "questions to answer",
    Purpose.RESULT_IN_RANGE_PERSON: "a result in range",
    Purpose.PLEASE_CALL: "please call us",
    Purpose.HELPLINE: "how to reach the team",
    Purpose.NEW_LINK: "a new link",
}
#: What providers say, as far as it means something to a nurse.
_PROVIDERS_SAY: Final = {
    "permanent-failure": "the number or address does not work",
    "temporary-failure": "the phone was off or the mailbox full",
    "technical-failure": "there was a fault on the way, not with the number",
    "undelivered": "the network could not deliver it",
    "failed": "the network could not deliver it",
}
_REPORTED: Final = re.compile(r"reported '([^']+)'")
_NOT_OURS: Final = re.compile(r"provider", re.IGNORECASE)
_ENDS: Final[Mapping[MessageState, str]] = {
    MessageState.FAILED: "it could not be delivered",
    MessageState.HELD: "it is not known to have arrived, and a person must decide what becomes of it",
    MessageState.EXPIRED: "it was not sent in time to be of use",
}


def about(purpose: str) -> str:
    """What a message is about, inside a sentence: `that a test is due`."""
    try:
        return _ABOUT[Purpose(purpose)]
    except (KeyError, ValueError):
        return purpose.removesuffix("_person").removesuffix("_gp").replace("_", " ")


def reason_words(reason: str | None) -> str:
    """Our own sentence as it is; a provider's report in our words; empty for any other word of a provider."""
    if not reason:
        return ""
    reported = _REPORTED.search(reason)
    if reported:
        return _PROVIDERS_SAY.get(reported[1], "")
    return "" if _NOT_OURS.search(reason) else reason


def not_reached(*, purpose: Purpose, channel: Channel, state: MessageState, reason: str | None) -> str:
    """`A text message (that a test is due) did not reach the person: the number or address does not work.`"""
    because = reason_words(reason) or _ENDS.get(state, "it is not known why")
    return f"{_WAYS[channel]} ({about(purpose)}) did not reach the person: {because.rstrip('.')}."
