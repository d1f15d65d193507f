"""`/letters`: the print queue, the PDF files one by one or together, "printed"."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload import doors
from rms.caseload.letters.presenters import PATH, present_letters
from rms.caseload.letters.store import OneOfSeveral, letter_file, several_letters, waiting_letters
from rms.caseload.looking import Look, looking
from rms.caseload.worklist.asked import ROWS_A_PAGE, read_asked
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.db.database import Database
from rms.errors import NotFound
from rms.messages.bundle import together
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_REF: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@get(PATH, opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def show_letters(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """The letters of my teams that wait to be printed."""
    return await _page(request, database)


async def _page(request: _Request, database: Database, *, errors: FieldErrors = NO_ERRORS) -> Response[Any]:
    asked, given = read_asked(request.query_params, kinds=()), request.query_params
    async with listing(request, database, asked, verb="letters.look") as (look, scope):
        letters = await waiting_letters(look, scope, look.asked)
        stopped = await _stopped(look, _refs(given.getall("stopped", [])))
        page = present_letters(letters, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now,
                               stopped=stopped, printed=given.get("printed", ""), errors=errors)  # fmt: skip
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not letters and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Letters to print", look.asked, total=letters[0].total if letters else 0)
    return html(request, template="caseload/letters.html", page=page, title=title, frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _stopped(look: Look, refs: Sequence[UUID]) -> list[OneOfSeveral]:
    """What must come out of a pile just printed; asked for only when there is any."""
    if not refs:
        return []
    found = await several_letters(look, refs)
    await look.at(verb="letters.look", subject_kind="list", shown=[one.patient_id for one in found])
    return found


@get("/letters/together", opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def give_together(request: _Request, database: NamedDependency[Database]) -> Response[bytes]:
    """Several letters as one file; what must not be printed any more is not in it."""
    async with looking(request, database) as look:
        found = await several_letters(look, _refs(request.query_params.getall("ref", [])))
        letters = [one for one in found if one.may_print]
        if not letters:
            raise NotFound("None of these letters can be printed.")
        await look.at(verb="letter.look", subject_kind="list", shown=[one.patient_id for one in letters])
    pdf = await asyncio.to_thread(together, [one.pdf for one in letters])
    named = {"content-disposition": 'inline; filename="letters.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=named)


@post("/letters/together", opt={"policy": may_do(Permission.MESSAGE_SEND)})
async def mark_together(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """They all came out of the printer: each is recorded; what was held meanwhile is named, to be taken out of the pile."""
    sent = await read_submitted(request)
    refs = _refs(sent.all("ref"))
    if sent.one("all") != "yes" or not refs:
        fault = FieldError(field="all", message="Tick the box when all of them came out of the printer")
        return await _page(request, database, errors=FieldErrors(all=(fault,)))
    stopped = await doors.letters_printed(database, asks=asker(request), refs=refs)
    said = [("printed", str(len(refs) - len(stopped))), *(("stopped", str(ref)) for ref in stopped)]
    return go_to(f"{PATH}?{urlencode(said)}")


def _refs(given: Sequence[str]) -> list[UUID]:
    """The references among what was sent, each once, no more than a page has."""
    found = dict.fromkeys(UUID(one) for one in given if _REF.fullmatch(one))
    return list(found)[:ROWS_A_PAGE]


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


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_letters, give_together, mark_together, give_file, mark_printed)
