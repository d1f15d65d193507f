"""The cookies we set: their names, their attributes, and how to read them. Must not know what a session is.

In a live system every name starts with `__Host-`: a browser then accepts the cookie only over TLS, from exactly this
host and for every path, so that no neighbouring host can plant one. A demo that runs over plain HTTP on the loopback
address cannot have that; `Cookies(over_plain_http=True)` is the explicit switch, and only a database that says demo may
throw it (the caller checks; see `rms/app.py`).
"""

import secrets
from enum import StrEnum
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

_LONGEST = 128


class SessionCookie(StrEnum):
    """Which session a cookie carries. Staff and people never share one, even in the same browser."""

    STAFF = "rms-staff"
    PERSON = "rms-person"


VISIT = "rms-visit"
"""A random value for a browser that has no session yet, so that the forms in front of a session can be protected."""


class Cookies(msgspec.Struct, frozen=True, kw_only=True):
    """How cookies are written here."""

    over_plain_http: bool = False

    def name(self, cookie: str) -> str:
        """Give the name on the wire."""
        return str(cookie) if self.over_plain_http else f"__Host-{cookie}"

    def read(self, connection: ASGIConnection[Any, Any, Any, Any], *, cookie: str) -> str | None:
        """Give a cookie's value; None when it is absent, empty or longer than anything we ever set."""
        value = connection.cookies.get(self.name(cookie))
        return value if value and len(value) <= _LONGEST else None

    def write(self, cookie: str, *, value: str) -> Cookie:
        """Make a cookie that lives until the browser closes; how long a session is valid is the server's business."""
        return Cookie(
            key=self.name(cookie), value=value, path="/", secure=not self.over_plain_http, httponly=True, samesite="lax"
        )

    def end(self, cookie: str) -> Cookie:
        """Make the cookie that removes one."""
        return Cookie(
            key=self.name(cookie),
            value="",
            path="/",
            secure=not self.over_plain_http,
            httponly=True,
            samesite="lax",
            max_age=0,
        )


def new_value() -> str:
    """Draw a cookie value of 256 random bits."""
    return secrets.token_urlsafe(32)
