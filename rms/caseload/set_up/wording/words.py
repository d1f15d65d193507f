"""The ways a message goes, as the one who writes its words reads them."""

from collections.abc import Mapping
from typing import Final

from rms.messages.model import Channel

WAYS: Final[Mapping[Channel, str]] = {Channel.SMS: "Text message", Channel.EMAIL: "Email", Channel.LETTER: "Letter"}
