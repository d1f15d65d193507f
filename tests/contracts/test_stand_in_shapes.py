"""The stand-in speaks the providers' own shapes, checked against the files they publish."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from rms.messages.model import Channel
from rms.rehearsal.notify_server.app import REHEARSAL_SID, REHEARSAL_TOKEN, StandIn
from rms.rehearsal.notify_server.notify_api import receipt
from tests.contracts.conftest import TEMPLATE, notify_gateway, twilio_gateway
from tests.contracts.shape import Shapes

pytestmark = pytest.mark.anyio

# Every key of version 2 of Notify's API that its documentation gives for one notification.
SHOWN = {
    *("id", "reference", "email_address", "phone_number", "postcode", "postage", "type", "status", "template"),
    *("line_1", "line_2", "line_3", "line_4", "line_5", "line_6", "body", "subject", "created_at", "created_by_name"),
    *("sent_at", "completed_at", "scheduled_for"),
}
RECEIPT = {
    *("id", "reference", "to", "status", "created_at", "completed_at", "sent_at", "notification_type", "template_id"),
    "template_version",
}


async def two_sent(stand_in: StandIn) -> list[dict[str, Any]]:
    """A text and an email, and how the list shows them, newest first; read as the client reads them."""
    notify = notify_gateway(stand_in.url)
    await notify.send(reference="m-1", channel=Channel.SMS, address="07700900123", subject=None, text="Hello")
    await notify.send(reference="m-1", channel=Channel.EMAIL, address="a@example.org", subject="Hi", text="Hello")
    answer = await notify._clients.call(lambda client: client.get_all_notifications(reference="m-1"))
    await notify.aclose()
    assert set(answer) == {"notifications", "links"}
    assert answer["links"]["current"].startswith(stand_in.url)
    notifications: list[dict[str, Any]] = answer["notifications"]
    return notifications


@pytest.mark.test_data
async def test_notifications_keep_the_published_shapes(stand_in: StandIn, test_data: Path) -> None:
    shapes = Shapes(test_data / "contracts/govuk-notify/response-schemas", prefix="v0__")
    shown = await two_sent(stand_in)
    assert [one["type"] for one in shown] == ["email", "sms"]
    for one in shown:
        assert set(one) == SHOWN
        schema = shapes.load(f"{one['type']}_notification.json")
        shared = {name: one[name] for name in schema["properties"] if one.get(name) is not None or name == "reference"}
        shared["template"] = {name: one["template"][name] for name in ("id", "version")}
        properties = {name: schema["properties"][name] for name in shared if name != "template"}
        properties["template"] = {"properties": schema["properties"]["template"]["properties"]}
        assert {"id", "status", "reference", "created_at", "sent_at", "body"} <= set(shared)
        assert shapes.faults(shared, {"type": "object", "properties": properties}, root=schema) == []


async def test_sent_and_fetched_by_id_are_the_same_notification(stand_in: StandIn) -> None:
    notify = notify_gateway(stand_in.url)
    arguments = ("07700900123", TEMPLATE, {"body": "Hello"}, "m-1")
    sent = await notify._clients.call(lambda client: client.send_sms_notification(*arguments))
    fetched = await notify._clients.call(lambda client: client.get_notification_by_id(sent["id"]))
    await notify.aclose()
    assert set(sent) == {"id", "reference", "uri", "template", "scheduled_for", "content"}
    assert sent["content"] == {"body": "Hello", "from_number": "GOVUK"}
    assert (sent["uri"], sent["template"]["id"]) == (f"{stand_in.url}/v2/notifications/{sent['id']}", TEMPLATE)
    assert (fetched["id"], fetched["reference"], fetched["body"]) == (sent["id"], "m-1", "Hello")
    assert set(receipt(stand_in.book.taken[0])) == RECEIPT


@pytest.mark.test_data
@pytest.mark.parametrize("status", ["sending", "delivered", "permanent-failure", "technical-failure"])
async def test_twilio_messages_keep_the_published_shapes(stand_in: StandIn, test_data: Path, status: str) -> None:
    shapes = Shapes(test_data / "contracts/twilio")
    root = shapes.load("twilio_api_v2010.json")
    operations = root["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    form = {"To": "+447700900123", "From": "+447700900999", "Body": "Hello"}
    wanted = operations["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert shapes.faults(form, wanted | {"additionalProperties": False}, root=root) == []
    url = f"{stand_in.url}/2010-04-01/Accounts/{REHEARSAL_SID}/Messages.json"
    async with httpx.AsyncClient(auth=(REHEARSAL_SID, REHEARSAL_TOKEN), trust_env=False) as client:
        created = (await client.post(url, data=form)).json()
        stand_in.book.taken[0].status = status
        listed = (await client.get(url, params={"To": form["To"]})).json()
    for answer, operation, code in ((created, "post", "201"), (listed, "get", "200")):
        schema = operations[operation]["responses"][code]["content"]["application/json"]["schema"]
        assert shapes.faults(answer, schema, root=root) == []
    properties = root["components"]["schemas"]["api.v2010.account.message"]["properties"]
    assert set(created) == set(properties)
    assert len(listed["messages"]) == 1


async def test_our_form_for_twilio_is_one_the_published_file_knows(stand_in: StandIn) -> None:
    twilio = twilio_gateway(stand_in.url, callback_url="http://127.0.0.1:9/callback")
    await twilio.send(reference="m/1", channel=Channel.SMS, address="+447700900123", subject=None, text="Hello")
    await twilio.aclose()
    (taken,) = stand_in.book.taken
    assert taken.callback_url == "http://127.0.0.1:9/callback?reference=m%2F1"


async def test_a_wrong_call_gets_notifys_own_words(stand_in: StandIn) -> None:
    url = f"{stand_in.url}/v2/notifications/sms"
    async with httpx.AsyncClient(trust_env=False) as client:
        nobody = await client.post(url, json={})
        forged = await client.post(url, json={}, headers={"Authorization": "Bearer a.b.c"})
    assert (nobody.status_code, forged.status_code) == (401, 403)
    for answer in (nobody, forged):
        assert set(answer.json()) == {"status_code", "errors"}
        assert answer.json()["errors"][0]["error"] == "AuthError"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0770090012", "Not enough digits"),
        ("077009001234", "Too many digits"),
        ("01234567890", "Not a UK mobile number"),
        ("07700 90O123", "Must not contain letters or symbols"),
    ],
)
async def test_a_wrong_number_gets_notifys_own_words(stand_in: StandIn, number: str, said: str) -> None:
    from notifications_python_client.errors import HTTPError

    notify = notify_gateway(stand_in.url)
    with pytest.raises(HTTPError) as caught:
        await notify._clients.call(lambda client: client.send_sms_notification(number, TEMPLATE, {"body": "x"}))
    await notify.aclose()
    assert caught.value.status_code == 400
    assert caught.value.message == [{"error": "ValidationError", "message": f"phone_number {said}"}]


def test_the_checker_of_shapes_sees_faults(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "required": ["a", "b"],
        "additionalProperties": False,
        "properties": {
            "a": {"type": "string", "pattern": "^x"},
            "c": {"oneOf": [{"type": "null"}, {"type": "number"}]},
            "d": {"type": "array", "items": {"enum": [1]}},
        },
    }
    faults = Shapes(tmp_path).faults({"a": "y", "c": "z", "d": [1, 2], "e": 1}, schema, root=schema)
    assert len(faults) == 5
    assert all(re.match(r"\$[.\w\[\]]*: ", fault) for fault in faults)
