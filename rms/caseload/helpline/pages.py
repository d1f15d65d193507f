"""`/helpline`: the calls of my teams; `/people/{ref}/helpline`: a call is written down; `/helpline/{ref}`: one of them."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.helpline import doors
from rms.caseload.helpline.forms import read_call, read_step
from rms.caseload.helpline.presenters import (
    KIND_CHOICES,
    NOTHING_TYPED,
    PATH,
    present_call,
    present_contact,
    present_list,
)
from rms.caseload.helpline.store import contact_behind, contact_lines, steps_of
from rms.caseload.looking import looking
from rms.caseload.people.store import person_behind
from rms.caseload.worklist.asked import read_asked
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.caseload.worklist.surroundings import surroundings
from rms.caseload.worklist.ways import WAYS
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import contacts_in_force, person
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_VIEW = may_do(Permission.ALERT_VIEW)
_OWN = may_do(Permission.ALERT_OWN)


@get(PATH, opt={"policy": _VIEW})
async def show_list(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """The calls of my teams, open ones first."""
    asked = read_asked(request.query_params, kinds=KIND_CHOICES, ways=WAYS)
    async with listing(request, database, asked, verb="helpline.look") as (look, scope):
        lines = await contact_lines(look, scope, look.asked)
        page = present_list(lines, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now)
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not lines and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Helpline", look.asked, total=lines[0].total if lines else 0)
    return html(request, template="caseload/helpline/list.html", page=page, title=title, frame=frame)


@get("/people/{ref:uuid}/helpline", opt={"policy": _OWN})
async def show_call(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """Where a call by or about a person is written down."""
    return await _call_page(request, database, ref=ref)


@post("/people/{ref:uuid}/helpline", opt={"policy": _OWN})
async def log_call(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Write it down; then the call itself, where the next step stands."""
    sent = await read_submitted(request)
    async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
        today = tx.today
    parsed = read_call(sent, today=today)
    if parsed.value is None:
        return await _call_page(request, database, ref=ref, typed=sent, errors=parsed.errors)
    return go_to(f"{PATH}/{await doors.log_call(database, asks=asker(request), ref=ref, call=parsed.value)}")


@get("/helpline/{ref:uuid}", opt={"policy": _VIEW})
async def show_contact(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One call with what happened after it."""
    return await _contact_page(request, database, ref=ref)


@post("/helpline/{ref:uuid}/step", opt={"policy": _OWN})
async def take_step(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """What happened next."""
    asks, sent = asker(request), await read_submitted(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        today = tx.today
    parsed = read_step(sent, today=today, may_end=asks.may(Permission.ALERT_CLOSE))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.take_step(database, asks=asks, ref=ref, step=parsed.value)
            return go_to(f"{PATH}/{ref}")
        except Refused as refused:
            errors = FieldErrors(all=(FieldError(field="what", message=str(refused)),))
    return await _contact_page(request, database, ref=ref, typed=sent, errors=errors)


async def _call_page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        them = await person_behind(look, ref=ref)
        details = await contacts_in_force(look.tx, organisation_id=them.organisation_id, patient_id=them.id)
        page = present_call(them, details=details, today=look.tx.today, typed=typed, errors=errors)
        frame = worklist_frame(request, around=await surroundings(look), tx=look.tx)
        await look.at(verb="helpline.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    return html(request, template="caseload/helpline/call.html", page=page, title="Write down a call", frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _contact_page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        one = await contact_behind(look, ref=ref)
        them = await person(look.tx, organisation_id=look.asks.organisation_id, patient_id=one.patient_id)
        page = present_contact(one, them=them, steps=await steps_of(look, contact_id=one.id), asks=look.asks, now=look.tx.now,
                               typed=typed, errors=errors)  # fmt: skip
        frame = worklist_frame(request, around=await surroundings(look), tx=look.tx)
        await look.at(verb="helpline.look", subject_kind="helpline", subject_id=one.id, patient_id=one.patient_id)
    return html(request, template="caseload/helpline/contact.html", page=page, title=f"Call: {page.title}", frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_list, show_call, log_call, show_contact, take_step)
