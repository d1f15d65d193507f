"""Providers' callbacks over HTTP: who may tell us something, and what becomes of it (cases 31; I-12)."""

import io
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.di import Provide

from rms.db.database import Database
from rms.log import configure_logging
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue
from rms.rehearsal.notify_server.twilio_api import signature
from rms.settings import Secret
from rms.sync.callbacks import CallbackSettings, callback_routes
from rms.web.config import WebConfig
from rms.web.plumbing import WebPlumbing
from tests.cast import Trust, a_trust, on_file
from tests.database import World

ORIGIN = "https://rms.example.org"
TOKEN, TWILIO_TOKEN = "the token given to notify", "the token of twilio"
TWILIO = f"{ORIGIN}/callbacks/twilio"


def an_app(
    database: Database, static: Path, *, notify: str | None = TOKEN, twilio: str | None = TWILIO_TOKEN
) -> Litestar:
    settings = CallbackSettings(
        notify_token=Secret(notify) if notify else None, twilio_token=Secret(twilio) if twilio else None,
        twilio_url=TWILIO,
    )  # fmt: skip
    plumbing = WebPlumbing(
        config=WebConfig(secret=b"s" * 32, origins=(ORIGIN,)), asset=lambda name: f"/assets/{name}", static=static
    )
    return Litestar(
        route_handlers=callback_routes(settings),
        plugins=[plumbing],
        dependencies={"database": Provide(lambda: database, sync_to_thread=False)},
    )


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """The callbacks as a provider meets them, and three messages of a trust."""

    world: World
    trust: Trust
    client: httpx.AsyncClient
    messages: list[dict[str, Any]]

    async def notify(self, body: object, *, token: str | None = TOKEN) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.client.post("/callbacks/notify", content=content, headers=headers)

    async def twilio(self, form: dict[str, str], *, reference: str, token: str = TWILIO_TOKEN, **changes: str):
        query = f"?{urlencode({'reference': reference})}"
        proof = {"X-Twilio-Signature": signature(TWILIO + query, form, token=token)}
        return await self.client.post(f"/callbacks/twilio{query}", data=form | changes, headers=proof)

    def said(self, status: str, *, of: int = 0, **changes: object) -> dict[str, object]:
        ref = str(self.messages[of]["ref"])
        return {"id": f"n-{of}", "reference": ref, "to": "+447700900001", "status": status,
                "completed_at": "2026-03-02T10:00:05.000000Z", "notification_type": "sms"} | changes  # fmt: skip

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.world.as_owner("select state from message order by id")]

    async def history(self) -> int:
        return (await self.world.as_owner("select count(*) from message_event"))[0]["count"]


@pytest.fixture
async def door(world: World, tmp_path: Path) -> AsyncIterator[Door]:
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    async with world.worker.transaction() as tx:
        for cause in range(3):
            await queue(tx, organisation_id=trust.organisation_id, patient_id=patient_id, team_id=trust.team_id,
                        recipient=Recipient.PERSON, cause_kind="occurrence", cause_id=cause, channel=Channel.SMS,
                        purpose=Purpose.TEST_REMINDER_1, facts={}, not_before=tx.now, not_after=tx.now, now=tx.now)  # fmt: skip
    messages = await world.as_owner(
        "update message set state = 'accepted', address = '+447700900001', called_at = now() returning id, ref"
    )
    app = an_app(world.web, tmp_path)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:
        yield Door(world=world, trust=trust, client=client,
                   messages=sorted(map(dict, messages), key=lambda row: row["id"]))  # fmt: skip


async def test_notify_tells_us_and_may_tell_us_again(door: Door) -> None:
    for _ in range(3):
        answer = await door.notify(door.said("delivered"))
        assert (answer.status_code, answer.content) == (204, b"")
    assert await door.states() == ["delivered", "accepted", "accepted"]


async def test_a_permanent_failure_marks_the_number_and_tells_the_team(door: Door) -> None:
    assert (await door.notify(door.said("permanent-failure"))).status_code == 204
    assert await door.states() == ["failed", "accepted", "accepted"]
    (dead,) = await door.world.as_owner("select value from contact_point where dead_at is not null")
    assert dead["value"] == "+447700900001"
    (alert,) = await door.world.as_owner("select team_id, kind, state from alert")
    assert (alert["team_id"], alert["kind"], alert["state"]) == (door.trust.team_id, "chase", "open")


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN.upper(), "é"])
async def test_without_the_token_nothing_is_believed(door: Door, token: str | None) -> None:
    headers = [] if token is None else [(b"authorization", b"Bearer " + token.encode())]
    body = json.dumps(door.said("permanent-failure"))
    answer = await door.client.post("/callbacks/notify", content=body, headers=headers)
    assert answer.status_code == 403
    assert (await door.states(), await door.history()) == (["accepted"] * 3, 0)


