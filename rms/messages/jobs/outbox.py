"""What the duties of this room need besides the database. Knows no query and no provider."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from rms.db.engine import Tx
from rms.messages.catalogue import Catalogue
from rms.messages.gateway import Gateway
from rms.messages.lifecycle import GRACE_BEFORE_RESEND
from rms.messages.model import Channel
from rms.messages.store import MessageOnFile

LEASE_SECONDS = 60.0


class Links(Protocol):
    """Whoever can make a link for a message (the questionnaires room, which stands above this one)."""

    async def locator_for(self, tx: Tx, message: MessageOnFile, *, now: datetime) -> str | None:
        """Make a fresh locator, valid from now; None when this message needs none."""


class Outbox(msgspec.Struct, frozen=True, kw_only=True):
    """What sending needs. A channel without a gateway waits until it has one, or until its messages are too old.

    `lease_seconds`: for how long a claim holds. `grace`: how long after a claim the provider's "not there" is not yet
    believed; it must outlast the lease and one whole call, or a slow worker and the one after it would both send.
    """

    gateways: Mapping[Channel, Gateway]
    catalogue: Catalogue
    links: Links
    portal_url: str
    lease_seconds: float = LEASE_SECONDS
    grace: timedelta = GRACE_BEFORE_RESEND

    def __post_init__(self) -> None:
        """Refuse a grace that would let two workers send the same message."""
        if self.grace <= timedelta(seconds=self.lease_seconds):
            raise ValueError("The grace before a message is sent again must be longer than the lease of its claim.")
