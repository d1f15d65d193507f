"""Three outcomes, not two: what may have left is asked about, never repeated blindly, and ends with a person (I-2)."""

import contextlib
from datetime import timedelta

import anyio
import msgspec
import pytest

from rms.errors import DatabaseAway
from rms.messages.gateway import Answer, NotThere
from rms.messages.model import Accepted, Channel, ReceiptStatus, SendOutcome
from rms.messages.moves import note_answer, note_outcome, record_receipt, void_for_cause
from rms.messages.store import claim_to_ask, is_ours
from rms.rehearsal.notify_server.script import Fault
from tests.contracts.conftest import twilio_gateway
from tests.shell.messages.post_office import GRACE, LEASE, PostOffice, at_once, in_a_hurry

TAKEN_AND_LOST = [
    Fault(do="hang", accept=True, seconds=1.0),
    Fault(do="error", accept=True),
    Fault(do="reset", accept=True),
    Fault(do="not_json", accept=True),
    Fault(do="no_id", accept=True),
    Fault(do="drip", accept=True, seconds=2.0),
]
NEVER_TAKEN = [
    Fault(do="hang", seconds=1.0),
    Fault(do="error"),
    Fault(do="reset"),
    Fault(do="not_json"),
    Fault(do="no_id"),
    Fault(do="rate_limit"),
]


@pytest.fixture
def office(office: PostOffice) -> PostOffice:
    """The post office with a lease that runs out while we wait."""
    return msgspec.structs.replace(office, outbox=in_a_hurry(dict(office.outbox.gateways)))


async def until_settled(office: PostOffice, *, seconds: float = 8) -> None:
    """Run both duties until nothing is under way."""
    with anyio.fail_after(seconds):
        while set(await office.states()) & {"queued", "sending", "unknown"}:
            await office.world.as_owner("update message set not_before = now() - interval '99 years'")  # no back-off
            await office.ask()
            await office.send()
            await anyio.sleep(0.05)


@pytest.mark.parametrize("fault", TAKEN_AND_LOST, ids=lambda fault: fault.do)
async def test_what_was_taken_before_it_went_wrong_is_found_by_asking(office: PostOffice, fault: Fault) -> None:
    office.stand_in.faults = [msgspec.structs.replace(fault, times=1)]
    await office.queue()
    await office.send()
    assert await office.states() == ["unknown"]
    await until_settled(office)
    assert (await office.states(), len(office.sent())) == (["accepted"], 1)


@pytest.mark.parametrize("fault", NEVER_TAKEN, ids=lambda fault: fault.do)
async def test_what_was_never_taken_is_sent_once(office: PostOffice, fault: Fault) -> None:
    office.stand_in.faults = [msgspec.structs.replace(fault, times=1)]
    await office.queue()
    await office.send()
    assert office.sent() == []
    await until_settled(office)
    assert (await office.states(), len(office.sent())) == (["accepted"], 1)


async def test_a_provider_that_is_not_there_costs_nothing_but_time(office: PostOffice) -> None:
    away = in_a_hurry({Channel.SMS: notify_away()})
    await office.queue()
    await msgspec.structs.replace(office, outbox=away).send()
    assert await office.states() == ["queued"]
    await until_settled(office)
    assert len(office.sent()) == 1


async def test_an_answer_of_another_provider_is_not_believed(office: PostOffice) -> None:
    """Its "not there" would be true, and would send the message a second time."""
    office.stand_in.faults = [Fault(do="error", accept=True)]
    await office.queue()
    await office.send()
    changed = msgspec.structs.replace(office, outbox=in_a_hurry({Channel.SMS: Empty()}))
    await anyio.sleep(GRACE.total_seconds())
    await changed.ask()
    assert await office.states() == ["unknown"]
    await until_settled(office)
    assert len(office.sent()) == 1


