"""`/people/{ref}/note` and `/notes`: write a note, hand a person over with one, and say that it is read."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.looking import looking
from rms.caseload.notes import doors
from rms.caseload.notes.forms import WRITING
from rms.caseload.notes.presenters import PATH, present_waiting, present_writing
from rms.caseload.notes.store import waiting_notes
from rms.caseload.people.store import person_behind
from rms.caseload.worklist.asked import address_of, read_asked, read_back
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.caseload.worklist.surroundings import surroundings
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_WRITE = may_do(Permission.NOTE_WRITE)
_UNTYPED: Final = Submitted(pairs=())


@get("/people/{ref:uuid}/note", opt={"policy": _WRITE})
async def show_writing(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """An empty note."""
    return await _writing_page(request, database, ref=ref, typed=_UNTYPED)


@post("/people/{ref:uuid}/note", opt={"policy": _WRITE})
async def write(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Keep it."""
    parsed = WRITING.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.write(database, asks=asker(request), ref=ref, note=parsed.value)
            return go_to(f"/people/{ref}#notes")
        except Refused as refused:
            errors = FieldErrors(all=(FieldError(field="to", message=str(refused)),))
    return await _writing_page(request, database, ref=ref, typed=parsed.typed, errors=errors)


@get(PATH, opt={"policy": may_do(Permission.PERSON_VIEW)})
async def show_waiting(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """What was handed over with a note and waits to be read."""
    asked = read_asked(request.query_params, kinds=())
    async with listing(request, database, asked, verb="notes.look") as (look, scope):
        before = look.tx.now - timedelta(days=look.asked.days)
        lines = await waiting_notes(look, scope, look.asked, before=before)
        said = "You have read it. It stays on the person’s page." if request.query_params.get("done") else ""
        page = present_waiting(lines, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now, said=said)
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not lines and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Notes to read", look.asked, total=lines[0].total if lines else 0)
    return html(request, template="caseload/notes/list.html", page=page, title=title, frame=frame)


@post("/notes/{ref:uuid}/read", opt={"policy": _WRITE})
async def mark_read(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Say that it is read; back to the list, or to the person when it was read there."""
    sent = await read_submitted(request)
    person_ref = await doors.mark_read(database, asks=asker(request), ref=ref)
    if sent.one("from") == "person":
        return go_to(f"/people/{person_ref}#notes")
    return go_to(address_of(PATH, read_back(sent.one("back"), kinds=()), more=[("done", "read")]))


async def _writing_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    async with looking(request, database, feeds_too=False) as look:
        them = await person_behind(look, ref=ref)
        around = await surroundings(look)
        page = present_writing(them, around=around, asks=look.asks, now=look.tx.now, typed=typed, errors=errors)
        frame = worklist_frame(request, around=around, tx=look.tx)
        await look.at(verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    return html(request, template="caseload/notes/write.html", page=page, title="Write a note", frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_writing, write, show_waiting, mark_read)
