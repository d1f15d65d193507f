"""Receipts come late, twice, shuffled or early; the end is that of the true set, and a failure reaches a nurse (I-12)."""

import random

import msgspec
import pytest

from rms.audit.model import WORKER
from rms.messages.actions import file_receipt
from rms.messages.lifecycle import settled
from rms.messages.model import Channel, Receipt, ReceiptStatus
from rms.people.model import ContactKind, ContactPoint
from rms.people.moves import set_contact
from tests.shell.messages.post_office import PostOffice

R = ReceiptStatus
END = {R.ON_ITS_WAY: "accepted", R.DELIVERED: "delivered", R.FAILED_TECHNICAL: "failed", R.FAILED_TEMPORARY: "failed",
       R.FAILED_PERMANENT: "failed"}  # fmt: skip


async def file(office: PostOffice, receipt: Receipt) -> bool:
    return await file_receipt(office.world.web, receipt=receipt, provider="notify")


async def dead_contacts(office: PostOffice) -> list[str]:
    rows = await office.world.as_owner("select value from contact_point where dead_at is not null")
    return [row["value"] for row in rows]


@pytest.mark.parametrize("seed", range(12))
async def test_shuffled_and_doubled_receipts_end_as_the_true_set(office: PostOffice, seed: int) -> None:
    chance = random.Random(seed)
    messages = [await office.queue(cause) for cause in range(5)]
    await office.send()
    truth = {message: chance.sample(list(R), chance.randint(1, 4)) for message in messages}
    told = [(message, status) for message, statuses in truth.items() for status in statuses] * 2
    chance.shuffle(told)
    for message, status in told:
        assert await file(office, await office.receipt(message, status))
    for message, statuses in truth.items():
        best = settled([await office.receipt(message, status) for status in statuses])
        assert best is not None
        assert (await office.message(message))["state"] == END[best]
    failed = sum(END[max(statuses, key=list(R).index)] == "failed" for statuses in truth.values())
    (causes,) = await office.world.as_owner("select count(*) from alert_cause")
    assert causes["count"] == failed
    permanent = any(R.FAILED_PERMANENT in statuses for statuses in truth.values())
    assert await dead_contacts(office) == (["+447700900001"] if permanent else [])


async def test_a_permanent_failure_marks_the_number_and_tells_the_team(office: PostOffice) -> None:
    message_id = await office.queue()
    await office.send()
    await file(office, await office.receipt(message_id, R.FAILED_PERMANENT))
    assert await dead_contacts(office) == ["+447700900001"]
    (alert,) = await office.alerts()
    assert "did not reach the person" in alert
    assert (await office.message(await office.queue(2)))["channel"] == Channel.LETTER


async def test_a_temporary_failure_marks_nothing_but_tells_the_team(office: PostOffice) -> None:
    message_id = await office.queue()
    await office.send()
    await file(office, await office.receipt(message_id, R.FAILED_TEMPORARY))
    assert (await dead_contacts(office), len(await office.alerts())) == ([], 1)


async def test_old_news_does_not_kill_a_number_that_was_given_later(office: PostOffice) -> None:
    message_id = await office.queue()
    await office.send()
    for value in ("+447700900500", "+447700900001"):  # another number, and then the first one again
        async with office.world.worker.transaction() as tx:
            await set_contact(tx, organisation_id=office.trust.organisation_id, patient_id=office.patient_id,
                              contact=ContactPoint(kind=ContactKind.MOBILE, value=value), by=WORKER, now=tx.now)  # fmt: skip
    await file(office, await office.receipt(message_id, R.FAILED_PERMANENT))
    assert await dead_contacts(office) == []


async def test_the_same_receipt_twice_changes_nothing(office: PostOffice) -> None:
    message_id = await office.queue()
    await office.send()
    receipt = await office.receipt(message_id, R.DELIVERED)
    await file(office, receipt)
    row = await office.message(message_id)
    await file(office, receipt)
    assert await office.message(message_id) == row


async def test_a_receipt_for_what_was_taken_back_is_the_truth(office: PostOffice) -> None:
    message_id = await office.queue()
    await office.world.as_owner("update message set state = 'void', state_reason = 'changed'")
    await file(office, await office.receipt(message_id, R.DELIVERED))
    row = await office.message(message_id)
    assert row["state"] == "delivered"
    assert "it had left although we had it as void" in row["state_reason"]


@pytest.mark.parametrize("reference", [None, "", "m-1", "00000000-0000-4000-8000-000000000000", "x" * 5000])
async def test_a_reference_that_leads_nowhere_is_not_stored(office: PostOffice, reference: str | None) -> None:
    message_id = await office.queue()
    receipt = await office.receipt(message_id, R.DELIVERED)
    assert not await file(office, msgspec.structs.replace(receipt, reference=reference))
    assert await office.states() == ["queued"]
    assert await office.world.as_owner("select from message_event") == []
