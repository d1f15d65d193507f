"""Twilio's own answers for its Messages resource, and the signature on its callbacks. Shapes follow its OpenAPI."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl

from rms.rehearsal.notify_server.book import Taken
from rms.rehearsal.notify_server.wire import Call, Reply, json_reply

MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})/Messages\.json")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


def error(status: int, code: int, message: str) -> Reply:
    """An error in Twilio's shape."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json_reply(status, {"code": code, "message": message, "more_info": more, "status": status})


def auth_fault(call: Call, *, sid: str, token: str) -> Reply | None:
    """Why this call may not come in: HTTP Basic with account and token."""
    expected = "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()
    if hmac.compare_digest(call.headers.get("authorization", ""), expected):
        return None
    return error(401, 20003, "Authenticate")


def read_send(call: Call) -> Mapping[str, str] | Reply:
    """The form of a message to send, or the refusal Twilio would give."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    if "To" not in form:
        return error(400, 21604, "A 'To' phone number is required.")
    if not _E164.fullmatch(form["To"]):
        return error(400, 21211, "Invalid 'To' Phone Number")
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return error(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        return error(400, 21602, "Message body is required.")
    return form


def shown(taken: Taken, *, sid: str) -> dict[str, object]:
    """One message as POST and GET give it."""
    at = format_datetime(datetime.fromisoformat(taken.at), usegmt=False)
    path = f"/2010-04-01/Accounts/{sid}/Messages/{taken.id}"
    return {
        "account_sid": sid,
        "api_version": "2010-04-01",
        "body": taken.body,
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": taken.subject,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": taken.id,
        "status": _word(taken.status),
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": taken.to,
        "uri": f"{path}.json",
    }


def listed(taken: Sequence[Taken], *, sid: str) -> dict[str, object]:
    """The answer to a list of messages, all on one page."""
    uri = f"/2010-04-01/Accounts/{sid}/Messages.json?PageSize=1000&Page=0"
    return {
        "messages": [shown(one, sid=sid) for one in taken],
        "end": max(0, len(taken) - 1),
        "start": 0,
        "page": 0,
        "page_size": 1000,
        "uri": uri,
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
    }


def receipt(taken: Taken, *, sid: str) -> dict[str, str]:
    """The form of a status callback."""
    form = {
        "AccountSid": sid,
        "ApiVersion": "2010-04-01",
        "MessageSid": taken.id,
        "MessageStatus": _word(taken.status),
        "SmsSid": taken.id,
        "SmsStatus": _word(taken.status),
        "To": taken.to,
        "From": taken.subject or "",
    }
    if code := {"permanent-failure": "30005", "temporary-failure": "30003"}.get(taken.status):
        form["ErrorCode"] = code
    return form


def signature(url: str, form: Mapping[str, str], *, token: str) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and each field, sorted by name."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), "sha1").digest()).decode()


def _word(status: str) -> str:
    words = {"sending": "queued", "delivered": "delivered", "technical-failure": "failed"}
    return words.get(status, "undelivered")
