"""What the connections page says of a provider comes from the messages that name it."""

from datetime import UTC, datetime

import pytest

from rms.caseload.set_up.connections.presenters import Figures, present_connections
from rms.caseload.set_up.connections.store import Provider, RegisterFigures
from rms.messages.notify import NotifyGateway
from rms.messages.twilio_sms import TwilioGateway
from rms.people.access import Asker
from rms.people.model import Role
from rms.settings import read_settings

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = read_settings({
    "RMS_NOTIFY_KEY": "k", "RMS_NOTIFY_TEMPLATE_SMS": "t1", "RMS_NOTIFY_TEMPLATE_EMAIL": "t2",
    "RMS_TWILIO_SID": "AC1", "RMS_TWILIO_TOKEN": "t", "RMS_TWILIO_FROM": "+447700900001",
})  # fmt: skip
ADMIN = Asker(staff_id=1, organisation_id=1, name="Ada", role=Role.ADMINISTRATOR, team_ids=())


@pytest.mark.parametrize("gateway", [NotifyGateway, TwilioGateway])
def test_what_a_provider_took_is_counted_where_its_messages_name_it(
    gateway: type[NotifyGateway | TwilioGateway],
) -> None:
    took = Provider(provider=gateway.name, taken=7, failed=0, unknown=0, last_at=NOW)
    figures = Figures(
        feeds=(), providers={gateway.name: took}, settings=SETTINGS, sending_on=True, now=NOW, real_now=NOW,
        register=RegisterFigures(delivered=0, waiting=0, failing_since=None, last_at=None, reason=None),
    )  # fmt: skip
    page = present_connections(figures, asks=ADMIN)
    working = [one for one in page.connections if one.state.text == "Working"]
    assert [dict(one.facts)["In 7 days"] for one in working] == ["7 taken, 0 failed, 0 not known"]
