"""GOV.UK Notify: texts and emails out, receipts in. Keeps the promise of `gateway.py`; knows no tables.

Notify has no idempotency key, so a call whose outcome is not known is never repeated: it is asked about by reference.
Every answer is classified here. Only a fault of the address itself may end as "refused, recipient"; a wrong key, a
missing template or a trial service is our own set-up, and must not mark anybody's number as dead.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from rms.errors import BadInput
from rms.messages.client_pool import (
    CONNECT_SECONDS,
    READ_SECONDS,
    ClientPool,
    NoClient,
    TookTooLong,
    never_left,
    silence,
)
from rms.messages.gateway import Answer, CannotSay, Found, NotThere, address_fault, leaves_this_machine
from rms.messages.model import (
    Accepted,
    Channel,
    Fault,
    Later,
    MessageState,
    Receipt,
    ReceiptStatus,
    Refused,
    SendOutcome,
    Unknown,
)

RATE_LIMIT_PAUSE = timedelta(seconds=10)
DAILY_LIMIT_PAUSE = timedelta(hours=1)
UNREACHABLE_PAUSE = timedelta(seconds=30)

_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        "created": ReceiptStatus.ON_ITS_WAY,
        "sending": ReceiptStatus.ON_ITS_WAY,
        "pending": ReceiptStatus.ON_ITS_WAY,
        "sent": ReceiptStatus.ON_ITS_WAY,
        "delivered": ReceiptStatus.DELIVERED,
        "permanent-failure": ReceiptStatus.FAILED_PERMANENT,
        "temporary-failure": ReceiptStatus.FAILED_TEMPORARY,
        "technical-failure": ReceiptStatus.FAILED_TECHNICAL,
        "failed": ReceiptStatus.FAILED_TECHNICAL,
        "cancelled": ReceiptStatus.FAILED_TECHNICAL,
    }
)
_AS_STATE: Mapping[ReceiptStatus, MessageState] = MappingProxyType(
    {ReceiptStatus.ON_ITS_WAY: MessageState.ACCEPTED, ReceiptStatus.DELIVERED: MessageState.DELIVERED}
)
# How Notify's sentences about one address begin; every other 4xx is about us.
_ABOUT_THE_ADDRESS = ("phone_number ", "email_address ", "Cannot send to international", "Not a valid email address")


class NotifyGateway:
    """GOV.UK Notify behind `Gateway`. `template_sms` and `template_email` are ids of pass-through templates."""

    name = "govuk-notify"

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        template_sms: str | None,
        template_email: str | None,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        at_most: int = 10,
    ) -> None:
        # Its client warns with the answer's text, and urllib3 writes addresses of calls: neither may reach a log.
        silence("notifications_python_client", "urllib3")
        self.reaches_people = leaves_this_machine(base_url)
        self._template = {Channel.SMS: template_sms, Channel.EMAIL: template_email}

        def make() -> Any:
            from notifications_python_client.notifications import NotificationsAPIClient

            timeout = (connect_seconds, read_seconds)
            client = NotificationsAPIClient(api_key, base_url=base_url, timeout=timeout)  # type: ignore[no-untyped-call]
            client.request_session.max_redirects = 0  # our key goes to the configured address and nowhere else
            return client

        deadline = connect_seconds + 2 * read_seconds
        self._clients = ClientPool(make, close=_close, at_most=at_most, deadline=deadline)

    async def send(
        self, *, reference: str, channel: Channel, address: str, subject: str | None, text: str
    ) -> SendOutcome:
        """Hand one message over. Never raises for what Notify or the network does."""
        if fault := address_fault(channel, address):
            return Refused(reason=fault, permanent=True, fault=Fault.RECIPIENT)
        template = self._template.get(channel)
        if template is None:
            reason = f"RMS_NOTIFY_TEMPLATE_{channel.upper()} is not set."
            return Refused(reason=reason, permanent=False, fault=Fault.SETUP)

        def post(client: Any) -> object:
            if channel is Channel.SMS:
                return client.send_sms_notification(address, template, {"body": text}, reference)
            return client.send_email_notification(
                address, template, {"subject": subject or "", "body": text}, reference
            )

        try:
            answer = await self._clients.call(post)
        except Exception as error:
            return _outcome_of(error)
        provider_ref = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(provider_ref, str) or not provider_ref:
            return Unknown(reason="GOV.UK Notify answered without an id.")
        return Accepted(provider_ref=provider_ref)

    async def ask(self, reference: str) -> Answer:
        """Look the message up by our reference. Notify keeps messages for 7 days; the caller minds that."""
        try:
            answer = await self._clients.call(lambda client: client.get_all_notifications(reference=reference))
            listed = answer["notifications"]
            ours = [(entry["id"], entry["status"]) for entry in listed if entry["reference"] == reference]
            statuses = [_STATUS[status] for _, status in ours]
        except Exception as error:
            return CannotSay(reason=_why(error))
        if listed and not ours:
            return CannotSay(reason="GOV.UK Notify listed messages that are not the one asked about.")
        if not ours:
            return NotThere()
        worst = max(statuses, key=list(ReceiptStatus).index)
        return Found(
            state=_AS_STATE.get(worst, MessageState.FAILED),
            provider_ref=str(ours[statuses.index(worst)][0]),
            copies=len(ours),
            permanent=worst is ReceiptStatus.FAILED_PERMANENT,
        )

    async def aclose(self) -> None:
        """Give back connections."""
        await self._clients.aclose()


class _Callback(msgspec.Struct):
    """Notify's delivery receipt; fields we do not use (to, template_id ...) are left unread on purpose."""

    id: str
    status: str
    reference: str | None = None
    completed_at: str | None = None


