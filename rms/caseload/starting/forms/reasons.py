"""Why somebody is not followed up here, or not yet."""

from datetime import date

import msgspec

from rms.caseload.starting.forms.reading import read_each
from rms.caseload.starting.model import NEEDS_NOTE, REASONS, Choice
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import FieldError, FieldErrors, Parsed
from rms.web.submitted import Submitted


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A reason; `until_on` only for one that ends by itself."""

    what: Choice
    until_on: date | None
    note: str | None


def read_reason(sent: Submitted, *, today: date) -> Parsed[Reason]:
    """Read the page. A day typed for a reason that does not end by itself is a fault, never dropped."""
    fields = {
        "what": a_choice([str(one) for one in REASONS], missing="Choose the reason"),
        "until": a_date(label="The day to look again"),
        "note": a_text(label="The note", longest=1000),
    }
    values, errors = read_each(sent, fields)
    what, until_on = values.get("what"), values.get("until")
    if "until" in values and what is not None and (wrong := _wrong_day(what, until_on, today=today)):
        errors.append(FieldError(field="until", message=wrong, parts=("day", "month", "year")))
    if what in NEEDS_NOTE and not values.get("note") and not any(one.field == "note" for one in errors):
        errors.append(FieldError(field="note", message="Say why in a few words"))
    if errors:
        return Parsed(value=None, errors=FieldErrors(all=tuple(errors)), typed=sent)
    reason = Reason(what=Choice(values["what"]), until_on=until_on, note=values["note"])
    return Parsed(value=reason, errors=FieldErrors(), typed=sent)


def _wrong_day(what: str, until_on: date | None, *, today: date) -> str | None:
    if what != Choice.TOO_EARLY:
        return (
            None if until_on is None else "Only “Too early” ends on a day: leave the day empty, or choose “Too early”"
        )
    if until_on is None:
        return "Enter the day on which to look again"
    return "The day on which to look again must lie ahead" if until_on <= today else None
