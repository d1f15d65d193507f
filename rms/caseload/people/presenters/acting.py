"""A page that asks before something changes: what it means, what must be said, and the button."""

from collections.abc import Iterable, Mapping

import msgspec

from rms.caseload.identity import IdentityBar
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to choose."""

    code: str
    text: str
    chosen: bool


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `sort` is `choice`, `date`, `line` or `text`."""

    sort: str
    name: str
    label: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Some of what it touches, one by one, under a line that says what becomes of them."""

    heading: str
    lines: tuple[str, ...]


class ActionPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/action.html`. `means` says what follows; `stops` makes it stand out, because it stops something."""

    bar: IdentityBar
    heading: str
    means: tuple[str, ...]
    stops: bool
    fields: tuple[Ask, ...]
    action: str
    button: str
    back: str
    lists: tuple[Listed, ...] = ()
    typed: Submitted = NOTHING_TYPED
    errors: FieldErrors = NO_ERRORS


def choices(options: Mapping[str, str] | Iterable[tuple[str, str]], *, chosen: str) -> tuple[Choice, ...]:
    """The options in their order."""
    pairs = options.items() if isinstance(options, Mapping) else options
    return tuple(Choice(code=code, text=text, chosen=code == chosen) for code, text in pairs)


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/contact.html`: how somebody is contacted, and a new number or address. One of them has the faults."""

    bar: IdentityBar
    here: str
    now: tuple[str, ...]
    ways: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    said_by_preference: tuple[Choice, ...]
    said_by_detail: tuple[Choice, ...]
    typed: Submitted
    preference_errors: FieldErrors
    detail_errors: FieldErrors

    @property
    def errors(self) -> FieldErrors:
        """The faults of whichever form was sent."""
        return self.preference_errors or self.detail_errors
