"""`/late`: what has not come back; `/late/{ref}/contact`: what came of calling about one of it."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.late import doors
from rms.caseload.late.forms import (
    ASKS_AGAIN,
    DEATH,
    DECLINES,
    ContactOutcome,
    contact_form,
    faults_of,
    faults_of_death,
)
from rms.caseload.late.presenters import KIND_CHOICES, PATH, SAID, ContactPage, present_contact, present_late
from rms.caseload.late.store import contacts_about, late_lines, step_behind
from rms.caseload.looking import looking
from rms.caseload.worklist.asked import Asked, address_of, query_of, read_asked, read_back
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
from rms.web.pages import FAULTS_IN_FORM, Frame, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_NOTHING = Submitted(pairs=())
_TITLES: Final = {
    "contact": "What came of the call?",
    "died": "Has this person died?",
    "declined": "Does this person want no follow-up?",
}


@get(PATH, opt={"policy": may_do(Permission.ALERT_VIEW)})
async def show_late(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """What my teams wait for."""
    asked = read_asked(request.query_params, kinds=KIND_CHOICES, ways=WAYS)
    done = request.query_params.get("done", "")
    async with listing(request, database, asked, verb="late.look") as (look, scope):
        lines = await late_lines(look, scope, look.asked)
        said = SAID[ContactOutcome(done)] if done in tuple(ContactOutcome) else ""
        page = present_late(lines, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now, said=said)
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not lines and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Tests late", look.asked, total=lines[0].total if lines else 0)
    return html(request, template="caseload/late.html", page=page, title=title, frame=frame)


@get("/late/{ref:uuid}/contact", opt={"policy": may_do(Permission.ALERT_OWN)})
async def show_contact(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """Whom to call, and what came of it."""
    back = query_of(read_asked(request.query_params, kinds=KIND_CHOICES, ways=WAYS))
    page, frame = await _read(request, database, ref=ref, back=back)
    return _show(request, page, frame, what="contact")


@post("/late/{ref:uuid}/contact", opt={"policy": may_do(Permission.ALERT_OWN)})
async def take_contact(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Note it; what would stop something is asked about once more."""
    typed = await read_submitted(request)
    asked = read_back(typed.one("back"), kinds=KIND_CHOICES, ways=WAYS)
    page, frame = await _read(request, database, ref=ref, back=query_of(asked), typed=typed)
    numbers = [int(one.code) for one in page.numbers]
    parsed = contact_form(numbers).read(typed)
    errors = parsed.errors
    if parsed.value is not None:
        made = parsed.value
        if made.kind in ASKS_AGAIN:
            return _show(request, page, frame, what="died" if made.kind is ContactOutcome.DIED else "declined")
        async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
            errors = faults_of(made, numbers=numbers, today=tx.today)
        if not errors:
            try:
                await doors.record_contact(database, asks=asker(request), ref=ref, made=made)
                return _back(asked, made.kind)
            except Refused as refused:
                errors = _said("on" if made.on else "outcome", refused)
    page, frame = await _read(request, database, ref=ref, back=query_of(asked), typed=typed, errors=errors)
    return _show(request, page, frame, what="contact")


@post("/late/{ref:uuid}/died", opt={"policy": may_do(Permission.ALERT_OWN)})
async def take_died(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Somebody said that the person died: everything stops until a nurse confirms it."""
    typed = await read_submitted(request)
    asked = read_back(typed.one("back"), kinds=KIND_CHOICES, ways=WAYS)
    parsed = DEATH.read(typed)
    errors = parsed.errors
    if parsed.value is not None:
        async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
            errors = faults_of_death(parsed.value, today=tx.today)
        if not errors:
            try:
                await doors.record_told_of_death(database, asks=asker(request), ref=ref, told=parsed.value)
                return _back(asked, ContactOutcome.DIED)
            except Refused as refused:
                errors = _said("note", refused)
    page, frame = await _read(request, database, ref=ref, back=query_of(asked), typed=typed, errors=errors)
    return _show(request, page, frame, what="died")


@post("/late/{ref:uuid}/declined", opt={"policy": may_do(Permission.ALERT_OWN)})
async def take_declined(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """The person wants no follow-up: a nurse is asked to talk to them."""
    typed = await read_submitted(request)
    asked = read_back(typed.one("back"), kinds=KIND_CHOICES, ways=WAYS)
    parsed = DECLINES.read(typed)
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.record_declines(database, asks=asker(request), ref=ref, declines=parsed.value)
            return _back(asked, ContactOutcome.DOES_NOT_WANT)
        except Refused as refused:
            errors = _said("note", refused)
    page, frame = await _read(request, database, ref=ref, back=query_of(asked), typed=typed, errors=errors)
    return _show(request, page, frame, what="declined")


async def _read(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    back: str,
    typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> tuple[ContactPage, Frame]:
    asks = asker(request)
    async with looking(request, database) as look:
        step = await step_behind(look.tx, asks=asks, ref=ref)
        who = {"organisation_id": asks.organisation_id, "patient_id": step.patient_id}
        page = present_contact(
            await person(look.tx, **who), step=step, details=await contacts_in_force(look.tx, **who), back=back, asks=asks,
            earlier=await contacts_about(look, step=step), now=look.tx.now, typed=typed, errors=errors,
        )  # fmt: skip
        frame = worklist_frame(request, around=await surroundings(look), tx=look.tx)
        await look.at(verb="contact.look", subject_kind="occurrence", subject_id=step.id, patient_id=step.patient_id)
    return page, frame


def _show(request: _Request, page: ContactPage, frame: Frame, *, what: str) -> Response[str]:
    template = "caseload/contact.html" if what == "contact" else f"caseload/contact_{what}.html"
    return html(request, template=template, page=page, title=_TITLES[what], frame=frame,
                status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


def _said(field: str, refused: Refused) -> FieldErrors:
    parts = ("day",) if field == "on" else ()
    return FieldErrors(all=(FieldError(field=field, message=str(refused), parts=parts),))


def _back(asked: Asked, outcome: ContactOutcome) -> Response[Any]:
    return go_to(address_of(PATH, asked, more=[("done", outcome)]))


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_late, show_contact, take_contact, take_died, take_declined)
