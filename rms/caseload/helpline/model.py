"""The words of the helpline: who called, why, what came of it, what happened afterwards. Pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from rms.alerts.model import AlertKind


class Caller(StrEnum):
    """Who was on the telephone."""

    PERSON = "person"
    RELATIVE = "relative"
    PRACTICE = "practice"
    OTHER = "other"


class Reason(StrEnum):
    """Why they called, the most pressing first."""

    SYMPTOM = "symptom"
    TEST = "test"
    RESULT = "result"
    APPOINTMENT = "appointment"
    QUESTIONNAIRE = "questionnaire"
    CONTACT_DETAILS = "contact_details"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of the call itself."""

    ANSWERED = "answered"
    GP_ADVISED = "gp_advised"
    EMERGENCY = "emergency"
    CALL_BACK = "call_back"
    NURSE_ASKED = "nurse_asked"


class Happened(StrEnum):
    """What happened after the call. The last two end it."""

    NOTE = "note"
    CALL_BACK = "call_back"
    CLINIC_ASKED = "clinic_asked"
    CLINIC_SEEN = "clinic_seen"
    SETTLED = "settled"


CALLERS: Final[Mapping[Caller, str]] = {
    Caller.PERSON: "The person themselves",
    Caller.RELATIVE: "A relative or somebody who helps them",
    Caller.PRACTICE: "Their GP practice",
    Caller.OTHER: "Somebody else",
}
REASONS: Final[Mapping[Reason, str]] = {
    Reason.SYMPTOM: "Worried about a symptom",
    Reason.TEST: "Having or booking a test",
    Reason.RESULT: "A result",
    Reason.APPOINTMENT: "An appointment",
    Reason.QUESTIONNAIRE: "A questionnaire or a link",
    Reason.CONTACT_DETAILS: "Address or telephone number",
    Reason.OTHER: "Something else",
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.ANSWERED: "Answered, nothing more to do",
    Outcome.GP_ADVISED: "Advised to see their GP",
    Outcome.EMERGENCY: "Advised to call 999 or go to A&E",
    Outcome.CALL_BACK: "We call back on a day",
    Outcome.NURSE_ASKED: "A nurse must look at it",
}
HAPPENED: Final[Mapping[Happened, str]] = {
    Happened.NOTE: "A step was taken; it stays open",
    Happened.CALL_BACK: "We call again on a day",
    Happened.CLINIC_ASKED: "A clinic appointment was asked for",
    Happened.CLINIC_SEEN: "They were seen in clinic",
    Happened.SETTLED: "Settled: nothing more to do",
}
ENDS: Final = frozenset({Happened.CLINIC_SEEN, Happened.SETTLED})


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call as it is written down. `today`: a nurse must act on the same working day. `back_on`: when we call back."""

    caller: Caller
    caller_name: str | None
    reason: Reason
    details: str
    advice: str | None
    outcome: Outcome
    today: bool
    back_on: date | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What happened afterwards."""

    what: Happened
    detail: str | None
    on: date | None


def kind_of(call: Call) -> AlertKind | None:
    """How soon somebody must look; None when the call settled it. A worry about a symptom is never settled by the call."""
    if call.reason is Reason.SYMPTOM:
        return AlertKind.ACT_TODAY if call.today or call.outcome is Outcome.EMERGENCY else AlertKind.LOOK_SOON
    if call.outcome is Outcome.NURSE_ASKED or call.today:
        return AlertKind.ACT_TODAY if call.today else AlertKind.LOOK_SOON
    return AlertKind.CHASE if call.outcome is Outcome.CALL_BACK else None


def sentence_of(call: Call) -> str:
    """What the alert says."""
    who = "" if call.caller is Caller.PERSON else f" ({CALLERS[call.caller].lower()}: {call.caller_name})"
    return f"Helpline{who}: {REASONS[call.reason].lower()}. “{call.details}”"
