"""From a presenter to an answer: the frame around every page, the forgery token, the visit cookie, the status.

    return html(request, template="portal/check.html", page=presented, title="Check your answers")

A template gets two names: `page`, the presenter, and `shell`, the frame. It calls nothing and decides nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from rms.web.config import web_config
from rms.web.cookies import VISIT
from rms.web.csrf import form_token, new_visit
from rms.web.jinja import Pages, render

_KEY: Final = "web_pages"
FAULTS_IN_FORM: Final = 422


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link in the frame; `current` marks the part of the service one is in."""

    text: str
    href: str
    current: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds the pages of one face. People get PLAIN; a face for staff adds navigation and who is signed in.

    `sign_out` is the address a button posts to. `wide` lets lists use the whole window. `name` is what this face calls
    the service, where that is another name. `touch` makes everything to press as high as a thumb is wide. A route with
    `opt={"frame": ...}` has it around its error pages too.
    """

    home: str | None = None
    navigation: tuple[Link, ...] = ()
    account: str | None = None
    sign_out: str | None = None
    footer: tuple[Link, ...] = ()
    footer_note: str | None = None
    wide: bool = False
    name: str | None = None
    touch: bool = False


PLAIN: Final = Frame()


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """What `layout.html` reads."""

    title: str
    service_name: str
    demo: bool
    csrf_token: str
    frame: Frame


def html(
    request: Request[Any, Any, Any],
    *,
    template: str,
    page: msgspec.Struct,
    title: str,
    status: int = 200,
    frame: Frame = PLAIN,
    cookies: Sequence[Cookie] = (),
) -> Response[str]:
    """Render a page. Status 422 means that the form came back with faults, and the title says so first."""
    config = web_config(request)
    shell = Shell(
        title=f"Error: {title}" if status == FAULTS_IN_FORM else title,
        service_name=frame.name or config.service_name,
        demo=config.demo,
        csrf_token=form_token(request),
        frame=frame,
    )
    text = render(pages_of(request), template=template, context={"page": page, "shell": shell})
    visit = new_visit(request)
    visit_cookie = (config.cookies.write(VISIT, value=visit),) if visit is not None else ()
    return Response(text, media_type=MediaType.HTML, status_code=status, cookies=[*cookies, *visit_cookie])


def go_to(path: str, *, cookies: Sequence[Cookie] = ()) -> Redirect:
    """Send the browser to a page of ours with GET. Raises ValueError for any address that could be somebody else's."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(ord(char) < 32 for char in path):
        raise ValueError("Redirects go to our own pages only.")
    return Redirect(path, status_code=303, cookies=list(cookies))


def pages_of(request: Request[Any, Any, Any]) -> Pages:
    """Find the templates from any request."""
    found = request.app.state[_KEY]
    assert isinstance(found, Pages)
    return found


def remember(state: Any, *, pages: Pages) -> None:
    """Leave the templates where `pages_of` finds them."""
    state[_KEY] = pages
