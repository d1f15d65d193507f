"""`/people/{ref}/needs` and `/people/{ref}/correct`."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.particulars import doors
from rms.caseload.particulars.forms import correction_form, read_needs
from rms.caseload.particulars.presenters import present_correction, present_needs
from rms.caseload.particulars.store import helper_of, keys_of
from rms.caseload.people.store import needs_of, person_behind
from rms.db.database import Database
from rms.errors import Conflict, Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_NEEDS = may_do(Permission.CONTACT_CHANGE)
_CORRECT = may_do(Permission.PERSON_ADD)


@get("/people/{ref:uuid}/needs", opt={"policy": _NEEDS})
async def show_needs(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What stands on file."""
    return await _needs_page(request, database, ref=ref)


@post("/people/{ref:uuid}/needs", opt={"policy": _NEEDS})
async def say_needs(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Keep what was said."""
    parsed = read_needs(await read_submitted(request))
    if parsed.value is None:
        return await _needs_page(request, database, ref=ref, typed=parsed.typed, errors=parsed.errors)
    await doors.say_needs(database, asks=asker(request), ref=ref, said=parsed.value)
    return go_to(f"/people/{ref}#contact")


@get("/people/{ref:uuid}/correct", opt={"policy": _CORRECT})
async def show_correction(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """Who they are on file."""
    return await _correction_page(request, database, ref=ref)


@post("/people/{ref:uuid}/correct", opt={"policy": _CORRECT})
async def correct(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Put it right."""
    sent = await read_submitted(request)
    async with database.transaction() as tx:
        today = tx.today
    parsed = correction_form(today=today).read(sent)
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.correct(database, asks=asker(request), ref=ref, to=parsed.value)
            return go_to(f"/people/{ref}")
        except Refused as refused:
            errors = FieldErrors(all=(FieldError(field="nhs_number", message=str(refused)),))
        except Conflict as conflict:
            field = "hospital_number" if "hospital number" in str(conflict) else "nhs_number"
            errors = FieldErrors(all=(FieldError(field=field, message=str(conflict)),))
    return await _correction_page(request, database, ref=ref, typed=sent, errors=errors)


async def _needs_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted | None = None, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    async with looking(request, database) as look:
        them = await person_behind(look, ref=ref)
        page = present_needs(
            them, needs=await needs_of(look, patient_id=them.id), helper=await helper_of(look, patient_id=them.id),
            today=look.tx.today, typed=typed, errors=errors,
        )  # fmt: skip
        await look.at(verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    return html(request, template="caseload/particulars/needs.html", page=page, title="Language, needs and help",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _correction_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted | None = None, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    async with looking(request, database) as look:
        them = await person_behind(look, ref=ref)
        keys = await keys_of(look, patient_id=them.id)
        page = present_correction(them, keys=keys, today=look.tx.today, typed=typed, errors=errors)
        await look.at(verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    return html(request, template="caseload/particulars/correct.html", page=page, title="Put right who they are",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_needs, say_needs, show_correction, correct)
