"""The frame around every page of a person: what the service is called, and help in the same place and words (WCAG 3.2.6)."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from rms.portal.access import CODE_PAGE
from rms.portal.behind import Whose
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.guard import Policy, SignInFirst
from rms.web.pages import Frame, Link, go_to, html

FRAME: Final = Frame(
    name="Your follow-up",
    touch=True,
    footer=(
        Link(text="Help", href="/help"),
        Link(text="How we keep your details safe", href="/help/privacy"),
        Link(text="Accessibility", href="/help/accessibility"),
    ),
)
_Request = Request[Any, Any, Any]


class ClosedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/closed.html`: the visit is over, or there is none."""


def opt_for(policy: Policy) -> dict[str, Any]:
    """What every handler of this room carries."""
    return {"policy": policy, "frame": FRAME}


def show(
    request: _Request,
    *,
    template: str,
    page: msgspec.Struct,
    title: str,
    status: int = 200,
    cookies: Sequence[Cookie] = (),
) -> Response[Any]:
    """Render a page of this room."""
    return html(
        request, template=f"portal/{template}", page=page, title=title, status=status, frame=FRAME, cookies=cookies
    )


def welcomed(of: Whose) -> Whose:
    """Close every page of somebody who may have died or wants no messages, also in a visit that still runs."""
    if not of.welcome:
        raise SignInFirst(go_to=None)
    return of


def closed(request: _Request, error: SignInFirst) -> Response[Any]:
    """A page that needs a code sends there; else there is no visit, or it is over: how to go on, for every page."""
    if error.go_to == CODE_PAGE:
        return go_to(f"{CODE_PAGE}?for=contact" if request.url.path.startswith("/contact") else CODE_PAGE)
    gone = web_config(request).cookies.end(SessionCookie.PERSON)
    return show(
        request, template="closed.html", page=ClosedPage(), title="This page has closed", status=401, cookies=[gone]
    )