@pytest.mark.parametrize("reference", [None, "", "m-1", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_reference_is_counted_and_not_stored(door: Door, reference: str | None) -> None:
    lines = io.StringIO()
    configure_logging(lines)
    answer = await door.notify(door.said("delivered", reference=reference))
    configure_logging()
    assert answer.status_code == 204
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines() if "receipt_refused" in text]
    assert (line["gateway"], line["reason_code"]) == ("notify", "unknown")
    assert (await door.states(), await door.history()) == (["accepted"] * 3, 0)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"id": "x", "status": "eaten"}', b"[" * 10_000])
async def test_what_cannot_be_read_is_refused_without_a_trace_of_it(door: Door, body: bytes) -> None:
    answer = await door.notify(body)
    assert answer.status_code == 400
    assert "We could not read this" in answer.text
    assert await door.history() == 0


async def test_a_body_that_is_too_long_is_refused(door: Door) -> None:
    for headers in ({}, {"X-Twilio-Signature": "x"}):
        path = "/callbacks/twilio" if headers else "/callbacks/notify"
        answer = await door.client.post(
            path, content=b"x" * 30_000, headers=headers | {"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code == 413


async def test_only_post_is_answered(door: Door) -> None:
    for path in ("/callbacks/notify", "/callbacks/twilio"):
        assert (await door.client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 405


async def test_receipts_and_forgeries_in_any_order_end_as_the_true_set(door: Door) -> None:
    chance = random.Random(5)
    calls = [(door.said(status, of=of), TOKEN)
             for of, truth in enumerate((["sending", "delivered"], ["delivered", "temporary-failure"], ["sending"]))
             for status in truth] * 3  # fmt: skip
    calls += [(door.said("permanent-failure", of=of), "a guess") for of in (0, 1, 2)] * 3
    calls += [(door.said("delivered", reference="of somebody else"), TOKEN)] * 3
    chance.shuffle(calls)
    for body, token in calls:
        await door.notify(body, token=token)
    assert await door.states() == ["delivered", "failed", "accepted"]
    assert await door.world.as_owner("select from contact_point where dead_at is not null") == []


TWILIO_FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+447700900001", "From": "+447700900999",
               "Body": " as it was sent: \u00e9\r\n", "ErrorCode": ""}  # fmt: skip


async def test_twilio_signs_what_it_tells_us(door: Door) -> None:
    reference = str(door.messages[1]["ref"])
    assert (await door.twilio(TWILIO_FORM, reference=reference)).status_code == 204
    assert await door.states() == ["accepted", "delivered", "accepted"]


async def test_a_callback_that_twilio_did_not_sign_is_not_believed(door: Door) -> None:
    reference, other = str(door.messages[1]["ref"]), str(door.messages[2]["ref"])
    assert (await door.twilio(TWILIO_FORM, reference=reference, token="a guess")).status_code == 403
    assert (await door.twilio(TWILIO_FORM, reference=reference, MessageStatus="undelivered")).status_code == 403
    assert (await door.client.post("/callbacks/twilio", data=TWILIO_FORM)).status_code == 403
    moved = {"X-Twilio-Signature": signature(f"{TWILIO}?reference={reference}", TWILIO_FORM, token=TWILIO_TOKEN)}
    answer = await door.client.post(f"/callbacks/twilio?reference={other}", data=TWILIO_FORM, headers=moved)
    assert answer.status_code == 403
    assert await door.history() == 0


async def test_a_signed_callback_without_a_status_is_refused(door: Door) -> None:
    answer = await door.twilio({"MessageSid": "SM1"}, reference=str(door.messages[0]["ref"]))
    assert answer.status_code == 400


async def test_a_provider_that_is_not_set_up_is_turned_away(world: World, tmp_path: Path) -> None:
    app = an_app(world.web, tmp_path, notify=None, twilio=None)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:
        for path, headers in (("notify", {"Authorization": "Bearer "}), ("twilio", {"X-Twilio-Signature": "x"})):
            assert (await client.post(f"/callbacks/{path}", content=b"{}", headers=headers)).status_code == 403


async def test_while_the_database_is_away_the_provider_is_asked_to_come_again(door: Door, tmp_path: Path) -> None:
    closed = Database(door.world.url("rms_web"), name="closed")
    app = an_app(closed, tmp_path)
    async with app.lifespan(), httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN) as client:
        answer = await client.post(
            "/callbacks/notify", json=door.said("delivered"), headers={"Authorization": f"Bearer {TOKEN}"}
        )
    assert answer.status_code == 503
