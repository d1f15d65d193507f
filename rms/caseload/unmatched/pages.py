"""`/unmatched`: laboratory messages that nobody could file; `/unmatched/{ref}`: one of them, read again or not ours."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.looking import looking
from rms.caseload.unmatched import doors
from rms.caseload.unmatched.code_pages import ROUTES as CODE_ROUTES
from rms.caseload.unmatched.code_store import code_question
from rms.caseload.unmatched.presenters import (
    NOTHING_TYPED,
    PATH,
    SAID,
    present_message,
    present_unmatched,
)
from rms.caseload.unmatched.store import as_it_came, message_behind, might_be, unmatched_lines
from rms.caseload.worklist.asked import read_asked
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.caseload.worklist.surroundings import surroundings
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import person
from rms.sync.hl7 import read
from rms.web.fields import a_text
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]


class Refusing(msgspec.Struct, frozen=True, kw_only=True):
    """Why a message is not ours."""

    why: str


REFUSING: Final = Form(Refusing, why=a_text(missing="Say why it is not yours", label="The reason", longest=1000))


@get(PATH, opt={"policy": may_do(Permission.RESULT_MATCH)})
async def show_unmatched(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """The messages that wait for my teams."""
    asked = read_asked(request.query_params, kinds=())
    async with listing(request, database, asked, verb="unmatched.look") as (look, scope):
        lines = await unmatched_lines(look, scope, look.asked)
        page = present_unmatched(lines, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now,
                                 said=SAID.get(request.query_params.get("done", ""), ""))  # fmt: skip
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not lines and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Laboratory messages not filed", look.asked, total=lines[0].total if lines else 0)
    return html(request, template="caseload/unmatched.html", page=page, title=title, frame=frame)


@get("/unmatched/{ref:uuid}", opt={"policy": may_do(Permission.RESULT_MATCH)})
async def show_message(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One message beside the people it might be about."""
    return await _message_page(request, database, ref=ref)


@post("/unmatched/{ref:uuid}/read-again", opt={"policy": may_do(Permission.RESULT_MATCH)})
async def read_again(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """What it waited for was corrected."""
    try:
        await doors.read_message_again(database, asks=asker(request), ref=ref)
    except Refused as refused:
        return await _message_page(request, database, ref=ref, errors=_said("read-again", refused))
    return go_to(f"{PATH}?done=read-again")


@post("/unmatched/{ref:uuid}/not-ours", opt={"policy": may_do(Permission.ALERT_CLOSE)})
async def not_ours(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """It is about nobody of ours."""
    parsed = REFUSING.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await doors.not_ours(database, asks=asker(request), ref=ref, why=parsed.value.why)
            return go_to(f"{PATH}?done=not-ours")
        except Refused as refused:
            errors = _said("why", refused)
    return await _message_page(request, database, ref=ref, typed=parsed.typed, errors=errors)


async def _message_page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    asks = asker(request)
    async with looking(request, database) as look:
        waiting = await message_behind(look.tx, asks=asks, ref=ref)
        raw = await as_it_came(look, message=waiting)
        message = read(raw.raw)
        likely, others = await might_be(look, facts=message.patient)
        who = None
        if waiting.patient_id is not None:
            who = await person(look.tx, organisation_id=asks.organisation_id, patient_id=waiting.patient_id)
        question = await code_question(look.tx, asks=asks, message=waiting)
        page = present_message(waiting, raw=raw, question=question, message=message, person=who, likely=likely,
                               others=others, asks=asks, now=look.tx.now, typed=typed, errors=errors)  # fmt: skip
        frame = worklist_frame(request, around=await surroundings(look), tx=look.tx)
        shown = {one.id for one in likely} - {waiting.patient_id}
        if shown:
            await look.at(verb="candidates.look", subject_kind="list", shown=shown)
        await look.at(
            verb="inbox.look", subject_kind="inbox", subject_id=waiting.inbox_id, patient_id=waiting.patient_id
        )
    return html(request, template="caseload/unmatched_one.html", page=page, title="Laboratory message not filed",
                frame=frame, status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _said(field: str, refused: Refused) -> FieldErrors:
    return FieldErrors(all=(FieldError(field=field, message=str(refused)),))


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_unmatched, show_message, read_again, not_ours, *CODE_ROUTES)
