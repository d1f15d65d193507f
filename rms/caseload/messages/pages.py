"""`/messages`: what failed or is held, what waits, what was sent."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.messages import one_pages
from rms.caseload.messages.presenters import KIND_CHOICES, PATH, present_messages
from rms.caseload.messages.store import message_lines
from rms.caseload.worklist.asked import read_asked
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.web.pages import go_to, html


@get(PATH, opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def show_messages(request: Request[Any, Any, Any], database: NamedDependency[Database]) -> Response[Any]:
    """The messages to my teams' people."""
    asked = read_asked(request.query_params, kinds=KIND_CHOICES)
    async with listing(request, database, asked, verb="messages.look") as (look, scope):
        lines = await message_lines(look, scope, look.asked)
        page = present_messages(lines, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now)
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not lines and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled(f"Messages: {page.heading}", look.asked, total=lines[0].total if lines else 0)
    return html(request, template="caseload/messages.html", page=page, title=title, frame=frame)


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_messages, *one_pages.ROUTES)
