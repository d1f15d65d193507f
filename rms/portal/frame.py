"""The frame around every page of a person: what the service is called, and help in the same place and words (WCAG 3.2.6)."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from rms.portal.access import CODE_PAGE, STOPPED, VisitEnding, ending_of
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
    """`portal/closed.html`: the visit is over, or there is none; how it ended is said as it was."""

    heading: str
    lines: tuple[str, ...]


_AGAIN: Final = "To go on, open the link in our message again and give your date of birth."
_KEPT: Final = "Every answer you saved is kept. What you were typing on this page may not be saved."
CLOSED: Final = {
    VisitEnding.STOPPED: ClosedPage(
        heading="You have stopped",
        lines=("You closed these pages yourself. Every answer you saved is kept.", _AGAIN),
    ),
    VisitEnding.IDLE: ClosedPage(
        heading="This page has closed",
        lines=("We close it after 10 minutes without a tap. This keeps your details private.", _KEPT, _AGAIN),
    ),
    VisitEnding.OVER: ClosedPage(
        heading="This page has closed",
        lines=("We close it 30 minutes after you came in. This keeps your details private.", _KEPT, _AGAIN),
    ),
    VisitEnding.ENDED: ClosedPage(
        heading="This page has closed",
        lines=("We have closed it. The link that led here may not work any more.", _KEPT,
               "If you want to go on, open the newest message from us, or call us."),
    ),
    VisitEnding.NONE: ClosedPage(
        heading="Open the link in our message",
        lines=("This page opens only with the link in a message from us. It is not open in this browser now.",
               "Open the link and give your date of birth. If you had begun, every answer you saved is kept."),
    ),
}  # fmt: skip


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
    """A page that needs a code sends there; else there is no visit, or it is over: how to go on, for every page.

    The cookie stays, so that the page says the same when it is loaded again; it opens nothing.
    """
    if error.go_to == CODE_PAGE:
        return go_to(f"{CODE_PAGE}?for=contact" if request.url.path.startswith("/contact") else CODE_PAGE)
    page = CLOSED[ending_of(request)]
    return show(request, template="closed.html", page=page, title=page.heading, status=401)


def show_last(request: _Request, *, template: str, page: msgspec.Struct, title: str) -> Response[Any]:
    """Render the last page of a visit that the person ended. What stays in the browser opens nothing: it says they stopped."""
    stopped = web_config(request).cookies.write(SessionCookie.PERSON, value=STOPPED)
    answer = show(request, template=template, page=page, title=title, cookies=[stopped])
    answer.headers["clear-site-data"] = '"cache"'
    return answer
