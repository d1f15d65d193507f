"""What the pages in front of the date of birth show: the trust that asks and nothing else."""

from typing import Final

import msgspec

from rms.portal.behind import Front
from rms.portal.presenters.words import SOME_TRUST, HelpLine, whom_to_call
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOT_THIS_LINK: Final = "The date of birth does not match this link, or the link does not work any more"
_NOTHING: Final = Submitted(pairs=())


class DoorPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/birth_date.html`, `portal/new_link.html`, `portal/not_me.html`: the same for everybody with a link of one trust.

    `turned_away`: a date and a link did not go together, and what to try next is said.
    """

    trust: str
    link: str
    help: HelpLine | None
    typed: Submitted = _NOTHING
    errors: FieldErrors = NO_ERRORS
    turned_away: bool = False


class DonePage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/link_sent.html` and `portal/link_gone.html`: what happened, or would have, in the same words for all."""

    trust: str
    help: HelpLine | None


def present_door(
    front: Front, *, locator: str, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS
) -> DoorPage:
    """Fill a page behind a link."""
    return DoorPage(
        trust=trust_of(front), link=f"/r/{locator}", help=help_of(front), typed=typed, errors=errors,
        turned_away=any(one.message == NOT_THIS_LINK for one in errors.all),
    )  # fmt: skip


def present_done(front: Front) -> DonePage:
    """Fill a page that says what was done."""
    return DonePage(trust=trust_of(front), help=help_of(front))


def trust_of(front: Front) -> str:
    """The trust that asks, else a word that names none."""
    return front.trust.name if front.trust else SOME_TRUST


def help_of(front: Front) -> HelpLine | None:
    """The number of the trust that asks; None where it is not known."""
    return whom_to_call(front.trust.name, number=front.trust.phone, hours=None) if front.trust else None
