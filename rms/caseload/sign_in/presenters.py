"""What the pages of signing in show. A password or a code is never put back into a page."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from rms.dates.spoken import clock_words
from rms.people.model import Role
from rms.people.store import StaffOnFile
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One button of a demo: sign in as this member of staff."""

    sign_in_name: str
    name: str
    role: str
    where: str


class SignInPage(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in/password.html`. `demo` is empty outside a demo."""

    typed: Submitted = NOTHING_TYPED
    errors: FieldErrors = NO_ERRORS
    demo: tuple[DemoPerson, ...] = ()


class CodePage(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in/code.html`."""

    errors: FieldErrors = NO_ERRORS


class SetUpPage(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in/set_up.html`."""

    typed: Submitted = NOTHING_TYPED
    errors: FieldErrors = NO_ERRORS


class HelpPage(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in/help.html`: how long a new set-up code works."""

    days: str


class AuthenticatorPage(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in/authenticator.html`: a square code to scan (an image in the page) and the same as letters to type."""

    image: str
    letters: str
    errors: FieldErrors = NO_ERRORS


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """`sign_in/account.html`."""

    name: str
    role: str


def role_in_words(role: Role) -> str:
    """`nurse_specialist` as people say it."""
    return role.replace("_", " ").capitalize()


def demo_people(staff: Iterable[StaffOnFile], *, where: str) -> tuple[DemoPerson, ...]:
    """The buttons for one organisation of a demo."""
    return tuple(
        DemoPerson(
            sign_in_name=one.sign_in_name,
            name=one.display_name,
            where=where,
            role=", ".join([role_in_words(one.role), *(key.replace("-", " ") for key in one.team_keys)]),
        )
        for one in staff
        if one.ended_at is None
    )


def fault(field: str, *, message: str) -> FieldErrors:
    """One fault at one field."""
    return FieldErrors(all=(FieldError(field=field, message=message),))


def wait(field: str, *, until: datetime) -> FieldErrors:
    """So many tries that the next must wait; the time in London."""
    return fault(field, message=f"There were too many tries. Wait until {clock_words(until)}, then try again")
