"""`/escalated`: what nobody has acted on, for the service manager, who sees no records."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.escalated.presenters import PATH, present_escalated
from rms.caseload.escalated.store import escalated
from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.web.pages import html


@get(PATH, opt={"policy": may_do(Permission.ALERT_OVERSEE)})
async def show_escalated(request: Request[Any, Any, Any], database: NamedDependency[Database]) -> Response[str]:
    """What has climbed to the top."""
    async with looking(request, database) as look:
        page = present_escalated(await escalated(look), me=look.asks.staff_id, now=look.tx.now)
        await look.at(verb="escalated.look", subject_kind="list")
    return html(request, template="caseload/escalated.html", page=page, title="Escalated alerts",
                frame=staff_frame(request))  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_escalated,)
