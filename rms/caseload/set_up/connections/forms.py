"""A peer as it is typed, and which connection is tested."""

from enum import StrEnum
from typing import Final

import msgspec

from rms.web.fields import a_choice, a_text
from rms.web.forms import Form


class Tested(StrEnum):
    """What can be tested from here."""

    LISTENER = "listener"
    NOTIFY = "notify"
    TWILIO = "twilio"
    REGISTER = "register"


class TestAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which one."""

    __test__ = False  # pytest would otherwise take the name for a test class

    what: str


class PeerTyped(msgspec.Struct, frozen=True, kw_only=True):
    """A sender. `addresses`: one address or network a line."""

    name: str
    application: str | None
    facility: str | None
    addresses: str | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The addresses, one by one."""
        return tuple((self.addresses or "").replace(",", " ").split())


TEST: Final = Form(TestAsked, what=a_choice(tuple(Tested), missing="Choose what to test"))
PEER: Final = Form(
    PeerTyped,
    name=a_text(missing="Enter a name for people, such as Pathology", label="The name", longest=80),
    application=a_text(label="What it calls itself", longest=180),
    facility=a_text(label="Where it says it is", longest=180),
    addresses=a_text(label="The addresses", longest=1000),
)


#: Before the number of a line that is one of this trust's own answers.
OWN: Final = "own-"


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """Which line of a sender's map: `own-7` of this trust's answers, `7` of those that count for all."""

    line: str

    @property
    def is_own(self) -> bool:
        """Whether it is one of this trust's own answers."""
        return self.line.startswith(OWN)

    @property
    def number(self) -> int:
        """Its number; 0, which no line has, when it is none."""
        digits = self.line.removeprefix(OWN)
        return int(digits) if digits.isascii() and digits.isdigit() else 0


TAKE_BACK: Final = Form(TakenBack, line=a_text(missing="Choose a code", label="The code", longest=18))
