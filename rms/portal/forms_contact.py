"""How a person wants to be reached, and what they need: what was typed becomes a value or a sentence."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rms.errors import BadInput
from rms.people.contact_points import email, is_mobile, uk_number
from rms.people.model import ContactKind, Need
from rms.people.sign_in.codes import NewContact
from rms.web.fields import a_choice, a_text, a_tick, parsed_by, some_ticks
from rms.web.forms import Form

WAYS: Final[Mapping[str, str]] = {"sms": "Text message", "email": "Email", "letter": "Letter"}
#: In the words in which staff tick the same (rms/caseload/particulars/forms.py).
NEEDS: Final[Mapping[str, str]] = {
    "large_print": "Large print",
    "easy_read": "Easy read",
    "braille": "Braille",
    "audio": "Audio in place of letters",
    "longer": "More time, or things said twice",
}
ASKED: Final[Mapping[str, str]] = {
    "large_print": "Letters in large print",
    "easy_read": "Easy read: short words and pictures",
    "braille": "Letters in Braille",
    "audio": "Letters I can listen to",
    "longer": "More time, or things said twice",
}
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English", "cy": "Welsh", "pl": "Polish", "ro": "Romanian", "pt": "Portuguese", "es": "Spanish", "fr": "French",
    "it": "Italian", "uk": "Ukrainian", "tr": "Turkish", "ur": "Urdu", "pa": "Punjabi", "bn": "Bengali", "gu": "Gujarati",
    "hi": "Hindi", "ta": "Tamil", "ar": "Arabic", "fa": "Persian", "so": "Somali", "zh": "Chinese",
    "bfi": "British Sign Language",
}  # fmt: skip


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How the person wants to hear from us."""

    prefers: str


class NeedsTyped(msgspec.Struct, frozen=True, kw_only=True):
    """What was ticked."""

    language: str | None
    interpreter: bool
    needs: tuple[str, ...]


class HelperTyped(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who helps."""

    name: str
    relation: str | None
    phone: str | None


class NewDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A new number or address, read."""

    value: str


PREFERENCE: Final = Form(Way, prefers=a_choice(tuple(WAYS), missing="Choose how we contact you"))
NEEDING: Final = Form(
    NeedsTyped, language=a_choice(tuple(LANGUAGES)), interpreter=a_tick(), needs=some_ticks(tuple(NEEDS))
)
HELPING: Final = Form(
    HelperTyped,
    name=a_text(missing="Enter the name of who helps you", label="The name", longest=100),
    relation=a_text(label="Who they are to you", longest=100),
    phone=parsed_by(lambda text: _number(text)),
)


def _number(text: str) -> str:
    try:
        return uk_number(text)
    except BadInput:
        raise BadInput("Enter a telephone number, like 07700 900123") from None


def _mobile(text: str) -> str:
    number = _number(text)
    if not is_mobile(number):
        raise BadInput("Enter a mobile number, like 07700 900123. We cannot text other numbers")
    return number


def _email(text: str) -> str:
    try:
        return email(text)
    except BadInput:
        raise BadInput("Enter an email address, like name@example.com") from None


NEW: Final[Mapping[str, Form[NewDetail]]] = {
    "mobile": Form(NewDetail, value=parsed_by(_mobile, missing="Enter your mobile number")),
    "email": Form(NewDetail, value=parsed_by(_email, missing="Enter your email address")),
}


def new_contact(kind: str, detail: NewDetail) -> NewContact:
    """What a code has to prove."""
    return NewContact(kind=ContactKind(kind), value=detail.value)


def needs_after(before: Sequence[Need], *, ticked: Sequence[str]) -> tuple[Need, ...]:
    """The needs from now on: those of our list as they were ticked, and every other one as it stood."""
    ours = set(NEEDS.values())
    kept = [need for need in before if need.text not in ours or need.text in {NEEDS[code] for code in ticked}]
    known = {need.text for need in kept}
    return (*kept, *(Need(text=NEEDS[code]) for code in ticked if NEEDS[code] not in known))
