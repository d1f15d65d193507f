"""`/starting/{ref}/check`: page 3 of 3, every date with why, and the button that starts the plan."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.starting import doors
from rms.caseload.starting.forms.reading import revision_of
from rms.caseload.starting.pages.common import CONFLICT, AnyRequest, InHand, in_hand, stopped
from rms.caseload.starting.presenters.check import present_check
from rms.db.database import Database
from rms.errors import Conflict, Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

TITLE: Final = "Check the plan (page 3 of 3)"


@get("/starting/{ref:uuid}/check", opt={"policy": may_do(Permission.PLAN_DRAFT)})
async def show_check(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """The whole plan before it starts."""
    found = await in_hand(request, database, ref=ref)
    return stopped(request, found) or _page(request, found)


@post("/starting/{ref:uuid}/check", opt={"policy": may_do(Permission.PLAN_START)})
async def start(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Start the plan that the page showed, and go to the person."""
    revision = revision_of(await read_submitted(request))
    try:
        person_ref = await doors.start(database, asks=asker(request), ref=ref, revision=revision)
    except (Conflict, Refused) as refusal:
        found = await in_hand(request, database, ref=ref)
        status = CONFLICT if isinstance(refusal, Conflict) else FAULTS_IN_FORM
        return stopped(request, found) or _page(request, found, refused=str(refusal), status=status)
    return go_to(f"/people/{person_ref}")


def _page(request: AnyRequest, found: InHand, *, refused: str = "", status: int = 200) -> Response[Any]:
    build = found.build
    if build.draft is None or build.offer is None:
        return go_to(f"/starting/{build.case.ref}")
    if not build.draft.is_dated:
        return go_to(f"/starting/{build.case.ref}/dates")
    page = present_check(build, draft=build.draft, offer=build.offer, refused=refused,
                         may_start=build.asks.may(Permission.PLAN_START))  # fmt: skip
    return html(request, template="caseload/starting/check.html", page=page, title=TITLE, frame=staff_frame(request),
                status=status)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_check, start)
