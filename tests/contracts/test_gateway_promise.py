"""Every gateway keeps the same promise, over real HTTP: one address, one honest answer, and no word in any log."""

import asyncio
import logging
import socket
from datetime import timedelta
from typing import Any

import anyio
import pytest

from rms.messages.gateway import CannotSay, Found, Gateway, NotThere
from rms.messages.model import Accepted, Channel, Fault, Later, MessageState, Refused, SendOutcome, Unknown
from rms.rehearsal.notify_server import script
from rms.rehearsal.notify_server.app import REHEARSAL_TOKEN, StandIn
from rms.rehearsal.notify_server.wire import Act, Call, json_reply, serve_connection
from tests.contracts.conftest import MAKE, notify_gateway, twilio_gateway

pytestmark = pytest.mark.anyio

NUMBER = "+447700900123"
TEXT = "Margaret, your follow-up blood test is due. Call 01234 567890. Anytown Hospital NHS £"


async def send(gateway: Gateway, *, reference: str = "m-1", address: str = NUMBER, text: str = TEXT) -> SendOutcome:
    return await gateway.send(reference=reference, channel=Channel.SMS, address=address, subject=None, text=text)


async def test_a_text_is_handed_over_once_and_whole(gateway: Gateway, stand_in: StandIn) -> None:
    outcome = await send(gateway)
    (taken,) = stand_in.book.taken
    assert outcome == Accepted(provider_ref=taken.id)
    assert (taken.to, taken.body, taken.channel) == (NUMBER, TEXT, "sms")


# What the script does, whether the message was taken, and what our client must say.
FAULTS: list[tuple[dict[str, Any], bool, type]] = [
    ({"do": "hang", "accept": True, "seconds": 3}, True, Unknown),
    ({"do": "hang", "accept": False, "seconds": 3}, False, Unknown),
    ({"do": "error", "accept": True}, True, Unknown),
    ({"do": "error", "accept": False}, False, Unknown),
    ({"do": "reset", "accept": True}, True, Unknown),
    ({"do": "reset", "accept": False}, False, Unknown),
    ({"do": "not_json", "accept": True}, True, Unknown),
    ({"do": "not_json", "accept": False}, False, Unknown),
    ({"do": "no_id", "accept": True}, True, Unknown),
    ({"do": "drip", "seconds": 8}, True, Unknown),
    ({"do": "slow", "seconds": 0.1}, True, Accepted),
    ({"do": "rate_limit"}, False, Later),
    ({"do": "daily_limit"}, False, Later),
    ({"do": "forbidden"}, False, Refused),
]


@pytest.mark.parametrize(("fault", "taken", "expected"), FAULTS, ids=lambda value: str(value))
async def test_every_fault_has_its_honest_answer(
    gateway: Gateway, stand_in: StandIn, fault: dict[str, Any], taken: bool, expected: type
) -> None:
    stand_in.faults = [script.Fault(**fault)]
    outcome = await send(gateway)
    assert isinstance(outcome, expected), outcome
    assert len(stand_in.book.taken) == taken
    if not isinstance(outcome, Accepted):
        assert TEXT not in outcome.reason
        assert NUMBER not in outcome.reason
    # What was certainly not taken may be tried again; the rest may not, and nothing we call certain may be wrong.
    assert not (isinstance(outcome, Later | Refused) and taken)
    stand_in.faults = []
    assert isinstance(await send(gateway, reference="m-2"), Accepted), "the next message goes through"


async def test_a_refused_connection_is_certain(gateway: Gateway) -> None:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    nobody = MAKE["twilio" if gateway.name == "twilio" else "notify"](f"http://127.0.0.1:{port}")
    outcome = await send(nobody)
    await nobody.aclose()
    assert isinstance(outcome, Later)
    assert outcome.retry_after >= timedelta(seconds=10)


async def test_our_own_set_up_never_marks_a_number_as_dead(stand_in: StandIn) -> None:
    wrong_key = notify_gateway(stand_in.url, api_key="x-00000000-0000-4000-8000-000000000001-" + "0" * 36)
    no_template = notify_gateway(stand_in.url, template_sms="not-a-template")
    unset = notify_gateway(stand_in.url, template_sms=None)
    no_key = notify_gateway(stand_in.url, api_key="")
    wrong_token = twilio_gateway(stand_in.url, token="wrong")
    for gateway in (wrong_key, no_template, unset, no_key, wrong_token):
        outcome = await send(gateway)
        await gateway.aclose()
        assert isinstance(outcome, Refused)
        assert (outcome.fault, outcome.permanent) == (Fault.SETUP, False)
    assert stand_in.book.taken == []


@pytest.mark.parametrize("address", ["+44770090", "+447700900123,+447700900124", "+447700900123\r\nX: y", "", "Ann"])
async def test_what_is_not_one_number_is_refused(gateway: Gateway, stand_in: StandIn, address: str) -> None:
    outcome = await send(gateway, address=address)
    assert isinstance(outcome, Refused | Accepted)
    if isinstance(outcome, Refused):
        assert (outcome.fault, outcome.permanent) == (Fault.RECIPIENT, True)
        assert stand_in.book.taken == []
    else:  # a short number is Twilio's own affair: its real service knows foreign numbers that short
        assert (gateway.name, address) == ("twilio", "+44770090")


