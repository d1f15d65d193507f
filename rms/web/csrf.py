"""Nobody else's page may make a browser act here: a token in every form, and a look at where the request came from.

The token is an HMAC of a cookie's value under the application's secret: of the session the route lives in (its policy
says which), or of the visit cookie before there is a session. So a token dies with its session, cannot be made without
the secret, and needs no storage. Machines that sign their requests in another way opt out aloud with
`opt={"csrf": MACHINE}`; they must not be reachable with a cookie.
"""

import hashlib
import hmac
from typing import Final

from litestar import Request
from litestar.handlers import BaseRouteHandler

from rms.errors import RmsError
from rms.web.config import WebConfig, web_config
from rms.web.cookies import VISIT, SessionCookie, new_value
from rms.web.guard import Connection, policy_of
from rms.web.submitted import read_submitted

FIELD: Final = "csrf_token"
HEADER: Final = "x-csrf-token"
MACHINE: Final = "machine: authenticates without cookies"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NEW_VISIT = "rms_new_visit"


class Forged(RmsError):
    """The request did not come from one of our pages, or the page was too old."""


async def refuse_forgeries(connection: Connection, handler: BaseRouteHandler) -> None:
    """Check every unsafe request; the application's second guard, after the policy. Raises Forged."""
    if connection.scope.get("method") in _SAFE or handler.opt.get("csrf") == MACHINE:
        return
    config = web_config(connection)
    if not came_from_us(connection, config=config):
        raise Forged("This request came from another site.")
    bound_to = _cookie_value(connection, handler=handler, config=config)
    given = await _given_token(connection)
    if bound_to is None or given is None or not _equal(given, token_for(bound_to, secret=config.secret)):
        raise Forged("This page was open too long. Go back, load it again and try once more.")


def came_from_us(connection: Connection, *, config: WebConfig) -> bool:
    """Judge `Sec-Fetch-Site` and `Origin`. A browser that sends neither is left to the token alone.

    Our own forms come with `Origin: null`, because our pages send no referrer: that says nothing, like no header at all.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = connection.headers.get("origin")
    return origin in (None, "null") or origin in config.origins


def token_for(cookie_value: str, *, secret: bytes) -> str:
    """Make the token that belongs to a cookie's value."""
    return hmac.new(secret, b"csrf:" + cookie_value.encode(), hashlib.sha256).hexdigest()


def form_token(connection: Connection) -> str:
    """Give the token for the forms of the page that is being made.

    A browser without any cookie gets a visit cookie with this answer: `new_visit` hands its value to the response.
    """
    config = web_config(connection)
    handler: BaseRouteHandler | None = connection.scope.get("route_handler")
    bound_to = _cookie_value(connection, handler=handler, config=config)
    if bound_to is None:
        value = new_visit(connection) or new_value()
        connection.scope["state"][_NEW_VISIT] = value
        bound_to = _named(VISIT, value=value)
    return token_for(bound_to, secret=config.secret)


def new_visit(connection: Connection) -> str | None:
    """Give the value of the visit cookie that this answer must set; None when there is nothing to set."""
    value = connection.scope["state"].get(_NEW_VISIT)
    return value if isinstance(value, str) else None


def _cookie_value(connection: Connection, *, handler: BaseRouteHandler | None, config: WebConfig) -> str | None:
    policy = policy_of(handler) if handler is not None else None
    session: SessionCookie | None = policy.cookie if policy is not None else None
    if session is not None:
        in_session = config.cookies.read(connection, cookie=session)
        if in_session is not None:
            return _named(session, value=in_session)
    visit = config.cookies.read(connection, cookie=VISIT)
    return _named(VISIT, value=visit) if visit is not None else None


def _named(cookie: str, *, value: str) -> str:
    # The name is part of it, so that a value of one cookie is worth nothing in another.
    return f"{cookie}:{value}"


async def _given_token(connection: Connection) -> str | None:
    header = connection.headers.get(HEADER)
    if header is not None:
        return header
    return (await read_submitted(connection)).one(FIELD) if isinstance(connection, Request) else None


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
