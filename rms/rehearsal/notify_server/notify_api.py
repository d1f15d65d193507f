"""GOV.UK Notify's own answers: what it accepts, what it refuses and in which words. Shapes follow its public API."""

import base64
import hmac
import re
import uuid
from collections.abc import Sequence

import msgspec

from rms.clock import real_now
from rms.rehearsal.notify_server.book import Taken
from rms.rehearsal.notify_server.wire import Call, Reply, json_reply

TOKEN_SECONDS = 30
_TEMPLATE_VERSION = 1
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key taken apart: its last 36 places are the secret, the 36 before them the service."""

    service_id: str
    secret: str

    @classmethod
    def parse(cls, text: str) -> "Key":
        """The key as given to a client, such as name-service-secret."""
        return cls(service_id=text[-73:-37], secret=text[-36:])


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A valid request to send."""

    to: str
    reference: str | None
    template_id: str
    subject: str | None
    body: str


def error(status: int, kind: str, message: str) -> Reply:
    """An error in Notify's shape."""
    return json_reply(status, {"status_code": status, "errors": [{"error": kind, "message": message}]})


def auth_fault(call: Call, key: Key) -> Reply | None:
    """Why this call may not come in: no token, not signed with the key, another service, or a clock that is off."""
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        return error(401, "AuthError", "Unauthorized: authentication token must be provided")
    claims = _claims(token, key.secret)
    if claims is None or claims.get("iss") != key.service_id:
        return error(403, "AuthError", "Invalid token: API key not found")
    issued_at = claims.get("iat")
    if not isinstance(issued_at, int) or abs(real_now().timestamp() - issued_at) > TOKEN_SECONDS:
        return error(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")
    return None


def read_send(call: Call, *, channel: str) -> Wanted | Reply:
    """A request to send, or the refusal Notify would give. Templates are pass-through: ((body)), ((subject))."""
    try:
        asked = msgspec.json.decode(call.body, type=dict[str, object])
    except msgspec.DecodeError:
        return error(400, "BadRequestError", "Invalid JSON supplied in POST data")
    field = "phone_number" if channel == "sms" else "email_address"
    allowed = {field, "template_id", "personalisation", "reference"}
    if strange := sorted(set(asked) - allowed):
        return _invalid(f"Additional properties are not allowed ({', '.join(strange)} was unexpected)")
    to, template_id = asked.get(field), asked.get("template_id")
    if not isinstance(to, str):
        return _invalid(f"{field} is a required property")
    if fault := (_phone_fault(to) if channel == "sms" else _email_fault(to)):
        return _invalid(f"{field} {fault}")
    if not isinstance(template_id, str) or not _UUID.fullmatch(template_id):
        return _invalid("template_id is not a valid UUID")
    given = asked.get("personalisation") or {}
    needed = ("body",) if channel == "sms" else ("subject", "body")
    missing = [name for name in needed if not isinstance(given, dict) or not isinstance(given.get(name), str)]
    if missing or not isinstance(given, dict):
        return error(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
    reference = asked.get("reference")
    return Wanted(
        to=to,
        reference=reference if isinstance(reference, str) else None,
        template_id=template_id,
        subject=given["subject"] if channel == "email" else None,
        body=given["body"],
    )


def sent(taken: Taken, *, base_url: str) -> dict[str, object]:
    """The body of a 201."""
    content: dict[str, object] = {"body": taken.body}
    if taken.channel == "sms":
        content["from_number"] = "GOVUK"
    else:
        content |= {"subject": taken.subject, "from_email": "rehearsal@notifications.example.org"}
    return {
        "id": taken.id,
        "reference": taken.reference,
        "uri": f"{base_url}/v2/notifications/{taken.id}",
        "template": _template(taken, base_url),
        "scheduled_for": None,
        "content": content,
    }


def shown(taken: Taken, *, base_url: str) -> dict[str, object]:
    """One notification as GET gives it."""
    address_lines = {f"line_{number}": None for number in range(1, 7)}
    return {
        "id": taken.id,
        "reference": taken.reference,
        "email_address": taken.to if taken.channel == "email" else None,
        "phone_number": taken.to if taken.channel == "sms" else None,
        **address_lines,
        "postcode": None,
        "postage": None,
        "type": taken.channel,
        "status": taken.status,
        "template": _template(taken, base_url),
        "body": taken.body,
        "subject": taken.subject,
        "created_at": taken.at,
        "created_by_name": None,
        "sent_at": taken.at,
        "completed_at": taken.finished_at,
        "scheduled_for": None,
    }


def listed(taken: Sequence[Taken], *, base_url: str, query: str) -> dict[str, object]:
    """The answer to GET /v2/notifications."""
    current = f"{base_url}/v2/notifications{f'?{query}' if query else ''}"
    return {"notifications": [shown(one, base_url=base_url) for one in taken], "links": {"current": current}}


def receipt(taken: Taken) -> dict[str, object]:
    """The delivery receipt posted to the service."""
    return {
        "id": taken.id,
        "reference": taken.reference,
        "to": taken.to,
        "status": taken.status,
        "created_at": taken.at,
        "completed_at": taken.finished_at,
        "sent_at": taken.at,
        "notification_type": taken.channel,
        "template_id": taken.template_id,
        "template_version": _TEMPLATE_VERSION,
    }


def is_id(text: str) -> bool:
    """Could this be a notification's id?"""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _template(taken: Taken, base_url: str) -> dict[str, object]:
    uri = f"{base_url}/v2/template/{taken.template_id}/version/{_TEMPLATE_VERSION}"
    return {"id": taken.template_id, "version": _TEMPLATE_VERSION, "uri": uri}


def _invalid(message: str) -> Reply:
    return error(400, "ValidationError", message)


def _phone_fault(number: str) -> str | None:
    digits = re.sub(r"[\s()\-]", "", number)
    digits = re.sub(r"^(?:\+44|0044|44)", "0", digits)
    if not digits.isdecimal():
        return "Must not contain letters or symbols"
    if len(digits) < 11:
        return "Not enough digits"
    if len(digits) > 11:
        return "Too many digits"
    return None if digits.startswith("07") else "Not a UK mobile number"


def _email_fault(address: str) -> str | None:
    return None if _EMAIL.fullmatch(address) else "Not a valid email address"


def _claims(token: str, secret: str) -> dict[str, object] | None:
    """The claims of an HS256 token signed with `secret`; None for any other token."""
    try:
        head, claims, signature = token.split(".")
        algorithm = msgspec.json.decode(_unpack(head), type=dict[str, object]).get("alg")
        signed = hmac.new(secret.encode(), f"{head}.{claims}".encode(), "sha256").digest()
        if algorithm != "HS256" or not hmac.compare_digest(signed, _unpack(signature)):
            return None
        return msgspec.json.decode(_unpack(claims), type=dict[str, object])
    except (ValueError, msgspec.DecodeError):
        return None


def _unpack(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