async def test_a_provider_that_cannot_be_asked_ends_with_a_person(office: PostOffice) -> None:
    twilio = twilio_gateway(office.stand_in.url)
    ours = msgspec.structs.replace(office, outbox=in_a_hurry({Channel.SMS: twilio}))
    office.stand_in.faults = [Fault(do="error", accept=True)]
    await ours.queue()
    await ours.send()
    await office.world.as_owner("update message set asked = 19, ask_after = now()")
    await ours.ask()
    await twilio.aclose()
    assert (await office.states(), len(office.sent())) == (["held"], 1)
    assert "a person must decide" in (await office.alerts())[0]


async def test_a_fault_of_our_set_up_marks_nobodys_number_as_dead(office: PostOffice) -> None:
    office.stand_in.faults = [Fault(do="forbidden", times=1)]
    await office.queue()
    await office.send()
    assert await office.states() == ["held"]
    assert await office.world.as_owner("select from contact_point where dead_at is not null") == []


async def test_a_refused_number_is_marked_and_the_team_knows(office: PostOffice) -> None:
    await office.world.as_owner("update contact_point set value = '01632 960000' where kind = 'mobile'")
    await office.queue()
    await office.send()
    assert await office.states() == ["failed"]
    (dead,) = await office.world.as_owner("select value from contact_point where dead_at is not null")
    assert dead["value"] == "01632 960000"
    assert len(await office.alerts()) == 1


async def test_a_worker_that_slept_past_its_lease_neither_calls_nor_writes(office: PostOffice) -> None:
    """I-13: the epoch is in every later write, and the lease is looked at just before the call."""
    message_id = await office.queue()
    of = {"organisation_id": office.trust.organisation_id, "message_id": message_id}
    slow = Slow(office.outbox.gateways[Channel.SMS], seconds=LEASE * 2)
    await at_once(msgspec.structs.replace(office, outbox=in_a_hurry({Channel.SMS: slow})).send, late(office.ask))
    (row,) = await office.world.as_owner("select * from message")
    assert (row["epoch"], row["state"]) == (2, "unknown"), "the one that asked has taken over"
    async with office.world.worker.transaction() as tx:
        assert not await is_ours(tx, **of, epoch=1)
        outcome = Accepted(provider_ref="of the sleeper")
        assert not await note_outcome(tx, **of, epoch=1, outcome=outcome, provider="x", now=tx.now)
    assert await office.message(message_id) == row
    await until_settled(office)
    assert len(office.sent()) == 1


async def test_calls_that_would_begin_after_the_lease_are_not_made(office: PostOffice) -> None:
    for cause in range(12):  # two more than are called at once
        await office.queue(cause)
    slow = Slow(office.outbox.gateways[Channel.SMS], seconds=LEASE * 1.5)
    await msgspec.structs.replace(office, outbox=in_a_hurry({Channel.SMS: slow})).send()
    assert sorted(await office.states()) == ["accepted"] * 10 + ["queued"] * 2
    await office.send()
    assert len({reference for _, reference in office.sent()}) == len(office.sent()) == 12


async def test_an_answer_that_comes_after_somebody_else_asked_is_dropped(office: PostOffice) -> None:
    office.stand_in.faults = [Fault(do="error", accept=True)]
    message_id = await office.queue()
    await office.send()
    await office.world.as_owner("update message set ask_after = now() - interval '1 second'")
    async with office.world.worker.transaction() as tx:
        (first,) = await claim_to_ask(tx, lease_seconds=0.0, limit=10)
    async with office.world.worker.transaction() as tx:
        (second,) = await claim_to_ask(tx, lease_seconds=60.0, limit=10)
    async with office.world.worker.transaction() as tx:
        await note_answer(tx, asked=first.message, answer=NotThere(), since_call=timedelta(hours=1), grace=GRACE,
                          provider=None, now=tx.now)  # fmt: skip
    assert (await office.message(message_id))["state"] == "unknown"
    assert second.message.epoch == first.message.epoch + 1


