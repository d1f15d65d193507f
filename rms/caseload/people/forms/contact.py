"""How somebody is reached: what is typed, who said so and from when."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.people.contact_points import email, telephone
from rms.people.model import ContactKind, ContactPoint, ContactSource
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import FieldError, FieldErrors, Form, Parsed
from rms.web.submitted import Submitted

#: Who may have said how somebody is reached.
SAID_BY: Final[Mapping[str, str]] = {
    "person": "The person",
    "helper": "Somebody who helps them",
    "practice": "Their GP practice",
    "hospital": "Hospital staff, or another record",
}
KINDS: Final[Mapping[str, str]] = {
    "telephone": "Telephone, mobile or landline",
    "email": "Email",
    "post": "Postal address",
}
WAYS: Final[Mapping[str, str]] = {
    "sms": "Text message",
    "email": "Email",
    "letter": "Letter",
    "phone": "Telephone only: a nurse calls, nothing is sent",
}
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}")
_WHO_SAID: Final = "Choose who said so"


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """How the person wants to be reached."""

    prefers: str
    said_by: str


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A new way to reach the person. `right_on`: the day on which it was known to be right."""

    kind: str
    value: str
    told_by: str
    right_on: date


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked for something, and why."""

    said_by: str
    why: str


PREFERENCE = Form(
    Preference,
    prefers=a_choice(tuple(WAYS), missing="Choose how we contact them"),
    said_by=a_choice(tuple(SAID_BY), missing=_WHO_SAID),
)
STOPPING = Form(
    Why,
    said_by=a_choice(tuple(SAID_BY), missing=_WHO_SAID),
    why=a_text(missing="Say why in a few words", label="The reason", longest=300),
)


def read_detail(sent: Submitted, *, today: date) -> tuple[Parsed[Detail], ContactPoint | None]:
    """The form of a new detail, and the detail itself when nothing is wrong with either."""
    form = Form(
        Detail,
        kind=a_choice(tuple(KINDS), missing="Choose what it is"),
        value=a_text(missing="Enter the number or address", label="The number or address", longest=400),
        told_by=a_choice(tuple(SAID_BY), missing=_WHO_SAID),
        right_on=a_date(label="The date", missing="Enter the date from which it is right", not_after=today,
                        too_late="The date from which it is right must be today or in the past"),
    )  # fmt: skip
    parsed = form.read(sent)
    if parsed.value is None:
        return parsed, None
    try:
        return parsed, contact_from(parsed.value)
    except BadInput as error:
        wrong = FieldErrors(all=(FieldError(field="value", message=str(error)),))
        return Parsed(value=None, errors=wrong, typed=sent), None


def contact_from(detail: Detail) -> ContactPoint:
    """The way to reach somebody that was typed; BadInput says what is wrong with it."""
    source = ContactSource.PERSON if detail.told_by == "person" else ContactSource.STAFF
    on = PartialDate.of(detail.right_on)
    if detail.kind == "telephone":
        return telephone(detail.value, source=source, as_of=on)
    if detail.kind == "email":
        return ContactPoint(kind=ContactKind.EMAIL, value=email(detail.value), source=source, as_of=on)
    return ContactPoint(kind=ContactKind.POST, value=_address(detail.value), source=source, as_of=on)


def _address(text: str) -> str:
    lines = [" ".join(line.split()).strip(",") for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not _POSTCODE.fullmatch(lines[-1].upper()):
        raise BadInput("Enter the address one line below the other, with the postcode on the last line")
    return "\n".join([*lines[:-1], lines[-1].upper()])
