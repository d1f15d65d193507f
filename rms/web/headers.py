"""Security headers on every answer: pages, errors, redirects and files. Must not know routes beyond "is this a file".

It is a hook on the way out and not a middleware of the routes: a path that matches no route never reaches those.
"""

from collections.abc import Mapping
from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

STATIC_PREFIX: Final = "/assets/"
"""Where built files are served; what changes its name with its content may be kept for ever."""

_PLAIN_NAMES: Final = "/assets/images/"

_ALLOWED = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
CONTENT_SECURITY_POLICY: Final = "; ".join(f"{what} {source}" for what, source in _ALLOWED.items())

_SWITCHED_OFF = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    # Nothing inline, nothing from another host: a stored script stays text.
    "content-security-policy": CONTENT_SECURITY_POLICY,
    # Two years; browsers ignore it over plain HTTP, so a demo is not hurt by it.
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    # A link from a text message must not travel to the next site.
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # For browsers that do not know `frame-ancestors`.
    "x-frame-options": "DENY",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _SWITCHED_OFF),
}

NEVER_KEPT: Final = "no-store"
KEPT_FOR_EVER: Final = "public, max-age=31536000, immutable"
KEPT_FOR_A_DAY: Final = "public, max-age=86400"


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Put the headers on an answer that is about to start; a handler cannot loosen them."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    headers["cache-control"] = _may_be_kept(scope["path"], status=message["status"])


def _may_be_kept(path: str, *, status: int) -> str:
    if not path.startswith(STATIC_PREFIX) or status not in (200, 206, 304):
        return NEVER_KEPT
    return KEPT_FOR_A_DAY if path.startswith(_PLAIN_NAMES) else KEPT_FOR_EVER
