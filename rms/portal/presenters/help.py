"""What stands on the pages of help, privacy and accessibility: the same for everybody, known or not."""

import msgspec

from rms.portal.behind import Front
from rms.portal.presenters.door import help_of, trust_of
from rms.portal.presenters.words import HelpLine


class HelpPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/help.html`, `portal/privacy.html`, `portal/accessibility.html`."""

    trust: str
    help: HelpLine | None


def present_help(front: Front) -> HelpPage:
    """Fill a page of help."""
    return HelpPage(trust=trust_of(front), help=help_of(front))
