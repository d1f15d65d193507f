"""What surrounds every staff page: the parts of the service one may use, who is signed in, and the way out."""

from typing import Any

from litestar import Request

from rms.people.access import Asker, asker
from rms.people.permissions import Permission
from rms.web.pages import Frame, Link

_BELOW = "caseload_below"

_PARTS = (
    ("Today", "/today", Permission.ALERT_VIEW),
    ("Escalated", "/escalated", Permission.ALERT_OVERSEE),
    ("Review", "/review", Permission.RESULT_VIEW),
    ("People", "/people", Permission.PERSON_VIEW),
    ("Starting", "/starting", Permission.PLAN_DRAFT),
    ("Helpline", "/helpline", Permission.ALERT_VIEW),
    ("Letters", "/letters", Permission.MESSAGE_VIEW),
    ("Set up", "/set-up", Permission.SET_UP_VIEW),
    ("Account", "/account", Permission.OWN_ACCOUNT),
)


def staff_frame(request: Request[Any, Any, Any]) -> Frame:
    """The frame for whoever asks; `current` is the part whose address the page lies below."""
    asks = asker(request)
    return Frame(home="/", navigation=_navigation(asks, path=request.url.path), account=asks.name,
                 sign_out="/sign-out", wide=True, footer_note=request.scope["state"].get(_BELOW))  # fmt: skip


def say_below(request: Request[Any, Any, Any], *, words: str) -> None:
    """What the foot of the page says about the laboratory feeds, once somebody has read it."""
    request.scope["state"][_BELOW] = words


def _navigation(asks: Asker, *, path: str) -> tuple[Link, ...]:
    return tuple(
        Link(text=text, href=href, current=path == href or path.startswith(f"{href}/"))
        for text, href, permission in _PARTS
        if asks.may(permission)
    )
