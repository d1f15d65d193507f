"""`/set-up/connections`: whether each works, a test that really tests, and the systems that may send to us."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.connections import doors
from rms.caseload.set_up.connections.code_presenters import present_codes
from rms.caseload.set_up.connections.forms import PEER, TAKE_BACK, TEST, Tested
from rms.caseload.set_up.connections.presenters import (
    NOTHING,
    PATH,
    Figures,
    found_peer,
    present_connections,
    present_peer,
)
from rms.caseload.set_up.connections.store import FeedFigures, codes_waiting, feed_figures, providers, register_figures
from rms.db.database import Database
from rms.errors import BadInput, Conflict, NotFound
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.sign_in.actions import Means
from rms.settings import Settings
from rms.sync.codes import codes_said
from rms.sync.finding import Finding, wrong
from rms.sync.probes import look_at_listener, look_at_notify, look_at_register, look_at_twilio
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_SEE: Final = may_do(Permission.SET_UP_VIEW)
_MANAGE: Final = may_do(Permission.PEER_MANAGE)
_PEER: Final = f"{PATH}/{{peer:int}}"


@get(PATH, opt={"policy": _SEE})
async def show_connections(
    request: _Request,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    means: NamedDependency[Means],
) -> Response[str]:
    """Each of them with its state."""
    return await _page(request, database, settings, means)


@post(f"{PATH}/test", opt={"policy": _MANAGE})
async def test_one(
    request: _Request,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    means: NamedDependency[Means],
) -> Response[str]:
    """Ask one of them something that changes nothing; the answer comes within seconds, or says that none came."""
    parsed = TEST.read(await read_submitted(request))
    if parsed.value is None:
        return await _page(request, database, settings, means, errors=parsed.errors)
    found = await _tested(Tested(parsed.value.what), settings)
    await doors.note_test(database, asks=asker(request), what=parsed.value.what, found=found)
    return await _page(request, database, settings, means, tested=found)


async def _tested(what: Tested, settings: Settings) -> Finding:
    if what is Tested.LISTENER:
        return await look_at_listener(settings.mllp_host, settings.mllp_port)
    if what is Tested.NOTIFY and settings.notify is not None:
        return await look_at_notify(settings.notify)
    if what is Tested.TWILIO and settings.twilio is not None:
        return await look_at_twilio(settings.twilio)
    if what is Tested.REGISTER and settings.register_fhir_url is not None:
        return await look_at_register(settings.register_fhir_url)
    return wrong(what.capitalize(), "it is not set up.")


@get(f"{PATH}/add", opt={"policy": _MANAGE})
async def show_add(request: _Request) -> Response[str]:
    """The form for a new sender."""
    return _peer_page(request, None)


@post(f"{PATH}/add", opt={"policy": _MANAGE})
async def take_add(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """A new sender."""
    parsed = PEER.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.add(database, asks=asker(request), peer=parsed.value)
            return go_to(f"{PATH}?done=added")
        except (BadInput, Conflict) as refused:
            errors = _said(refused)
    return _peer_page(request, None, typed=parsed.typed, errors=errors)


@get(_PEER, opt={"policy": _MANAGE})
async def show_peer(request: _Request, database: NamedDependency[Database], peer: FromPath[int]) -> Response[str]:
    """One sender."""
    return _peer_page(request, await _known(request, database, peer))


@post(_PEER, opt={"policy": _MANAGE})
async def take_peer(request: _Request, database: NamedDependency[Database], peer: FromPath[int]) -> Response[Any]:
    """By what it is known from now on."""
    known = await _known(request, database, peer)
    parsed = PEER.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.change(database, asks=asker(request), peer_id=known.id, peer=parsed.value)
            return go_to(f"{PATH}?done=changed")
        except (BadInput, Conflict) as refused:
            errors = _said(refused)
    return _peer_page(request, known, typed=parsed.typed, errors=errors)


@post(f"{_PEER}/end", opt={"policy": _MANAGE})
async def take_end(request: _Request, database: NamedDependency[Database], peer: FromPath[int]) -> Response[Any]:
    """It sends no more."""
    known = await _known(request, database, peer)
    try:
        await doors.end(database, asks=asker(request), peer_id=known.id)
    except Conflict as refused:
        return _peer_page(request, known, errors=_said(refused))
    return go_to(f"{PATH}?done=ended")


@get(f"{_PEER}/codes", opt={"policy": _MANAGE})
async def show_codes(request: _Request, database: NamedDependency[Database], peer: FromPath[int]) -> Response[str]:
    """What was said of its codes."""
    return await _codes_page(request, database, peer)


@post(f"{_PEER}/codes", opt={"policy": _MANAGE})
async def take_codes(request: _Request, database: NamedDependency[Database], peer: FromPath[int]) -> Response[Any]:
    """That one of them is not ours is taken back."""
    known = await _known(request, database, peer)
    parsed = TAKE_BACK.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.take_back(database, asks=asker(request), peer_id=known.id, line=parsed.value)
            return go_to(f"{PATH}/{known.id}/codes?done=taken-back")
        except Conflict as refused:
            errors = FieldErrors(all=(FieldError(field="line", message=str(refused)),))
    return await _codes_page(request, database, peer, errors=errors)


async def _codes_page(
    request: _Request, database: Database, peer: int, *, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    known = await _known(request, database, peer)
    async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
        lines = await codes_said(tx, peer_id=known.id)
        waiting = await codes_waiting(tx, organisation_id=asker(request).organisation_id, peer_id=known.id)
        page = present_codes(
            known, lines, waiting, done=request.query_params.get("done", ""), now=tx.now, errors=errors
        )
    return html(request, template="caseload/set_up/peer_codes.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _said(refused: Exception) -> FieldErrors:
    field = "addresses" if isinstance(refused, BadInput) else "name"
    return FieldErrors(all=(FieldError(field=field, message=str(refused)),))


async def _known(request: _Request, database: Database, peer_id: int) -> FeedFigures:
    async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
        found = found_peer(await feed_figures(tx), peer_id)
    if found is None:
        raise NotFound("There is no such system.")
    return found


def _peer_page(
    request: _Request, one: FeedFigures | None, *, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    page = present_peer(one, typed=typed, errors=errors)
    return html(request, template="caseload/set_up/peer.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _page(
    request: _Request, database: Database, settings: Settings, means: Means, *, tested: Finding | None = None,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        figures = Figures(
            feeds=tuple(await feed_figures(tx)), providers=await providers(tx, organisation_id=asks.organisation_id),
            register=await register_figures(tx, organisation_id=asks.organisation_id), settings=settings,
            sending_on=tx.sending_on, now=tx.now, real_now=means.clock.now(),
        )  # fmt: skip
    page = present_connections(
        figures, asks=asks, done=request.query_params.get("done", ""), tested=tested, errors=errors
    )
    return html(request, template="caseload/set_up/connections.html", page=page, title="Connections",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *(show_connections, test_one, show_add, take_add, show_peer, take_peer, take_end, show_codes, take_codes),
)
