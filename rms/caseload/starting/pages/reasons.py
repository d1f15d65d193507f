"""`/starting/{ref}/reason` and `/starting/{ref}/back`: leaving the list with a name and a date, and coming back to it."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.starting import doors
from rms.caseload.starting.forms.reasons import read_reason
from rms.caseload.starting.pages.common import AnyRequest, in_hand, stopped
from rms.caseload.starting.presenters.reasons import ReasonPage, present_reason
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_START = may_do(Permission.PLAN_START)


@get("/starting/{ref:uuid}/reason", opt={"policy": _START})
async def show_reason(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """The reasons to choose from."""
    found = await in_hand(request, database, ref=ref)
    return stopped(request, found) or _page(request, present_reason(found.build))


@post("/starting/{ref:uuid}/reason", opt={"policy": _START})
async def give_reason(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Record the reason: the person leaves the list."""
    found = await in_hand(request, database, ref=ref)
    if stop := stopped(request, found):
        return stop
    sent = await read_submitted(request)
    parsed = read_reason(sent, today=found.build.today)
    if parsed.value is None:
        return _page(request, present_reason(found.build, typed=sent, errors=parsed.errors))
    reason = parsed.value
    await doors.leave_out(database, asks=asker(request), ref=ref, what=reason.what, until_on=reason.until_on,
                          note=reason.note)  # fmt: skip
    return go_to(f"/starting?left={ref}")


@post("/starting/{ref:uuid}/back", opt={"policy": _START})
async def put_back(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Take the reason back: the person is on the list again."""
    await doors.put_back(database, asks=asker(request), ref=ref)
    return go_to(f"/starting?left={ref}")


def _page(request: AnyRequest, page: ReasonPage) -> Response[str]:
    return html(request, template="caseload/starting/reason.html", page=page, title="Record why there is no plan",
                frame=staff_frame(request), status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_reason, give_reason, put_back)
