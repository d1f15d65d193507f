"""`/today`, and the list behind its safety check."""

from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.downtime.presenters import missed
from rms.caseload.looking import looking
from rms.caseload.today.presenters import UNATTENDED_PATH, present_today, present_unattended
from rms.caseload.today.store import waiting_counts
from rms.caseload.today.unattended import KINDS, unattended
from rms.caseload.worklist.asked import read_asked
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.paging import titled
from rms.caseload.worklist.surroundings import known_here, scope_of, surroundings
from rms.db.database import Database
from rms.messages.downtime import newest_lists
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.web.pages import go_to, html

_Request = Request[Any, Any, Any]
_VIEW = may_do(Permission.ALERT_VIEW)


@get("/today", opt={"policy": _VIEW})
async def show_today(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """What waits for me, for my teams, or for a colleague whom I cover."""
    asked = read_asked(request.query_params, kinds=())
    async with looking(request, database, feeds_too=False) as look:
        around = await surroundings(look)
        asked = known_here(asked, around)
        counts = await waiting_counts(look, scope_of(look, asked, around))
        newest = await newest_lists(look.tx, organisation_id=look.asks.organisation_id, team_ids=look.asks.team_ids)
        await look.at(verb="today.look", subject_kind="list")
        page = present_today(counts, asked=asked, around=around, asks=look.asks, now=look.tx.now,
                             without_list=missed(around.teams, newest=newest, now=look.tx.now))  # fmt: skip
        frame = worklist_frame(request, around=around, tx=look.tx)
    return html(request, template="caseload/today.html", page=page, title="Today", frame=frame)


@get(UNATTENDED_PATH, opt={"policy": _VIEW})
async def show_unattended(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """What nobody would look at: should be nothing."""
    asked = read_asked(request.query_params, kinds=KINDS)
    async with looking(request, database, feeds_too=False) as look:
        around = await surroundings(look)
        asked = known_here(asked, around)
        found = await unattended(look, scope_of(look, asked, around), asked)
        await look.at(verb="unattended.look", subject_kind="list", shown=[one.patient_id for one in found])
        page = present_unattended(found, asked=asked, around=around, asks=look.asks, now=look.tx.now)
        frame = worklist_frame(request, around=around, tx=look.tx)
    if not found and asked.page > 1:
        return go_to(first_page(UNATTENDED_PATH, asked))
    title = titled(page.heading, asked, total=found[0].total if found else 0)
    return html(request, template="caseload/unattended.html", page=page, title=title, frame=frame)


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_today, show_unattended)
