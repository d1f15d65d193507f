"""Help, how details are kept safe, and accessibility: for everybody, and linked in the same place from every page."""

from typing import Any

from litestar import Controller, Request, Response, get

from rms.portal.access import database_of
from rms.portal.actions import greet
from rms.portal.frame import opt_for, show
from rms.portal.presenters.help import present_help
from rms.web.guard import PUBLIC

_Request = Request[Any, Any, Any]


class HelpPages(Controller):
    """`/help`."""

    path = "/help"
    opt = opt_for(PUBLIC)  # Litestar's own way to say it

    @get("/")
    async def help(self, request: _Request) -> Response[Any]:
        """Whom to call and what these pages are."""
        return await _show(request, template="help.html", title="Help")

    @get("/privacy")
    async def privacy(self, request: _Request) -> Response[Any]:
        """What we keep, why, who sees it and for how long."""
        return await _show(request, template="privacy.html", title="How we keep your details safe")

    @get("/accessibility")
    async def accessibility(self, request: _Request) -> Response[Any]:
        """What works, what we have tested, and what to do when something does not work."""
        return await _show(request, template="accessibility.html", title="Accessibility")


async def _show(request: _Request, *, template: str, title: str) -> Response[Any]:
    front = await greet(database_of(request))
    return show(request, template=template, page=present_help(front), title=title)
