"""A new code, several codes, the end of somebody's access, as strings. A code stands on one page, once."""

from collections.abc import Sequence

import msgspec

from rms.caseload.set_up.parts import options
from rms.caseload.set_up.people.forms import CHECKED_WORDS
from rms.caseload.set_up.people.presenters import NOTHING, PATH, hands_words
from rms.caseload.set_up.people.rights import why_no_code
from rms.caseload.set_up.people.store import Hands, Member
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.frame import Option
from rms.people.access import Asker
from rms.people.staff import SET_UP_CODE_LIVES, NewStaff
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted


class CodePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/code.html`: before a code is given."""

    name: str
    action: str
    back: str
    means: tuple[str, ...]
    why_not: str
    choices: tuple[Option, ...]
    typed: Submitted
    errors: FieldErrors


class EndPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/end.html`."""

    name: str
    action: str
    back: str
    means: tuple[str, ...]
    errors: FieldErrors


class GivenCode(msgspec.Struct, frozen=True, kw_only=True):
    """One code with the name it belongs to."""

    sign_in_name: str
    code: str


class CodesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/codes.html`: shown once."""

    heading: str
    codes: tuple[GivenCode, ...]
    address: str
    days: str


def present_code(one: Member, *, asks: Asker, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS) -> CodePage:
    """Before a new code is given: what follows, and how the identity was checked."""
    means = (
        f"{one.display_name} is signed out everywhere, at once.",
        "Their password and their authenticator app stop working.",
        f"You get a set-up code for them. It works once, for {SET_UP_CODE_LIVES.days} days.",
        "The audit notes who gave it and how you made sure who asked.",
    )
    return CodePage(
        name=one.display_name, action=f"{PATH}/{one.ref}/code", back=PATH, means=means,
        why_not=why_no_code(asks, one) or "",
        choices=options({str(code): text for code, text in CHECKED_WORDS.items()}, chosen=typed.one("checked")),
        typed=typed, errors=errors,
    )  # fmt: skip


def present_end(one: Member, *, hands: Hands, errors: FieldErrors = NO_ERRORS) -> EndPage:
    """Before somebody's access ends."""
    means = [
        f"{one.display_name} is signed out everywhere and cannot sign in any more.",
        "What they did stays in every history under their name.",
    ]
    if hands.plans or hands.alerts:
        means.append(f"{hands_words(hands)}. Nothing is lost: the team owns it, and open alerts climb to the next person. "
                     "Ask the team lead to give them to somebody.")  # fmt: skip
    return EndPage(name=one.display_name, action=f"{PATH}/{one.ref}/end", back=f"{PATH}/{one.ref}", means=tuple(means),
                   errors=errors)  # fmt: skip


def present_codes(given: Sequence[NewStaff], *, base_url: str) -> CodesPage:
    """The codes, once."""
    one = len(given) == 1
    return CodesPage(
        heading="Their set-up code" if one else f"{len(given)} set-up codes",
        codes=tuple(GivenCode(sign_in_name=new.sign_in_name, code=new.set_up_code) for new in given),
        address=f"{base_url}/sign-in/set-up", days=counted(SET_UP_CODE_LIVES.days, "day"),
    )  # fmt: skip
