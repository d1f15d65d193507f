"""`/set-up/leave`: who is away from when to when, and who covers."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.leave import doors
from rms.caseload.set_up.leave.forms import faults_of, leave_form
from rms.caseload.set_up.leave.presenters import NOTHING, PATH, present_leave
from rms.caseload.set_up.leave.store import colleagues, leaves
from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_POLICY: Final = may_do(Permission.LEAVE_MANAGE)


@get(PATH, opt={"policy": _POLICY})
async def show_leave(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """What is on and ahead."""
    return await _page(request, database)


@post(PATH, opt={"policy": _POLICY})
async def take_leave(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """One more."""
    typed, asks = await read_submitted(request), asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        refs, today = [str(one.ref) for one in await colleagues(tx, asks=asks)], tx.today
    parsed = leave_form(refs, today=today).read(typed)
    errors = parsed.errors
    if parsed.value is not None and not (errors := faults_of(parsed.value)):
        await doors.write_down(database, asks=asks, leave=parsed.value)
        return go_to(f"{PATH}?done=set")
    return await _page(request, database, typed=typed, errors=errors)


@post(f"{PATH}/cancel", opt={"policy": _POLICY})
async def take_cancel(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """It does not happen."""
    sent = (await read_submitted(request)).one("leave")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 19):
        raise NotFound("There is no such leave.")
    await doors.cancel(database, asks=asker(request), leave_id=int(sent))
    return go_to(f"{PATH}?done=cancelled")


async def _page(
    request: _Request, database: Database, *, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        page = present_leave(
            await leaves(tx, asks=asks), people=await colleagues(tx, asks=asks), today=tx.today,
            done=request.query_params.get("done", ""), typed=typed, errors=errors,
        )  # fmt: skip
    return html(request, template="caseload/set_up/leave.html", page=page, title="Leave and cover",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_leave, take_leave, take_cancel)
