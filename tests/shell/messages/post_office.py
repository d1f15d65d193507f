"""A trust, people, the outbox and the providers' stand-in, for the tests of this room."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import asyncpg
import msgspec

from rms.messages.catalogue import load
from rms.messages.gateway import Gateway
from rms.messages.jobs import Outbox, ask_due, send_due
from rms.messages.model import Channel, Purpose, Receipt, ReceiptStatus, Recipient
from rms.messages.moves import queue
from rms.messages.store import MessageOnFile
from rms.rehearsal.notify_server.app import StandIn
from tests.cast import Trust
from tests.contracts.conftest import notify_gateway
from tests.database import World

MORNING = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday in the hours in which people may be written to; the civil clock starts here."""
LEASE, GRACE = 0.6, timedelta(seconds=2.0)


class NoLinks:
    """These messages need no link."""

    async def locator_for(self, tx: object, message: MessageOnFile, *, now: datetime) -> str | None:
        del tx, message, now
        return None


def an_outbox(gateways: dict[Channel, Gateway]) -> Outbox:
    """The real catalogue, and the lease and grace of real life."""
    return Outbox(gateways=gateways, catalogue=load(), links=NoLinks(), portal_url="https://followup.example.org")


def in_a_hurry(gateways: dict[Channel, Gateway]) -> Outbox:
    """A lease and a grace that a test can wait for, long enough for a busy machine."""
    return msgspec.structs.replace(an_outbox(gateways), lease_seconds=LEASE, grace=GRACE)


class PostOffice(msgspec.Struct, frozen=True, kw_only=True):
    """One person of one trust, and what a test does with their messages."""

    world: World
    trust: Trust
    patient_id: int
    outbox: Outbox
    stand_in: StandIn

    async def queue(self, cause_id: int = 1, **changes: Any) -> int | None:
        """Queue a reminder of a blood test, as the sweep would."""
        given: dict[str, Any] = {
            "organisation_id": self.trust.organisation_id, "patient_id": self.patient_id, "team_id": self.trust.team_id,
            "recipient": Recipient.PERSON, "cause_kind": "occurrence", "cause_id": cause_id,
            "purpose": Purpose.TEST_REMINDER_1, "channel": None,
            "facts": {"test": "blood test", "test_name": "blood test (PSA)", "due_on": "2026-04-13"},
        }  # fmt: skip
        async with self.world.worker.transaction() as tx:
            times = {"not_before": tx.now, "not_after": tx.now + timedelta(days=14), "now": tx.now}
            return await queue(tx, **given | times | changes)

    async def send(self) -> int:
        """The worker's duty: hand over what may leave."""
        return await send_due(self.world.worker, outbox=self.outbox)

    async def ask(self) -> int:
        """The worker's duty: ask about what is not known."""
        return await ask_due(self.world.worker, outbox=self.outbox)

    async def message(self, message_id: int | None) -> asyncpg.Record:
        """The row as it stands."""
        (row,) = await self.world.as_owner("select * from message where id = $1", message_id)
        return row

    async def states(self) -> list[str]:
        """The states of all messages in the order of their ids."""
        return [row["state"] for row in await self.world.as_owner("select state from message order by id")]

    async def alerts(self) -> list[str]:
        """The sentences of the open alerts."""
        rows = await self.world.as_owner("select sentence from alert where state <> 'closed' order by id")
        return [row["sentence"] for row in rows]

    def sent(self) -> list[tuple[str, str | None]]:
        """What the provider took: (address, our reference), in order."""
        return [(taken.to, taken.reference) for taken in self.stand_in.book.taken]

    async def receipt(self, message_id: int | None, status: ReceiptStatus) -> Receipt:
        """A provider's report about a message."""
        row = await self.message(message_id)
        return Receipt(reference=str(row["ref"]), provider_ref="p-1", status=status, happened_at=None,
                       provider_word=status)  # fmt: skip


async def set_civil_clock(world: World, instant: datetime) -> None:
    """Put the civil clock to an instant."""
    await world.as_owner("update database_state set civil_offset = $1 - clock_timestamp()", instant)


@asynccontextmanager
async def both_channels(url: str) -> AsyncIterator[dict[Channel, Gateway]]:
    """The real client of GOV.UK Notify for texts and emails."""
    gateway = notify_gateway(url, read_seconds=0.25)
    try:
        yield {Channel.SMS: gateway, Channel.EMAIL: gateway}
    finally:
        await gateway.aclose()


async def at_once(*duties: Callable[[], Awaitable[object]]) -> None:
    """Run duties side by side, as several processes would."""
    async with anyio.create_task_group() as group:
        for duty in duties:
            group.start_soon(duty)