async def test_twenty_at_once_are_twenty(gateway: Gateway, stand_in: StandIn) -> None:
    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(lambda number=number: send(gateway, text=f"{TEXT} {number}"))
    assert sorted(taken.body for taken in stand_in.book.taken) == sorted(f"{TEXT} {number}" for number in range(20))


async def test_nothing_sent_shows_in_any_log(
    gateway: Gateway, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kinds: list[script.FaultKind] = ["error", "reset", "not_json", "rate_limit", "forbidden"]
    stand_in.faults = [script.Fault(do=kind) for kind in kinds]
    for _ in range(6):
        await send(gateway, reference="canary-reference")
    await gateway.ask("canary-reference")
    await send(gateway, address="+44 12", reference="canary-reference")
    logged = caplog.text
    for canary in (NUMBER, NUMBER[1:], "Margaret", "canary-reference", REHEARSAL_TOKEN):
        assert canary not in logged
    speakers = {record.name.partition(".")[0] for record in caplog.records}
    assert speakers.isdisjoint({"notifications_python_client", "twilio", "urllib3"})


async def test_an_email_carries_subject_and_text(stand_in: StandIn) -> None:
    notify = notify_gateway(stand_in.url)
    address = "margaret@example.org"
    outcome = await notify.send(
        reference="m", channel=Channel.EMAIL, address=address, subject="Your test", text="Zoë’s"
    )
    refused = await notify.send(reference="m", channel=Channel.EMAIL, address="a@b", subject="x", text="y")
    letter = await notify.send(reference="m", channel=Channel.LETTER, address=address, subject="x", text="y")
    await notify.aclose()
    (taken,) = stand_in.book.taken
    assert outcome == Accepted(provider_ref=taken.id)
    assert (taken.channel, taken.to, taken.subject, taken.body) == ("email", address, "Your test", "Zoë’s")
    assert isinstance(refused, Refused)
    assert isinstance(letter, Refused)


@pytest.mark.parametrize(
    "address", ["a@example.org,b@example.org", "Ann <a@example.org>", "a@example.org\nBcc: b@c.de"]
)
async def test_what_is_not_one_email_address_is_refused(stand_in: StandIn, address: str) -> None:
    notify = notify_gateway(stand_in.url)
    outcome = await notify.send(reference="m", channel=Channel.EMAIL, address=address, subject="x", text="y")
    await notify.aclose()
    assert isinstance(outcome, Refused)
    assert stand_in.book.taken == []


async def test_twilio_refuses_emails_and_says_it_cannot_be_asked(stand_in: StandIn) -> None:
    twilio = twilio_gateway(stand_in.url)
    outcome = await twilio.send(reference="m", channel=Channel.EMAIL, address="a@example.org", subject="x", text="y")
    answer = await twilio.ask("m")
    await twilio.aclose()
    assert isinstance(outcome, Refused)
    assert isinstance(answer, CannotSay)


async def test_twilio_gets_the_international_number(stand_in: StandIn) -> None:
    twilio = twilio_gateway(stand_in.url)
    await send(twilio, address="07700 900123")
    await twilio.aclose()
    assert [taken.to for taken in stand_in.book.taken] == [NUMBER]


async def test_notify_can_be_asked_by_our_reference(stand_in: StandIn) -> None:
    notify = notify_gateway(stand_in.url)
    assert await notify.ask("m-1") == NotThere()
    stand_in.faults = [script.Fault(do="reset", accept=True)]
    assert isinstance(await send(notify), Unknown)
    await send(notify, reference="m-2")
    first, second = stand_in.book.taken
    assert await notify.ask("m-1") == Found(state=MessageState.ACCEPTED, provider_ref=first.id)
    first.status = "permanent-failure"
    assert await notify.ask("m-1") == Found(state=MessageState.FAILED, provider_ref=first.id, permanent=True)
    second.status = "delivered"
    assert await notify.ask("m-2") == Found(state=MessageState.DELIVERED, provider_ref=second.id)
    assert await notify.ask("m-3") == NotThere()
    await notify.aclose()


async def test_a_list_of_other_messages_is_no_answer() -> None:
    stranger = {"id": "x", "reference": "m-7", "status": "delivered"}

    async def answer(call: Call) -> Act:
        return json_reply(200, {"notifications": [stranger], "links": {}})

    server = await asyncio.start_server(lambda r, w: serve_connection(answer, r, w), "127.0.0.1", 0)
    notify = notify_gateway(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert isinstance(await notify.ask("m-1"), CannotSay)
    assert await notify.ask("m-7") == Found(state=MessageState.DELIVERED, provider_ref="x")
    await notify.aclose()
    server.close()


async def test_a_message_that_left_twice_is_counted(stand_in: StandIn) -> None:
    notify = notify_gateway(stand_in.url)
    await send(notify)
    await send(notify)
    found = await notify.ask("m-1")
    await notify.aclose()
    assert isinstance(found, Found)
    assert found.copies == 2


@pytest.mark.parametrize("do", ["hang", "error", "reset", "not_json", "no_id", "rate_limit", "forbidden", "drip"])
async def test_a_look_up_that_fails_says_so_and_never_that_nothing_is_there(stand_in: StandIn, do: Any) -> None:
    notify = notify_gateway(stand_in.url)
    await send(notify)
    stand_in.faults = [script.Fault(do=do, on="ask", seconds=6)]
    answer = await notify.ask("m-1")
    await notify.aclose()
    assert isinstance(answer, CannotSay), answer
