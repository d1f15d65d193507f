"""`/set-up/teams`."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.teams import doors
from rms.caseload.set_up.teams.forms import KEY, TEAM
from rms.caseload.set_up.teams.presenters import NOTHING, PATH, present_team, present_teams
from rms.caseload.set_up.teams.store import team_counts
from rms.db.database import Database
from rms.errors import BadInput, Conflict, NotFound
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import organisation, team_by_key, teams
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_POLICY: Final = may_do(Permission.TEAM_MANAGE)


@get(PATH, opt={"policy": _POLICY})
async def show_teams(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """All teams."""
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        page = present_teams(
            await teams(tx, organisation_id=here), counts=await team_counts(tx, organisation_id=here),
            organisation=await organisation(tx, here), done=request.query_params.get("done", ""),
        )  # fmt: skip
    return html(request, template="caseload/set_up/teams.html", page=page, title="Teams", frame=staff_frame(request))


@get(f"{PATH}/add", opt={"policy": _POLICY})
async def show_add(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The form for a new team."""
    return await _form(request, database, key=None)


@post(f"{PATH}/add", opt={"policy": _POLICY})
async def take_add(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """A new team."""
    typed = await read_submitted(request)
    named, parsed = KEY.read(typed), TEAM.read(typed)
    errors = FieldErrors(all=(*parsed.errors.all, *named.errors.all))
    if parsed.value is not None and named.value is not None:
        try:
            await doors.add(database, asks=asker(request), key=named.value.key.casefold(), team=parsed.value)
            return go_to(f"{PATH}?done=added")
        except (BadInput, Conflict) as refused:
            errors = FieldErrors(all=(FieldError(field="key", message=str(refused)),))
    return await _form(request, database, key=None, typed=typed, errors=errors)


@get(f"{PATH}/{{key:str}}", opt={"policy": _POLICY})
async def show_team(request: _Request, database: NamedDependency[Database], key: FromPath[str]) -> Response[str]:
    """One team."""
    return await _form(request, database, key=key)


@post(f"{PATH}/{{key:str}}", opt={"policy": _POLICY})
async def take_team(request: _Request, database: NamedDependency[Database], key: FromPath[str]) -> Response[Any]:
    """How it is called and reached from now on."""
    parsed = TEAM.read(await read_submitted(request))
    if parsed.value is None:
        return await _form(request, database, key=key, typed=parsed.typed, errors=parsed.errors)
    await doors.change(database, asks=asker(request), key=key, team=parsed.value)
    return go_to(f"{PATH}?done=changed")


async def _form(
    request: _Request,
    database: Database,
    *,
    key: str | None,
    typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        one = None if key is None else await team_by_key(tx, organisation_id=here, key=key)
        if key is not None and one is None:
            raise NotFound("There is no such team.")
        page = present_team(one, organisation=await organisation(tx, here), typed=typed, errors=errors)
    return html(request, template="caseload/set_up/team.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_teams, show_add, take_add, show_team, take_team)
