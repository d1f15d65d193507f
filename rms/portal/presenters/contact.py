"""How a person is reached and what they need, as strings."""

from collections.abc import Mapping
from typing import Final

import msgspec

from rms.people.model import ContactKind
from rms.portal.forms_contact import ASKED, LANGUAGES, NEEDS, WAYS
from rms.portal.own_contact import OwnContact
from rms.portal.presenters.questions import Choice
from rms.portal.presenters.telling import help_for
from rms.portal.presenters.words import HelpLine
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

_NOTHING: Final = Submitted(pairs=())
_NEEDS_OF: Final = {"sms": ContactKind.MOBILE, "email": ContactKind.EMAIL, "letter": ContactKind.POST}
_NO_DETAIL: Final = {
    "sms": "We have no mobile number for you. Add one first",
    "email": "We have no email address for you. Add one first",
    "letter": "We have no postal address for you. Tell us your address first",
}
_NEW_WORDS: Final = {
    "mobile": ("Your mobile number", "What is your new mobile number?", "For example, 07700 900123."),
    "email": ("Your email address", "What is your new email address?", "For example, name@example.com."),
}


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One way to reach the person, with where to change it."""

    name: str
    lines: tuple[str, ...]
    change: str
    verb: str


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/contact.html`: three forms, each sent alone. `saved` says what was just kept."""

    details: tuple[Detail, ...]
    ways: tuple[Choice, ...]
    languages: tuple[Choice, ...]
    needs: tuple[Choice, ...]
    interpreter: bool
    typed: Submitted
    errors: FieldErrors
    saved: str
    help: HelpLine


class NewContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/contact_new.html`: a new number or address. `numeric` brings up the keys of a telephone."""

    heading: str
    label: str
    hint: str
    action: str
    kind: str
    too_many: bool
    typed: Submitted
    errors: FieldErrors
    help: HelpLine


class ProvePage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/contact_check.html`: the code that went to the new number or address."""

    errors: FieldErrors
    help: HelpLine


def present_contact(
    own: OwnContact, *, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS, saved: str = ""
) -> ContactPage:
    """Fill the page."""
    on_file = {need.text for need in own.needs}
    chosen = typed.one("prefers") or own.whose.person.prefers
    language = own.language if own.language in LANGUAGES else "en"
    return ContactPage(
        details=tuple(_details(own)), ways=_choices(WAYS, chosen=chosen), languages=_choices(LANGUAGES, chosen=language or ""),
        needs=tuple(Choice(code=code, text=text, chosen=NEEDS[code] in on_file) for code, text in ASKED.items()),
        interpreter=own.interpreter_needed, typed=typed, errors=errors, saved=saved, help=help_for(own.whose),
    )  # fmt: skip


def why_not(own: OwnContact, *, prefers: str) -> str | None:
    """Why a way cannot be chosen: there is no detail for it."""
    kinds = {one.kind for one in own.contacts}
    return None if _NEEDS_OF[prefers] in kinds else _NO_DETAIL[prefers]


def present_new(
    own: OwnContact, *, kind: str, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS, too_many: bool = False
) -> NewContactPage:
    """Fill the page of a new number or address."""
    heading, label, hint = _NEW_WORDS[kind]
    return NewContactPage(
        heading=heading, label=label, hint=hint, action=f"/contact/new/{kind}", kind=kind, too_many=too_many, typed=typed,
        errors=errors, help=help_for(own.whose),
    )  # fmt: skip


def _details(own: OwnContact) -> list[Detail]:
    found: dict[ContactKind, str] = {}
    for one in own.contacts:
        found.setdefault(one.kind, one.value)
    mobile = found.get(ContactKind.MOBILE)
    return [
        Detail(name="Mobile", lines=(_spoken(mobile) if mobile else "None",), change="/contact/new/mobile",
               verb="Change" if mobile else "Add"),
        Detail(name="Email", lines=(found.get(ContactKind.EMAIL, "None"),), change="/contact/new/email",
               verb="Change" if ContactKind.EMAIL in found else "Add"),
        Detail(name="Post", lines=tuple(found.get(ContactKind.POST, "None").splitlines()), change="/tell-us/moved",
               verb="Change"),
    ]  # fmt: skip


def _spoken(number: str) -> str:
    """+447700900001 as it is said: 07700 900001."""
    local = f"0{number[3:]}" if number.startswith("+44") else number
    return f"{local[:5]} {local[5:]}"


def _choices(words: Mapping[str, str], *, chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, text=text, chosen=code == chosen) for code, text in words.items())
