"""`/set-up/people`: who may sign in, one by one and several at once."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.people import doors
from rms.caseload.set_up.people.forms import (
    ADD,
    CHANGE,
    CODE,
    WhatForSeveral,
    faults_of_places,
    places_in,
    said,
    several_form,
)
from rms.caseload.set_up.people.giving import present_code, present_codes, present_end
from rms.caseload.set_up.people.presenters import (
    NOTHING,
    PATH,
    PersonPage,
    present_people,
    present_person,
)
from rms.caseload.set_up.people.store import in_hand, member, members
from rms.db.database import Database
from rms.errors import BadInput, Conflict, Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.staff import NewStaff
from rms.people.store import TeamOnFile, teams
from rms.settings import Settings
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_SEE: Final = may_do(Permission.SET_UP_CODE_GIVE)
_MANAGE: Final = may_do(Permission.USER_MANAGE)
_ERRORS: Final = (Refused, Conflict, BadInput)


@get(PATH, opt={"policy": _SEE})
async def show_people(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """Everybody, or those of one's teams."""
    return await _list(request, database, asked=dict(request.query_params))


@post(f"{PATH}/several", opt={"policy": _MANAGE})
async def take_several(
    request: _Request, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[Any]:
    """Codes, a way back, or a team for several."""
    typed, asks = await read_submitted(request), asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        refs = [str(one.ref) for one in await members(tx, asks=asks)]
        keys = [team.key for team in await teams(tx, organisation_id=asks.organisation_id)]
    parsed = several_form(refs, teams=keys).read(typed)
    errors = parsed.errors
    if parsed.value is not None:
        chosen = parsed.value
        try:
            given = await doors.for_several(
                database,
                asks=asks,
                chosen=[UUID(ref) for ref in chosen.chosen],
                what=WhatForSeveral(chosen.what),
                team=chosen.team,
            )
            return _codes(request, given, settings) if given else go_to(f"{PATH}?done=team")
        except _ERRORS as refused:
            errors = said("team" if chosen.what == WhatForSeveral.TEAM else "what", str(refused))
    asked = {name: typed.one(name) for name in ("state", "in_team")}
    asked["team"] = asked.pop("in_team")
    return await _list(request, database, asked=asked, typed=typed, errors=errors)


@get(f"{PATH}/add", opt={"policy": _MANAGE})
async def show_add(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The form for somebody new."""
    page, _ = await _person(request, database, ref=None)
    return _show_person(request, page)


@post(f"{PATH}/add", opt={"policy": _MANAGE})
async def take_add(
    request: _Request, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[Any]:
    """Let somebody in, and show their code once."""
    typed = await read_submitted(request)
    _, known = await _person(request, database, ref=None)
    parsed, places = ADD.read(typed), places_in(typed, known)
    errors = parsed.errors
    if parsed.value is not None and not (errors := faults_of_places(parsed.value.role, places, known)):
        try:
            new = await doors.admit(database, asks=asker(request), new=parsed.value, places=places)
            return _codes(request, (new,), settings)
        except _ERRORS as refused:
            errors = said("sign_in_name", str(refused))
    page, _ = await _person(request, database, ref=None, typed=typed, errors=errors)
    return _show_person(request, page)


@get(f"{PATH}/{{ref:uuid}}", opt={"policy": _MANAGE})
async def show_person(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One of them."""
    page, _ = await _person(request, database, ref=ref)
    return _show_person(request, page)


@post(f"{PATH}/{{ref:uuid}}", opt={"policy": _MANAGE})
async def take_change(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Another name, role or team."""
    typed = await read_submitted(request)
    _, known = await _person(request, database, ref=ref)
    parsed, places = CHANGE.read(typed), places_in(typed, known)
    errors = parsed.errors
    if parsed.value is not None and not (errors := faults_of_places(parsed.value.role, places, known)):
        try:
            await doors.change(database, asks=asker(request), ref=ref, to=parsed.value, places=places)
            return go_to(f"{PATH}?done=changed")
        except _ERRORS as refused:
            errors = said("role", str(refused))
    page, _ = await _person(request, database, ref=ref, typed=typed, errors=errors)
    return _show_person(request, page)


@get(f"{PATH}/{{ref:uuid}}/end", opt={"policy": _MANAGE})
async def show_end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What follows when somebody's access ends."""
    return await _end_page(request, database, ref=ref)


@post(f"{PATH}/{{ref:uuid}}/end", opt={"policy": _MANAGE})
async def take_end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """It ends."""
    try:
        await doors.end(database, asks=asker(request), ref=ref)
    except Refused as refused:
        return await _end_page(request, database, ref=ref, errors=said("end", str(refused)))
    return go_to(f"{PATH}?done=ended")


@get(f"{PATH}/{{ref:uuid}}/code", opt={"policy": _SEE})
async def show_code(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """Before somebody's account begins anew."""
    return await _code_page(request, database, ref=ref)


@post(f"{PATH}/{{ref:uuid}}/code", opt={"policy": _SEE})
async def take_code(
    request: _Request, database: NamedDependency[Database], settings: NamedDependency[Settings], ref: FromPath[UUID]
) -> Response[Any]:
    """A new code, shown once."""
    parsed = CODE.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            new = await doors.give_code(database, asks=asker(request), ref=ref, asked=parsed.value)
            return _codes(request, (new,), settings)
        except Refused as refused:
            errors = said("checked", str(refused))
    return await _code_page(request, database, ref=ref, typed=parsed.typed, errors=errors)


async def _list(
    request: _Request, database: Database, *, asked: dict[str, str], typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        page = present_people(
            await members(tx, asks=asks), teams=await teams(tx, organisation_id=asks.organisation_id), asks=asks, asked=asked,
            today=tx.today, typed=typed, errors=errors,
        )  # fmt: skip
    return html(request, template="caseload/set_up/people.html", page=page, title="People and access",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _person(
    request: _Request,
    database: Database,
    *,
    ref: UUID | None,
    typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> tuple[PersonPage, list[TeamOnFile]]:
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        one = None if ref is None else await member(tx, asks=asks, ref=ref)
        hands = None if one is None else await in_hand(tx, organisation_id=asks.organisation_id, staff_id=one.id)
        known = await teams(tx, organisation_id=asks.organisation_id)
        page = present_person(one, teams=known, hands=hands, asks=asks, today=tx.today, typed=typed,
                              errors=errors)  # fmt: skip
    return page, known


def _show_person(request: _Request, page: PersonPage) -> Response[str]:
    title = "Add somebody" if page.is_new else "Somebody's access"
    return html(request, template="caseload/set_up/person.html", page=page, title=title, frame=staff_frame(request),
                status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


async def _code_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        page = present_code(await member(tx, asks=asks, ref=ref), asks=asks, typed=typed, errors=errors)
    return html(request, template="caseload/set_up/code.html", page=page, title="A new set-up code",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _end_page(
    request: _Request, database: Database, *, ref: UUID, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        one = await member(tx, asks=asks, ref=ref)
        page = present_end(
            one, hands=await in_hand(tx, organisation_id=asks.organisation_id, staff_id=one.id), errors=errors
        )
    return html(request, template="caseload/set_up/end.html", page=page, title="End somebody's access",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _codes(request: _Request, given: tuple[NewStaff, ...], settings: Settings) -> Response[str]:
    page = present_codes(given, base_url=settings.base_url)
    return html(
        request, template="caseload/set_up/codes.html", page=page, title="Set-up codes", frame=staff_frame(request)
    )


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *(
        show_people,
        take_several,
        show_add,
        take_add,
        show_person,
        take_change,
        show_end,
        take_end,
        show_code,
        take_code,
    ),
)
