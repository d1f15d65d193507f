"""Where providers tell us what became of a message: GOV.UK Notify and Twilio, each proving who it is.

A receipt can only move a message forward and never creates anything. Answers: 204 taken, or a reference we do not know
(there is nothing to be gained from coming again); 400 unreadable; 403 not the provider; 413 too long; 503 our database
is away, come again. The application mounts `callback_routes(settings)` and provides the dependency `database`.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from rms.db.database import Database
from rms.errors import BadInput, NotAllowed
from rms.log import get_log
from rms.messages import notify, twilio_sms
from rms.messages.actions import file_receipt
from rms.settings import Secret
from rms.web.cookies import SessionCookie
from rms.web.csrf import MACHINE
from rms.web.guard import ALLOWED, Connection, Standing, Verdict

log = get_log(__name__)

LARGEST_RECEIPT: Final = 20_000
"""Bytes; a receipt of either provider has well under two thousand."""
_MOST_FIELDS: Final = 100

_Request = Request[Any, Any, Any]


class CallbackSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How providers prove themselves; None: that provider is not used and is turned away.

    `twilio_url`: the public address of our callback as Twilio was told it, without query; the signature covers it.
    """

    notify_token: Secret | None
    twilio_token: Secret | None
    twilio_url: str


class _FromNotify(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever carries the token that we gave to Notify, compared in constant time before any body is read."""

    token: Secret | None
    name: str = "provider: notify"
    cookie: SessionCookie | None = None

    async def allows(self, connection: Connection) -> Verdict:
        given = connection.headers.get("authorization")
        if self.token is not None and notify.is_from_notify(given, token=self.token.reveal()):
            return ALLOWED
        log.warning("callback_refused", gateway="notify", reason_code="token")
        return Verdict(standing=Standing.NOT_ALLOWED)


class _FromTwilio(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever signs; the signature covers the body, so the handler checks it before it believes a word."""

    token: Secret | None
    name: str = "provider: twilio"
    cookie: SessionCookie | None = None

    async def allows(self, connection: Connection) -> Verdict:
        if self.token is not None and connection.headers.get("x-twilio-signature"):
            return ALLOWED
        log.warning("callback_refused", gateway="twilio", reason_code="signature")
        return Verdict(standing=Standing.NOT_ALLOWED)


def callback_routes(settings: CallbackSettings) -> list[HTTPRouteHandler]:
    """Make the routes; each handler needs the dependency `database` (the web's role)."""

    @post("/callbacks/notify", opt=_opt(_FromNotify(token=settings.notify_token)), status_code=204,
          request_max_body_size=LARGEST_RECEIPT)  # fmt: skip
    async def from_notify(request: _Request, database: NamedDependency[Database]) -> None:
        receipt = notify.read_receipt(await request.body())
        await file_receipt(database, receipt=receipt, provider="notify")

    @post("/callbacks/twilio", opt=_opt(_FromTwilio(token=settings.twilio_token)), status_code=204,
          request_max_body_size=LARGEST_RECEIPT)  # fmt: skip
    async def from_twilio(request: _Request, database: NamedDependency[Database]) -> None:
        form = _form(await request.body())
        _demand_signature(request, form, settings=settings)
        receipt = twilio_sms.read_receipt(form, reference=request.query_params.get("reference"))
        await file_receipt(database, receipt=receipt, provider="twilio")

    return [from_notify, from_twilio]


def _opt(policy: _FromNotify | _FromTwilio) -> dict[str, Any]:
    # They prove who they are without a cookie, so no browser can be made to act for them.
    return {"policy": policy, "csrf": MACHINE, "answers": "json"}


def _form(body: bytes) -> Mapping[str, str]:
    """The fields exactly as they were sent, because the signature covers them."""
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise BadInput("This is not a status callback of Twilio.") from error


def _demand_signature(request: _Request, form: Mapping[str, str], *, settings: CallbackSettings) -> None:
    query = request.scope["query_string"].decode("latin-1")
    url = f"{settings.twilio_url}?{query}" if query else settings.twilio_url
    token = "" if settings.twilio_token is None else settings.twilio_token.reveal()
    if not twilio_sms.is_from_twilio(request.headers.get("x-twilio-signature"), url=url, form=form, token=token):
        log.warning("callback_refused", gateway="twilio", reason_code="signature")
        raise NotAllowed("This callback is not signed by Twilio.")
