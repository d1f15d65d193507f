"""`/downtime`: the newest list of each of my teams, its file, and a new one now."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.downtime.doors import make_now
from rms.caseload.downtime.presenters import present_downtime
from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.db.database import Database
from rms.messages.downtime import list_behind, newest_lists
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import teams
from rms.web.pages import go_to, html

_Request = Request[Any, Any, Any]
_VIEW = may_do(Permission.PERSON_VIEW)


@get("/downtime", opt={"policy": _VIEW})
async def show_lists(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """When the newest list of each of my teams was made. It names nobody; the file does."""
    async with looking(request, database) as look:
        organisation_id = look.asks.organisation_id
        mine = [one for one in await teams(look.tx, organisation_id=organisation_id) if one.id in look.asks.team_ids]
        newest = await newest_lists(look.tx, organisation_id=organisation_id, team_ids=look.asks.team_ids)
        await look.at(verb="downtime.lists", subject_kind="list")
        said = "A new list is made. Open it to print it." if "made" in request.query_params else ""
        page = present_downtime(mine, newest=newest, today=look.tx.today, said=said)
    return html(
        request, template="caseload/downtime.html", page=page, title="Downtime list", frame=staff_frame(request)
    )


@get("/downtime/{ref:uuid}/pdf", opt={"policy": _VIEW})
async def give_list(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[bytes]:
    """The list to print. Whoever gets it has seen everybody on it, and the audit says so."""
    async with looking(request, database) as look:
        kept, pdf = await list_behind(
            look.tx, organisation_id=look.asks.organisation_id, team_ids=look.asks.team_ids, ref=ref
        )
        await look.at(verb="downtime.look", subject_kind="downtime_list", shown=kept.shown)
    named = {"content-disposition": f'inline; filename="downtime-{kept.for_on.isoformat()}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=named)


@post("/downtime/{key:str}", opt={"policy": _VIEW})
async def make_one(request: _Request, database: NamedDependency[Database], key: FromPath[str]) -> Response[Any]:
    """A new list now; the one of the night stays."""
    await make_now(database, asks=asker(request), key=key)
    return go_to("/downtime?made=1")


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_lists, give_list, make_one)
