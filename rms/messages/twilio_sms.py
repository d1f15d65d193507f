"""Twilio: the second way to send a text. Keeps the promise of `gateway.py`; knows no tables.

Twilio cannot be asked by our reference, so `ask` always says it cannot: an unknown outcome goes to a person. Our
reference rides on the address of the status callback, so a receipt finds its message even when the answer was lost.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

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
from rms.messages.gateway import Answer, CannotSay, address_fault, leaves_this_machine
from rms.messages.model import (
    Accepted,
    Channel,
    Fault,
    Later,
    Receipt,
    ReceiptStatus,
    Refused,
    SendOutcome,
    Unknown,
)

RATE_LIMIT_PAUSE = timedelta(seconds=10)
UNREACHABLE_PAUSE = timedelta(seconds=30)

_STATUS: Mapping[str, ReceiptStatus] = MappingProxyType(
    {
        "accepted": ReceiptStatus.ON_ITS_WAY,
        "scheduled": ReceiptStatus.ON_ITS_WAY,
        "queued": ReceiptStatus.ON_ITS_WAY,
        "sending": ReceiptStatus.ON_ITS_WAY,
        "sent": ReceiptStatus.ON_ITS_WAY,
        "delivered": ReceiptStatus.DELIVERED,
        "read": ReceiptStatus.DELIVERED,
        "failed": ReceiptStatus.FAILED_TEMPORARY,
        "undelivered": ReceiptStatus.FAILED_TEMPORARY,
        "canceled": ReceiptStatus.FAILED_TECHNICAL,
    }
)
# Codes from Twilio's error dictionary. Of a call: the number is not one, not a mobile, unroutable, or said STOP.
_ABOUT_THE_ADDRESS = frozenset({21211, 21217, 21610, 21612, 21614})
# Of a receipt: message blocked, unknown destination, landline. The number will not work next time either.
_DEAD_NUMBER = frozenset({"30004", "30005", "30006"})


class TwilioGateway:
    """Twilio's Messages resource behind `Gateway`.

    `sender` is a telephone number, a sender name, or the sid of a messaging service (MG...). `callback_url` is the
    public address of our status callback, as Twilio sees it: the signature covers it.
    """

    name = "twilio"

    def __init__(
        self,
        *,
        base_url: str,
        account_sid: str,
        token: str,
        sender: str,
        callback_url: str | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        at_most: int = 10,
    ) -> None:
        # Its client writes addresses, queries and headers of calls at INFO, urllib3 addresses at DEBUG.
        silence("twilio", "urllib3")
        self.reaches_people = leaves_this_machine(base_url)
        self._sender = sender
        self._callback_url = callback_url

        def make() -> Any:
            from twilio.http.http_client import TwilioHttpClient
            from twilio.rest import Client

            http = TwilioHttpClient(timeout=read_seconds)  # without one it waits for ever
            # Its constructor compares the value with 0 and so takes no pair; requests, which gets it, does.
            http.timeout = (connect_seconds, read_seconds)
            client = Client(account_sid, token, http_client=http)
            client.api.base_url = base_url.rstrip("/")
            return client

        deadline = connect_seconds + 2 * read_seconds
        self._clients = ClientPool(make, close=_close, at_most=at_most, deadline=deadline)

    async def send(
        self, *, reference: str, channel: Channel, address: str, subject: str | None, text: str
    ) -> SendOutcome:
        """Hand one text over. Never raises for what Twilio or the network does."""
        if channel is not Channel.SMS:
            return Refused(reason="Twilio carries texts only.", permanent=False, fault=Fault.SETUP)
        if fault := address_fault(channel, address):
            return Refused(reason=fault, permanent=True, fault=Fault.RECIPIENT)
        service = self._sender.startswith("MG") and len(self._sender) == 34
        sender = {"messaging_service_sid" if service else "from_": self._sender}
        if self._callback_url:
            sender["status_callback"] = f"{self._callback_url}?reference={quote(reference, safe='')}"

        def post(client: Any) -> tuple[object, object]:
            message = client.messages.create(to=_international(address), body=text, **sender)
            return message.sid, message.status

        try:
            sid, status = await self._clients.call(post)
        except Exception as error:
            return _outcome_of(error)
        if not isinstance(sid, str) or not sid:
            return Unknown(reason="Twilio answered without a sid.")
        if status in ("failed", "undelivered", "canceled"):
            return Refused(reason=f"Twilio answered {status}.", permanent=False, fault=Fault.SETUP)
        return Accepted(provider_ref=sid)

    async def ask(self, reference: str) -> Answer:
        """Twilio keeps no reference of ours; listing by number and day could find another message and mislead."""
        return CannotSay(reason="Twilio cannot be asked by our reference.")

    async def aclose(self) -> None:
        """Give back connections."""
        await self._clients.aclose()


def read_receipt(form: Mapping[str, str], *, reference: str | None) -> Receipt:
    """A status callback: its form fields, and the reference from its address. Raises BadInput."""
    sid, word = form.get("MessageSid", ""), form.get("MessageStatus", "")
    status = _STATUS.get(word)
    if not sid or status is None:
        raise BadInput("This is not a status callback of Twilio.")
    if status is ReceiptStatus.FAILED_TEMPORARY and form.get("ErrorCode") in _DEAD_NUMBER:
        status = ReceiptStatus.FAILED_PERMANENT
    return Receipt(reference=reference, provider_ref=sid, status=status, happened_at=None, provider_word=word)


def is_from_twilio(signature: str | None, *, url: str, form: Mapping[str, str], token: str) -> bool:
    """Does X-Twilio-Signature prove that Twilio posted `form` to `url`? `url` is the public one, scheme and all."""
    from twilio.request_validator import RequestValidator

    if not token or not signature:
        return False
    return bool(RequestValidator(token).validate(url, dict(form), signature))


def _international(number: str) -> str:
    """Twilio wants +44...; a national UK number is turned into one, anything else goes as it is."""
    digits = number.replace(" ", "")
    return f"+44{digits[1:]}" if digits.startswith("0") and not digits.startswith("00") else digits


def _outcome_of(error: Exception) -> SendOutcome:
    if isinstance(error, NoClient):
        return Refused(reason=str(error), permanent=False, fault=Fault.SETUP)
    if never_left(error):
        return Later(reason="Twilio cannot be reached.", retry_after=UNREACHABLE_PAUSE)
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    if not isinstance(status, int) or not 400 <= status < 500 or status == 408:
        return Unknown(reason=_why(error))
    if status == 429:
        return Later(reason="Too many messages at once.", retry_after=RATE_LIMIT_PAUSE)
    if code in _ABOUT_THE_ADDRESS:
        return Refused(reason=f"Twilio refuses the number (code {code}).", permanent=True, fault=Fault.RECIPIENT)
    return Refused(reason=f"Twilio answered {status} (code {code}).", permanent=False, fault=Fault.SETUP)


def _why(error: Exception) -> str:
    """A sentence for the message's history: never the other side's text, which may repeat what was sent."""
    if isinstance(error, NoClient | TookTooLong):
        return str(error)
    status = getattr(error, "status", None)
    return f"Twilio gave no usable answer ({type(error).__name__}{f', {status}' if isinstance(status, int) else ''})."


def _close(client: Any) -> None:
    client.http_client.session.close()
