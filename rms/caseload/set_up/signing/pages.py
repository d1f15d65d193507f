"""`/set-up/protocols`, `/set-up/questionnaires`: what they say, and a named clinician's sign-off for the organisation."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.signing import doors
from rms.caseload.set_up.signing.forms import SIGN_OFF, faults_of
from rms.caseload.set_up.signing.presenters import (
    NOTHING,
    PATH,
    QUESTIONNAIRES,
    present_protocol,
    present_questionnaire,
    present_signing,
)
from rms.caseload.set_up.signing.versions import held_version
from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.plans.store import protocol_by_key, protocol_versions
from rms.plans.store.migrations import count_behind
from rms.questionnaires.store import questionnaire_versions, version_by_key
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_SEE: Final = may_do(Permission.PROTOCOL_VIEW)
_SIGN: Final = may_do(Permission.PROTOCOL_APPROVE)
_PROTOCOL: Final = f"{PATH}/{{protocol:str}}/{{version:int}}"
_QUESTIONNAIRE: Final = f"{QUESTIONNAIRES}/{{questionnaire:str}}/{{version:int}}"


@get(PATH, opt={"policy": _SEE})
async def show_signing(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """Every version and who signed it."""
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        page = present_signing(
            await protocol_versions(tx, organisation_id=asks.organisation_id),
            await questionnaire_versions(tx, organisation_id=asks.organisation_id),
            asks=asks, live=tx.live, done=request.query_params.get("done", ""),
            behind=await count_behind(tx, organisation_id=asks.organisation_id, team_ids=asks.team_ids)
            if asks.may(Permission.PROTOCOL_APPROVE) else {},
        )  # fmt: skip
    return html(request, template="caseload/set_up/signing.html", page=page, title="Protocols and questionnaires",
                frame=staff_frame(request))  # fmt: skip


@get(_PROTOCOL, opt={"policy": _SEE})
async def show_protocol(
    request: _Request, database: NamedDependency[Database], protocol: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """One protocol version, whole."""
    return await _protocol_page(request, database, key=protocol, version=version)


@post(_PROTOCOL, opt={"policy": _SIGN})
async def sign_protocol(
    request: _Request, database: NamedDependency[Database], protocol: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """A clinician answers for using it here."""
    return await _signed(
        request, done=f"{PATH}?done=protocol",
        door=partial(doors.sign_protocol_off, database, asks=asker(request), key=protocol, version=held_version(version)),
        page=partial(_protocol_page, request, database, key=protocol, version=version),
    )  # fmt: skip


@get(_QUESTIONNAIRE, opt={"policy": _SEE})
async def show_questionnaire(
    request: _Request, database: NamedDependency[Database], questionnaire: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """One questionnaire version, whole."""
    return await _questionnaire_page(request, database, key=questionnaire, version=version)


@post(_QUESTIONNAIRE, opt={"policy": _SIGN})
async def sign_questionnaire(
    request: _Request, database: NamedDependency[Database], questionnaire: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """A clinician answers for asking it here."""
    return await _signed(
        request, done=f"{PATH}?done=questionnaire#questionnaires",
        door=partial(doors.sign_questionnaire_off, database, asks=asker(request), key=questionnaire,
                     version=held_version(version)),
        page=partial(_questionnaire_page, request, database, key=questionnaire, version=version),
    )  # fmt: skip


async def _signed(
    request: _Request, *, door: Callable[..., Awaitable[None]], page: Callable[..., Awaitable[Response[str]]], done: str
) -> Response[Any]:
    """Sign it off when the form is whole; else the page again, with what is wrong."""
    parsed = SIGN_OFF.read(await read_submitted(request))
    errors = parsed.errors if parsed.value is None else faults_of(parsed.value)
    if parsed.value is None or errors:
        return await page(typed=parsed.typed, errors=errors)
    await door(note=parsed.value.note)
    return go_to(done)


async def _protocol_page(
    request: _Request, database: Database, *, key: str, version: int, typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await protocol_by_key(tx, organisation_id=asks.organisation_id, key=key, version=held_version(version))
        if found is None:
            raise NotFound("There is no such protocol version.")
        page = present_protocol(found, asks=asks, live=tx.live, typed=typed, errors=errors)
    return html(request, template="caseload/set_up/read.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _questionnaire_page(
    request: _Request, database: Database, *, key: str, version: int, typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await version_by_key(tx, organisation_id=asks.organisation_id, key=key, version=held_version(version))
        if found is None:
            raise NotFound("There is no such questionnaire version.")
        page = present_questionnaire(found, asks=asks, live=tx.live, typed=typed, errors=errors)
    return html(request, template="caseload/set_up/read.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *(show_signing, show_protocol, sign_protocol, show_questionnaire, sign_questionnaire),
)
