"""`/today`."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.today.presenters import present_today
from rms.caseload.today.store import waiting_alerts, waiting_counts
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.web.pages import html


@get("/today", opt={"policy": may_do(Permission.ALERT_VIEW)})
async def show_today(request: Request[Any, Any, Any], database: NamedDependency[Database]) -> Response[str]:
    """What waits for my teams."""
    async with looking(request, database) as look:
        alerts = await waiting_alerts(look)
        counts = await waiting_counts(look)
        await look.at(verb="today.look", subject_kind="list", shown=[alert.patient_id for alert in alerts])
    page = present_today(alerts, counts=counts)
    return html(request, template="caseload/today.html", page=page, title="Today", frame=staff_frame(request))


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_today,)
