"""A call and what happened after it, as they are typed. Every fault is said at once."""

from datetime import date
from typing import Any

from rms.caseload.helpline.model import Call, Caller, Happened, Outcome, Reason, Step
from rms.caseload.starting.forms.reading import read_each
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import FieldError, FieldErrors, Parsed
from rms.web.submitted import Submitted

LONGEST = 2000


def read_call(sent: Submitted, *, today: date) -> Parsed[Call]:
    """One call. A relative or a practice is named; a worry about a symptom says how soon a nurse must look."""
    values, errors = read_each(sent, {
        "caller": a_choice(tuple(Caller), missing="Choose who called"),
        "caller_name": a_text(label="The name"),
        "reason": a_choice(tuple(Reason), missing="Choose why they called"),
        "details": a_text(missing="Write what they said", label="What they said", longest=LONGEST),
        "advice": a_text(label="The advice", longest=LONGEST),
        "outcome": a_choice(tuple(Outcome), missing="Choose what came of it"),
        "soon": a_choice(("today", "days")),
        "back": a_date(label="The day"),
    })  # fmt: skip
    errors += _missing_in(values, today=today)
    if errors:
        return Parsed(value=None, errors=FieldErrors(all=tuple(errors)), typed=sent)
    call = Call(
        caller=Caller(values["caller"]), caller_name=values["caller_name"], reason=Reason(values["reason"]),
        details=values["details"], advice=values["advice"], outcome=Outcome(values["outcome"]),
        today=values["soon"] == "today", back_on=values["back"],
    )  # fmt: skip
    return Parsed(value=call, errors=FieldErrors(), typed=sent)


def _missing_in(values: dict[str, Any], *, today: date) -> list[FieldError]:
    found = []
    if values.get("caller") not in (None, Caller.PERSON) and not values.get("caller_name"):
        found.append(FieldError(field="caller_name", message="Enter the name of whoever called"))
    if values.get("reason") == Reason.SYMPTOM:
        if not values.get("soon"):
            found.append(FieldError(field="soon", message="Choose how soon a nurse must look"))
        if not values.get("advice"):
            found.append(FieldError(field="advice", message="Write what you advised about the symptom"))
    if values.get("outcome") == Outcome.CALL_BACK and values.get("back", today) is None:
        found.append(FieldError(field="back", message="Enter the day on which we call back", parts=("day",)))
    if values.get("back") is not None and values["back"] < today:
        found.append(FieldError(field="back", message="The day must be today or later", parts=("day",)))
    return found


def read_step(sent: Submitted, *, today: date, may_end: bool) -> Parsed[Step]:
    """What happened after a call. Only who may close an alert asks for a clinic or ends the call."""
    values, errors = read_each(sent, {
        "what": a_choice(tuple(Happened), missing="Choose what happened"),
        "detail": a_text(label="The note", longest=LONGEST),
        "on": a_date(label="The day"),
    })  # fmt: skip
    what = Happened(values["what"]) if values.get("what") else None
    if what in NURSES and not may_end:
        errors.append(
            FieldError(field="what", message="A nurse, a doctor or a team lead records this: ask one of them")
        )
    if what is not None and what is not Happened.CALL_BACK and not values.get("detail"):
        errors.append(FieldError(field="detail", message=_SAY[what]))
    if what in (Happened.CALL_BACK, Happened.CLINIC_ASKED) and values.get("on", today) is None:
        errors.append(FieldError(field="on", message=_DAY[what], parts=("day",)))
    if what in _DAY and values.get("on") is not None and values["on"] < today:
        errors.append(FieldError(field="on", message="The day must be today or later", parts=("day",)))
    if errors or what is None:
        return Parsed(value=None, errors=FieldErrors(all=tuple(errors)), typed=sent)
    return Parsed(value=Step(what=what, detail=values["detail"], on=values["on"]), errors=FieldErrors(), typed=sent)


NURSES = frozenset({Happened.CLINIC_ASKED, Happened.CLINIC_SEEN, Happened.SETTLED})
_DAY = {
    Happened.CALL_BACK: "Enter the day on which we call again",
    Happened.CLINIC_ASKED: "Enter the day of the appointment, or by when it should be",
}
_SAY = {
    Happened.NOTE: "Write what was done",
    Happened.CLINIC_ASKED: "Write which clinic, and whom you asked",
    Happened.CLINIC_SEEN: "Write what came of it: back to the plan, more tests, treatment",
    Happened.SETTLED: "Write why nothing more is needed",
}
