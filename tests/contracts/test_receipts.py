"""Delivery receipts: posted by the stand-in over HTTP, proved, read, and refused when forged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import anyio
import pytest

from rms.errors import BadInput
from rms.messages import notify, twilio_sms
from rms.messages.model import Channel, Receipt, ReceiptStatus
from rms.rehearsal.notify_server.app import REHEARSAL_TOKEN, Options, running
from rms.rehearsal.notify_server.script import PRESETS, ReceiptRule
from rms.rehearsal.notify_server.wire import Act, Call, json_reply, serve_connection
from tests.contracts.conftest import notify_gateway, twilio_gateway


class Door:
    """Our callback's address, reduced to proving and reading; the first `refuse` calls are turned away with 503."""

    def __init__(self, *, refuse: int = 0) -> None:
        self.url = ""
        self.receipts: list[Receipt] = []
        self.turned_away = 0
        self._refuse = refuse

    async def answer(self, call: Call) -> Act:
        if self.turned_away < self._refuse:
            self.turned_away += 1
            return json_reply(503, {})
        if "x-twilio-signature" in call.headers:
            self._twilio(call)
        else:
            assert notify.is_from_notify(call.headers["authorization"], token=REHEARSAL_TOKEN)
            self.receipts.append(notify.read_receipt(call.body))
        return json_reply(200, {})

    def _twilio(self, call: Call) -> None:
        form = dict(parse_qsl(call.body.decode()))
        reference = call.query["reference"]
        url = f"{self.url}?reference={reference}"
        assert twilio_sms.is_from_twilio(call.headers["x-twilio-signature"], url=url, form=form, token=REHEARSAL_TOKEN)
        self.receipts.append(twilio_sms.read_receipt(form, reference=reference))

    async def got(self, count: int) -> list[Receipt]:
        with anyio.fail_after(10):
            while len(self.receipts) < count:
                await anyio.sleep(0.01)
        return self.receipts


@asynccontextmanager
async def door(*, refuse: int = 0) -> AsyncIterator[Door]:
    ours = Door(refuse=refuse)
    server = await asyncio.start_server(lambda r, w: serve_connection(ours.answer, r, w), "127.0.0.1", 0)
    ours.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback"
    try:
        yield ours
    finally:
        server.close()


async def send(gateway: notify.NotifyGateway | twilio_sms.TwilioGateway) -> None:
    await gateway.send(reference="m-1", channel=Channel.SMS, address="+447700900123", subject=None, text="Hello")
    await gateway.aclose()


RULES = [
    (ReceiptRule(), [ReceiptStatus.DELIVERED]),
    (ReceiptRule(do="permanent-failure"), [ReceiptStatus.FAILED_PERMANENT]),
    (ReceiptRule(do="temporary-failure"), [ReceiptStatus.FAILED_TEMPORARY]),
    (ReceiptRule(copies=3), [ReceiptStatus.DELIVERED] * 3),
    (ReceiptRule(after_seconds=0.4), [ReceiptStatus.DELIVERED]),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("rule", "expected"), RULES, ids=str)
@pytest.mark.parametrize("provider", ["notify", "twilio"])
async def test_receipts_arrive_as_the_script_says(
    rule: ReceiptRule, expected: list[ReceiptStatus], provider: str
) -> None:
    async with door() as ours, running(Options(callback_url=ours.url, receipts=rule)) as stand_in:
        if provider == "notify":
            await send(notify_gateway(stand_in.url))
        else:
            await send(twilio_gateway(stand_in.url, callback_url=ours.url))
        receipts = await ours.got(len(expected))
        (taken,) = stand_in.book.taken
    assert [receipt.status for receipt in receipts] == expected
    assert {(receipt.reference, receipt.provider_ref) for receipt in receipts} == {("m-1", taken.id)}


@pytest.mark.anyio
async def test_a_door_that_was_shut_is_tried_again() -> None:
    async with door(refuse=2) as ours, running(Options(callback_url=ours.url, retry_seconds=0.02)) as stand_in:
        await send(notify_gateway(stand_in.url))
        receipts = await ours.got(1)
    assert (len(receipts), ours.turned_away) == (1, 2)


