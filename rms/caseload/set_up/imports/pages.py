"""`/set-up/import`: upload, check, review, approve, report. Nothing about anybody is written before the approval."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.imports.forms import LARGEST_BODY, WHAT, uploaded
from rms.caseload.set_up.imports.presenters import NOTHING, PATH, present_batch, present_import
from rms.db.database import Database
from rms.errors import BadInput, Conflict, Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.sync.imports import actions
from rms.sync.imports.model import ImportKind
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_STAGE: Final = may_do(Permission.IMPORT_STAGE)
_APPROVE: Final = may_do(Permission.IMPORT_APPROVE)


@get(PATH, opt={"policy": _STAGE})
async def show_import(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The form, and what waits for approval."""
    return await _import_page(request, database)


@post(PATH, opt={"policy": _STAGE}, request_max_body_size=LARGEST_BODY)
async def take_file(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """Read a file and keep what would become of each row."""
    asks, typed = asker(request), await read_submitted(request)
    parsed = WHAT.read(typed)
    errors = list(parsed.errors.all)
    try:
        upload = await uploaded(request)
        if parsed.value is not None:
            incoming = await actions.read(database, organisation_id=asks.organisation_id, source=upload,
                                          kind=ImportKind(parsed.value.kind))  # fmt: skip
            ref = await actions.same_waiting(database, organisation_id=asks.organisation_id, incoming=incoming)
            if ref is None:
                ref = (
                    await actions.stage(
                        database, organisation_id=asks.organisation_id, incoming=incoming, by=asks.actor
                    )
                ).ref
            return go_to(f"{PATH}/{ref}")
    except BadInput as refused:
        errors += [FieldError(field="file", message=line) for line in str(refused).splitlines()]
    return await _import_page(request, database, typed=typed, errors=FieldErrors(all=tuple(errors)))


@get(f"{PATH}/{{ref:uuid}}", opt={"policy": _STAGE})
async def show_batch(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One file: what would become of it, or what became of it."""
    return await _batch_page(request, database, ref=ref)


@post(f"{PATH}/{{ref:uuid}}/approve", opt={"policy": _APPROVE})
async def approve(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Do what was shown, all of it or nothing."""
    asks = asker(request)
    try:
        await actions.approve(database, organisation_id=asks.organisation_id, ref=ref, by=asks.actor)
    except (Conflict, Refused) as refused:
        return await _batch_page(request, database, ref=ref, errors=_said(str(refused)))
    return go_to(f"{PATH}/{ref}")


@post(f"{PATH}/{{ref:uuid}}/discard", opt={"policy": _STAGE})
async def discard(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Put it away, with nothing changed."""
    asks = asker(request)
    try:
        await actions.discard(database, organisation_id=asks.organisation_id, ref=ref, by=asks.actor)
    except Conflict as refused:
        return await _batch_page(request, database, ref=ref, errors=_said(str(refused)))
    return go_to(f"{PATH}?done=discarded")


def _said(message: str) -> FieldErrors:
    return FieldErrors(all=(FieldError(field="approve", message=message),))


async def _import_page(
    request: _Request, database: Database, *, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    asks = asker(request)
    waiting = await actions.waiting(database, organisation_id=asks.organisation_id)
    page = present_import(waiting, asks=asks, done=request.query_params.get("done", ""), typed=typed, errors=errors)
    return html(request, template="caseload/set_up/import.html", page=page, title="Import people from a file",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _batch_page(
    request: _Request, database: Database, *, ref: UUID, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    asks, asked = asker(request), request.query_params
    batch = await actions.show(database, organisation_id=asks.organisation_id, ref=ref, by=asks.actor)
    number = asked.get("page", "1")
    page = present_batch(batch, asks=asks, part=asked.get("part", ""), errors=errors,
                         page=int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1)  # fmt: skip
    return html(request, template="caseload/set_up/batch.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_import, take_file, show_batch, approve, discard)