def read_receipt(body: bytes) -> Receipt:
    """A delivery receipt as Notify posts it. Raises BadInput; the caller answers 400 and counts it."""
    try:
        callback = msgspec.json.decode(body, type=_Callback)
        happened_at = _instant(callback.completed_at)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadInput("This is not a delivery receipt of GOV.UK Notify.") from error
    status = _STATUS.get(callback.status)
    if status is None or not callback.id:
        raise BadInput("This delivery receipt has a status that GOV.UK Notify does not document.")
    return Receipt(
        reference=callback.reference,
        provider_ref=callback.id,
        status=status,
        happened_at=happened_at,
        provider_word=callback.status,
    )


def is_from_notify(authorization: str | None, *, token: str) -> bool:
    """Does the Authorization header carry our callback token? Compared in constant time; no token, no trust."""
    return bool(token) and hmac.compare_digest((authorization or "").encode(), f"Bearer {token}".encode())


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _outcome_of(error: Exception) -> SendOutcome:
    if isinstance(error, NoClient):
        return Refused(reason=str(error), permanent=False, fault=Fault.SETUP)
    if never_left(error.__cause__):
        return Later(reason="GOV.UK Notify cannot be reached.", retry_after=UNREACHABLE_PAUSE)
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not 400 <= status < 500 or status == 408:
        return Unknown(reason=_why(error))
    kind, sentence = _first_error(error)
    if status == 429:
        if kind == "TooManyRequestsError":
            return Later(reason="The daily limit is reached.", retry_after=DAILY_LIMIT_PAUSE, daily_limit=True)
        return Later(reason="Too many messages in a minute.", retry_after=RATE_LIMIT_PAUSE)
    if status == 400 and sentence.startswith(_ABOUT_THE_ADDRESS):
        return Refused(reason=sentence, permanent=True, fault=Fault.RECIPIENT)
    return Refused(reason=f"{status} {kind}: {sentence}", permanent=False, fault=Fault.SETUP)


def _first_error(error: Exception) -> tuple[str, str]:
    message = getattr(error, "message", None)
    if isinstance(message, list) and message and isinstance(message[0], dict):
        return str(message[0].get("error", "")), str(message[0].get("message", ""))
    return "", str(message or "")


def _why(error: Exception) -> str:
    """A sentence for the message's history: never the other side's text, which may repeat what was sent."""
    if isinstance(error, NoClient | TookTooLong):
        return str(error)
    status = getattr(error, "status_code", None)
    cause = type(error.__cause__ or error).__name__
    return f"GOV.UK Notify gave no usable answer ({cause}{f', {status}' if status else ''})."


def _close(client: Any) -> None:
    client.request_session.close()
