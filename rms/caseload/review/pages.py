"""`/review`: the start, pages of ten in range, the summary of a sitting with undo."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.review import case_pages, doors
from rms.caseload.review.forms import left_out_in
from rms.caseload.review.presenters import present_start, present_ten
from rms.caseload.review.store import around, leaving, rows_of_sitting
from rms.caseload.review.strays import asking_for
from rms.caseload.review.summary_presenters import present_summary
from rms.db.database import Database
from rms.followup.review.queue import counts
from rms.followup.review.sittings import page_on_file
from rms.followup.review.tens import TooFast, UsedAlready
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_DECIDE = may_do(Permission.REVIEW_DECIDE)


@get("/review", opt={"policy": may_do(Permission.RESULT_VIEW)})
async def show_start(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """How much waits where."""
    async with looking(request, database) as look:
        found = await counts(look.tx, await asking_for(look.tx, look.asks))
        decides = look.asks.may(Permission.REVIEW_DECIDE)
        page = present_start(found, around=await around(look), decides=decides, now=look.tx.now)
        await look.at(verb="review.start", subject_kind="list")
    return html(request, template="caseload/review/start.html", page=page, title="Review", frame=staff_frame(request))


@post("/review/in-range", opt={"policy": _DECIDE})
async def start_ten(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """Show the next ten."""
    ref = await doors.start_ten(database, asks=asker(request))
    return go_to("/review" if ref is None else f"/review/tens/{ref}")


@get("/review/tens/{ref:uuid}", opt={"policy": _DECIDE})
async def show_ten(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One page of ten, as it was shown first."""
    return await _ten_page(request, database, ref=ref)


@post("/review/tens/{ref:uuid}/confirm", opt={"policy": _DECIDE})
async def confirm_ten(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Confirm what is on the page and was not left out, then the next ten, or the summary after the last."""
    left_out = left_out_in(await read_submitted(request))
    try:
        page, following = await doors.confirm_ten(database, asks=asker(request), ref=ref, left_out=left_out)
    except TooFast as refused:
        errors = FieldErrors(all=(FieldError(field="rows", message=str(refused)),))
        return await _ten_page(request, database, ref=ref, left_out=left_out, errors=errors)
    except UsedAlready:
        return go_to(f"/review/tens/{ref}")
    return go_to(f"/review/sessions/{page.session_ref}" if following is None else f"/review/tens/{following}")


@get("/review/sessions/{ref:uuid}", opt={"policy": _DECIDE})
async def show_summary(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What was done in a sitting, with undo while it can be undone."""
    async with looking(request, database) as look:
        rows = await rows_of_sitting(look, ref=ref)
        page = present_summary(rows, leaving=await leaving(look, ref=ref), now=look.tx.now)
        await look.at(verb="review.summary", subject_kind="list", shown=[row.patient_id for row in rows])
    return html(request, template="caseload/review/summary.html", page=page, title="What you decided",
                frame=staff_frame(request))  # fmt: skip


@post("/review/decisions/{ref:uuid}/undo", opt={"policy": _DECIDE})
async def undo(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Take one decision back."""
    sitting = await doors.undo_decision(database, asks=asker(request), ref=ref)
    return go_to("/review" if sitting is None else f"/review/sessions/{sitting}")


@post("/review/tens/{ref:uuid}/undo", opt={"policy": _DECIDE})
async def undo_ten(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Take back a whole page of ten."""
    return go_to(f"/review/sessions/{await doors.undo_ten(database, asks=asker(request), ref=ref)}")


async def _ten_page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    left_out: Collection[UUID] = (),
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        asks = look.asks
        page = await page_on_file(look.tx, organisation_id=asks.organisation_id, staff_id=asks.staff_id, ref=ref)
        before = await rows_of_sitting(look, ref=page.session_ref)
        await look.at(verb="review.look", subject_kind="list", shown=[row.patient_id for row in page.rows])
        presented = present_ten(
            page, before=before, left_out=left_out, errors=errors, today=look.tx.today, now=look.tx.now
        )
    return html(request, template="caseload/review/ten.html", page=presented, title=presented.heading,
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    show_start, start_ten, show_ten, confirm_ten, show_summary, undo, undo_ten, *case_pages.ROUTES,
)  # fmt: skip
