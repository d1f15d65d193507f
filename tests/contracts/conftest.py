"""The stand-in for both providers, and our real clients pointed at it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

# Loaded by the first call otherwise, which on a busy machine is longer than the time-outs of the tests.
import notifications_python_client.notifications  # noqa: F401
import pytest
import twilio.http.http_client
import twilio.rest  # noqa: F401

from rms.messages.notify import NotifyGateway
from rms.messages.twilio_sms import TwilioGateway
from rms.rehearsal.notify_server.app import (
    REHEARSAL_KEY,
    REHEARSAL_SID,
    REHEARSAL_TOKEN,
    Options,
    StandIn,
    running,
)
from rms.rehearsal.notify_server.script import PRESETS

TEMPLATE = "00000000-0000-4000-8000-00000000000a"


def notify_gateway(url: str, **changes: Any) -> NotifyGateway:
    """The real client for GOV.UK Notify; time-outs short enough for a test."""
    given: dict[str, Any] = {
        "base_url": url,
        "api_key": REHEARSAL_KEY,
        "template_sms": TEMPLATE,
        "template_email": TEMPLATE,
        "connect_seconds": 1.0,
        "read_seconds": 0.6,
    }
    return NotifyGateway(**(given | changes))


def twilio_gateway(url: str, **changes: Any) -> TwilioGateway:
    """The real client for Twilio."""
    given: dict[str, Any] = {
        "base_url": url,
        "account_sid": REHEARSAL_SID,
        "token": REHEARSAL_TOKEN,
        "sender": "+447700900999",
        "connect_seconds": 1.0,
        "read_seconds": 0.6,
    }
    return TwilioGateway(**(given | changes))


MAKE: dict[str, Callable[..., NotifyGateway | TwilioGateway]] = {"notify": notify_gateway, "twilio": twilio_gateway}


@pytest.fixture
async def stand_in(tmp_path: Path) -> AsyncIterator[StandIn]:
    """Both providers on this machine; nothing is delivered unless a test says so."""
    async with running(Options(log=tmp_path / "accepted.jsonl", receipts=PRESETS["none"])) as server:
        yield server


@pytest.fixture(params=sorted(MAKE))
async def gateway(request: pytest.FixtureRequest, stand_in: StandIn) -> AsyncIterator[NotifyGateway | TwilioGateway]:
    """Each of our clients in turn."""
    async with AsyncExitStack() as stack:
        made = MAKE[request.param](stand_in.url)
        stack.push_async_callback(made.aclose)
        yield made