@pytest.mark.anyio
@pytest.mark.parametrize(("preset", "status"), [("none", "sending"), ("lost", "delivered")])
async def test_a_receipt_that_never_comes(preset: str, status: str) -> None:
    async with door() as ours, running(Options(callback_url=ours.url, receipts=PRESETS[preset])) as stand_in:
        await send(notify_gateway(stand_in.url))
        await anyio.sleep(0.3)
        assert [taken.status for taken in stand_in.book.taken] == [status]
        assert ours.receipts == []


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "bearer right", "Basic right", "é"])
def test_a_receipt_without_our_token_is_not_from_notify(header: str | None) -> None:
    assert not notify.is_from_notify(header, token="right")
    assert notify.is_from_notify("Bearer right", token="right")


def test_without_a_token_nobody_is_believed() -> None:
    assert not notify.is_from_notify("Bearer ", token="")
    assert not twilio_sms.is_from_twilio("", url="https://example.org", form={}, token="")


# The published worked example of Twilio's signature: token 12345 and these fields.
SIGNED = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+12349013030",
    "Digits": "1234",
    "From": "+12349013030",
    "To": "+18005551212",
}


def test_twilios_own_example_is_believed_and_a_change_is_not() -> None:
    url, signature = "https://mycompany.com/myapp.php?foo=1&bar=2", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert twilio_sms.is_from_twilio(signature, url=url, form=SIGNED, token="12345")
    assert not twilio_sms.is_from_twilio(signature, url=url, form=SIGNED | {"Digits": "1235"}, token="12345")
    assert not twilio_sms.is_from_twilio(signature, url=url + "&x=1", form=SIGNED, token="12345")
    assert not twilio_sms.is_from_twilio(signature, url=url, form=SIGNED, token="54321")
    assert not twilio_sms.is_from_twilio(None, url=url, form=SIGNED, token="12345")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"id": "x"}',
        b'{"id": "x", "status": "eaten"}',
        b'{"id": "", "status": "delivered"}',
        b'{"id": 7, "status": "delivered"}',
        b'{"id": "x", "status": "delivered", "completed_at": "yesterday"}',
        b"\xff",
    ],
)
def test_what_is_not_a_receipt_of_notify_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="receipt"):
        notify.read_receipt(body)


def test_a_receipt_knows_its_instant() -> None:
    body = b'{"id": "x", "status": "delivered", "reference": null, "completed_at": "2026-11-03T10:00:00.000000Z"}'
    receipt = notify.read_receipt(body)
    assert receipt.happened_at is not None
    assert receipt.happened_at.isoformat() == "2026-11-03T10:00:00+00:00"
    assert receipt.reference is None


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "MessageStatus": "eaten"}])
def test_what_is_not_a_callback_of_twilio_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="callback"):
        twilio_sms.read_receipt(form, reference="m-1")


def test_a_dead_number_is_told_from_a_phone_that_is_off() -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered"}
    off = twilio_sms.read_receipt(form | {"ErrorCode": "30003"}, reference="m-1")
    dead = twilio_sms.read_receipt(form | {"ErrorCode": "30006"}, reference="m-1")
    assert (off.status, dead.status) == (ReceiptStatus.FAILED_TEMPORARY, ReceiptStatus.FAILED_PERMANENT)


@pytest.mark.anyio
async def test_what_was_reported_is_not_reported_again_at_the_next_start_and_the_rest_is(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    failing = ReceiptRule(do="permanent-failure")
    async with door() as ours:
        async with running(Options(callback_url=ours.url, log=log, receipts=failing)) as stand_in:
            await send(notify_gateway(stand_in.url))
            with anyio.fail_after(10):
                while stand_in.book.unreported:
                    await anyio.sleep(0.01)
        async with running(Options(callback_url=None, log=log, receipts=PRESETS["none"])) as stand_in:
            await send(notify_gateway(stand_in.url))
        async with running(Options(callback_url=ours.url, log=log)) as stand_in:
            receipts = await ours.got(2)
            statuses = [taken.status for taken in stand_in.book.taken]
            await anyio.sleep(0.2)
    assert [receipt.status for receipt in receipts] == [ReceiptStatus.FAILED_PERMANENT, ReceiptStatus.DELIVERED]
    assert (statuses, len(ours.receipts)) == (["permanent-failure", "delivered"], 2)
