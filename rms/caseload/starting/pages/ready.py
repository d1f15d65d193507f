"""`/starting`: who is ready for follow-up."""

from typing import Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.looking import Look, looking
from rms.caseload.starting.forms.wanted import read_wanted
from rms.caseload.starting.pages.common import AnyRequest, may_leave_out
from rms.caseload.starting.presenters.ready import present_ready, title_of
from rms.caseload.starting.store import CaseInHand, case_behind, ready_list, sites_of_teams
from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile, person
from rms.web.pages import html


@get("/starting", opt={"policy": may_do(Permission.PLAN_DRAFT)})
async def show_ready(request: AnyRequest, database: NamedDependency[Database]) -> Response[str]:
    """The people of my teams' tumour sites without a plan, the treatment that ended first on top."""
    async with looking(request, database) as look:
        sites = await sites_of_teams(look.tx, asks=look.asks)
        wanted = read_wanted(request.query_params, sites=sites)
        found = await ready_list(look, wanted=wanted)
        left = await _left(look, text=request.query_params.get("left", ""))
        shown = [one.patient_id for one in found.people] + ([left[1].id] if left else [])
        await look.at(verb="starting.list", subject_kind="list", shown=shown)
        today = look.tx.today
    page = present_ready(found, wanted=wanted, sites=sites, left=left, may_leave_out=may_leave_out(look.asks),
                         may_add=look.asks.may(Permission.PERSON_ADD), today=today)  # fmt: skip
    return html(request, template="caseload/starting/ready.html", page=page, title=title_of(found, wanted=wanted),
                frame=staff_frame(request))  # fmt: skip


async def _left(look: Look, *, text: str) -> tuple[CaseInHand, PersonOnFile] | None:
    """Somebody who was put on or off the list just now; nobody when the address is old or not ours."""
    try:
        case = await case_behind(look.tx, asks=look.asks, ref=UUID(text))
    except (ValueError, NotFound):
        return None
    return case, await person(look.tx, organisation_id=look.asks.organisation_id, patient_id=case.patient_id)


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_ready,)
