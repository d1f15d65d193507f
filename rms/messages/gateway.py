"""The promise every way out keeps, whoever the provider is: one address, one call, one honest answer.

Knows no tables and no provider. `notify.py` and `twilio_sms.py` keep it; tests/contracts checks that they do.
"""

import re
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from rms.messages.model import Channel, MessageState, SendOutcome

_PHONE = re.compile(r"\+?[0-9][0-9 ]{7,18}")
_EMAIL = re.compile(r"[^\s@,;<>\"()]+@[^\s@,;<>\"()]+\.[^\s@,;<>\"()]+")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The provider has it. `state` is accepted, delivered or failed; `copies` above 1 means it was sent twice.

    `permanent`: it failed because the number or address does not exist.
    """

    state: MessageState
    provider_ref: str
    copies: int = 1
    permanent: bool = False


class NotThere(msgspec.Struct, frozen=True):
    """The provider answered and has no message with this reference."""


class CannotSay(msgspec.Struct, frozen=True, kw_only=True):
    """The provider did not answer, or cannot be asked by reference."""

    reason: str


Answer = Found | NotThere | CannotSay


class Gateway(Protocol):
    """A provider. Neither method raises for what the other side does: every failure is an answer with a reason."""

    @property
    def name(self) -> str:
        """The provider's name as stored with the message."""

    @property
    def reaches_people(self) -> bool:
        """Could a message handed over here reach somebody? False only for a stand-in on this machine."""

    async def send(
        self, *, reference: str, channel: Channel, address: str, subject: str | None, text: str
    ) -> SendOutcome:
        """Hand over one message for exactly one address. `reference` is ours and comes back on receipts."""

    async def ask(self, reference: str) -> Answer:
        """What became of the message with our `reference`? Changes nothing at the provider."""

    async def aclose(self) -> None:
        """Give back connections."""


def leaves_this_machine(base_url: str) -> bool:
    """Is `base_url` anything but this machine itself? What cannot be read is taken to be somewhere else."""
    try:
        return urlsplit(base_url).hostname not in ("127.0.0.1", "::1", "localhost")
    except ValueError:
        return True


def address_fault(channel: Channel, address: str) -> str | None:
    """Why `address` is not exactly one address for `channel`, in a sentence, or None.

    Keeps lists, display names and header injection out of every call (one recipient may never see another).
    """
    if channel is Channel.SMS:
        return None if _PHONE.fullmatch(address) else "The telephone number is not one number of digits."
    if channel is Channel.EMAIL:
        return None if _EMAIL.fullmatch(address) else "The email address is not exactly one address."
    return "Letters do not travel through a message gateway."
