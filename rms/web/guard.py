"""Deny by default. Every handler names a policy in `opt`; a handler without one stops the start and answers nobody.

Web stands below the rooms that know staff, people and permissions, so a policy is opaque here: an object that looks at
the connection and gives a verdict. There are no path patterns anywhere: one that is too wide opens a door silently.

    @get("/plans/{plan:int}", opt={"policy": may(Permission.PLAN_VIEW)})   # `may` comes from a room above
    @get("/sign-in", opt={"policy": PUBLIC})                               # everybody, said aloud
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute

from rms.errors import NotAllowed, NotFound, RmsError
from rms.web.cookies import SessionCookie

Connection = ASGIConnection[Any, Any, Any, Any]


class Standing(StrEnum):
    """What a policy says about one request."""

    ALLOWED = "allowed"
    SIGN_IN_FIRST = "sign_in_first"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's answer. `go_to` is the page that lets somebody in, and is read for `sign_in_first` only."""

    standing: Standing
    go_to: str | None = None


ALLOWED = Verdict(standing=Standing.ALLOWED)


@runtime_checkable
class Policy(Protocol):
    """What every handler carries as `opt["policy"]`.

    `cookie` says which session the route lives in, None for none: forgery tokens are bound to it. `allows` may read the
    session from the database; it runs once for each request, before the handler and before any body is read.
    """

    @property
    def name(self) -> str:
        """The name in the reviewed table of routes."""
        ...

    @property
    def cookie(self) -> SessionCookie | None: ...

    async def allows(self, connection: Connection) -> Verdict: ...


class _Public(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody may; there is no session."""

    name: str = "public"
    cookie: SessionCookie | None = None

    async def allows(self, connection: Connection) -> Verdict:
        del connection
        return ALLOWED


PUBLIC: Policy = _Public()


class SignInFirst(RmsError):
    """There is no session, or it has ended. `go_to` is where a browser is sent."""

    def __init__(self, *, go_to: str | None) -> None:
        super().__init__("Sign in first.")
        self.go_to = go_to


class RouteWithoutPolicy(RmsError):
    """A programming error that stops the start: somebody added a handler and did not say who may use it."""


class RouteLine(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One route and method, for the matrix of who may do what. `policy` is a name, None when it is missing."""

    path: str
    method: str
    policy: str | None
    handler: str


def policy_of(handler: BaseRouteHandler) -> Policy | None:
    """Give the policy a handler carries; None when it has none or something that is not a policy."""
    found = handler.opt.get("policy")
    return found if isinstance(found, Policy) else None


async def demand_policy(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request through only when its handler's policy says so; the application's first guard.

    Raises SignInFirst, NotAllowed or NotFound. Litestar's own OPTIONS handlers carry no policy and are not found: we
    serve no other origin, so nobody needs them.
    """
    policy = policy_of(handler)
    if policy is None:
        raise NotFound("No such page.")
    verdict = await policy.allows(connection)
    if verdict.standing is Standing.ALLOWED:
        return
    if verdict.standing is Standing.SIGN_IN_FIRST:
        raise SignInFirst(go_to=verdict.go_to)
    if verdict.standing is Standing.NOT_FOUND:
        raise NotFound("No such page.")
    raise NotAllowed("You may not do this.")


def walk_routes(app: Litestar) -> tuple[RouteLine, ...]:
    """List every path and method the application answers, in order, without the automatic OPTIONS."""
    return tuple(sorted(_lines(app)))


def assert_every_route_has_a_policy(app: Litestar) -> None:
    """Refuse to start with an open door. Raises RouteWithoutPolicy, naming every route that lacks a policy."""
    open_doors = [line for line in walk_routes(app) if line.policy is None]
    if open_doors:
        names = ", ".join(f"{line.method} {line.path} ({line.handler})" for line in open_doors)
        raise RouteWithoutPolicy(f"These routes do not say who may use them: {names}. Put a policy into `opt`.")


def _lines(app: Litestar) -> Iterator[RouteLine]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods):
                    if not _is_automatic(handler):
                        yield _line(route.path, method=str(method), handler=handler)
        else:
            # Mounted ASGI applications and websockets are doors as well.
            yield _line(route.path, method=str(route.scope_type.value), handler=route.route_handler)


def _is_automatic(handler: BaseRouteHandler) -> bool:
    # Litestar adds an OPTIONS handler to every path; it tells the methods and nothing else.
    return getattr(handler.fn, "__module__", "") == HTTPRoute.__module__


def _line(path: str, *, method: str, handler: BaseRouteHandler) -> RouteLine:
    policy = policy_of(handler)
    name = policy.name if policy is not None else None
    kind = "" if isinstance(handler, HTTPRouteHandler) else f" [{type(handler).__name__}]"
    return RouteLine(path=path, method=method, policy=name, handler=f"{handler.handler_name}{kind}")