async def test_what_is_no_longer_wanted_is_not_sent_again(office: PostOffice) -> None:
    """The result came while it was unknown whether the reminder had left; it had not."""
    office.stand_in.faults = [Fault(do="error", times=1)]
    await office.queue()
    await office.send()
    of = {"organisation_id": office.trust.organisation_id}
    async with office.world.web.transaction(**of) as tx:
        await void_for_cause(tx, **of, cause_kind="occurrence", cause_id=1, reason="A result came.", now=tx.now)
    assert await office.states() == ["unknown"]
    await until_settled(office)
    assert (await office.states(), office.sent()) == (["void"], [])
    assert await office.alerts() == []


async def test_a_receipt_that_never_came_is_asked_for(office: PostOffice) -> None:
    message_id = await office.queue()
    await office.send()
    office.stand_in.book.taken[0].status = "permanent-failure"
    await office.world.as_owner("update message set ask_after = now()")
    assert await office.ask() == 1
    assert (await office.message(message_id))["state"] == "failed"
    (dead,) = await office.world.as_owner("select value from contact_point where dead_at is not null")
    assert dead["value"] == "+447700900001"
    assert len(await office.alerts()) == 1


async def test_a_receipt_that_overtakes_the_answer_stands(office: PostOffice) -> None:
    message_id = await office.queue()
    slow = Slow(office.outbox.gateways[Channel.SMS], seconds=0.2)
    receipt = await office.receipt(message_id, ReceiptStatus.DELIVERED)

    async def early() -> None:
        of = {"organisation_id": office.trust.organisation_id, "message_id": message_id}
        async with office.world.web.transaction(organisation_id=office.trust.organisation_id) as tx:
            await record_receipt(tx, **of, receipt=receipt, now=tx.now)

    await at_once(msgspec.structs.replace(office, outbox=in_a_hurry({Channel.SMS: slow})).send, late(early, 0.1))
    row = await office.message(message_id)
    assert (row["state"], row["lease_until"]) == ("delivered", None)


async def test_a_database_that_keeps_going_away_loses_and_doubles_nothing(office: PostOffice) -> None:
    for cause in range(60):
        await office.queue(cause)
    done = anyio.Event()

    async def go_away() -> None:
        while not done.is_set():
            await anyio.sleep(0.05)
            await office.world.as_owner(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rms_worker'"
            )

    async def work() -> None:
        # The back-off after a lost answer is not waited for: the grace is.
        for _ in range(12):
            with contextlib.suppress(DatabaseAway):
                await office.send()
                await office.ask()
            await anyio.sleep(0.02)
        done.set()

    await at_once(go_away, work)
    await until_settled(office, seconds=30)
    references = [reference for _, reference in office.sent()]
    assert (set(await office.states()), len(references), len(set(references))) == ({"accepted"}, 60, 60)


class Slow:
    """The real client behind a long pause, as when a machine freezes between claim and call."""

    def __init__(self, inner, *, seconds: float) -> None:
        self.inner, self.seconds, self.name, self.reaches_people = inner, seconds, inner.name, False

    async def send(self, **call) -> SendOutcome:
        await anyio.sleep(self.seconds)
        return await self.inner.send(**call)

    async def ask(self, reference: str) -> Answer:
        return await self.inner.ask(reference)

    async def aclose(self) -> None:
        await self.inner.aclose()


class Empty:
    """Another provider, which has never heard of anything."""

    name = "another"
    reaches_people = False

    async def send(self, **call) -> SendOutcome:
        raise AssertionError("nothing is sent here")

    async def ask(self, reference: str) -> Answer:
        return NotThere()

    async def aclose(self) -> None:
        """It holds nothing."""


def late(duty, seconds: float = LEASE * 1.3):
    async def later() -> None:
        await anyio.sleep(seconds)
        await duty()

    return later


def notify_away():
    from tests.contracts.conftest import notify_gateway

    return notify_gateway("http://127.0.0.1:9")
