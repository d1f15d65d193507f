"""`/letters`: the print queue, the PDF files, "printed"."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload import doors
from rms.caseload.letters.presenters import PATH, present_letters
from rms.caseload.letters.store import letter_file, waiting_letters
from rms.caseload.looking import looking
from rms.caseload.worklist.asked import read_asked
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.pages import go_to, html

_Request = Request[Any, Any, Any]


@get(PATH, opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def show_letters(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """The letters of my teams that wait to be printed."""
    asked = read_asked(request.query_params, kinds=())
    async with listing(request, database, asked, verb="letters.look") as (look, scope):
        letters = await waiting_letters(look, scope, look.asked)
        page = present_letters(letters, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now)
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not letters and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Letters to print", look.asked, total=letters[0].total if letters else 0)
    return html(request, template="caseload/letters.html", page=page, title=title, frame=frame)


@get("/letters/{ref:uuid}/pdf", opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def give_file(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[bytes]:
    """One letter as a file to print; its name says nothing about anybody."""
    async with looking(request, database) as look:
        letter = await letter_file(look, ref=ref)
        await look.at(verb="letter.look", subject_kind="letter", subject_id=letter.id, patient_id=letter.patient_id)
    named = {"content-disposition": f'inline; filename="letter-{ref}.pdf"'}
    return Response(letter.pdf, media_type="application/pdf", headers=named)


@post("/letters/{ref:uuid}/printed", opt={"policy": may_do(Permission.MESSAGE_SEND)})
async def mark_printed(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """It is on paper."""
    await doors.letter_printed(database, asks=asker(request), ref=ref)
    return go_to(PATH)


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_letters, give_file, mark_printed)
