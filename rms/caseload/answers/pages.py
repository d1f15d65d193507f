"""`/questionnaires/{ref}`: all questions on one page, filled in with the person on the telephone, asked before or not."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.answers.doors import answers_by_telephone, begin_by_telephone
from rms.caseload.answers.presenters import present_answers
from rms.caseload.answers.store import sheet_behind
from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import person
from rms.questionnaires.forms import NOTHING_TYPED
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_ENTER = may_do(Permission.ANSWERS_ENTER)
_SAID: Final = {"saved": "Saved. Nothing is sent yet.", "sent": "Sent. The answers wait for a review."}


@get("/questionnaires/{ref:uuid}", opt={"policy": _ENTER})
async def show_questions(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """The questions with what was answered by now."""
    return await _page(request, database, ref=ref)


@post("/questionnaires/{ref:uuid}", opt={"policy": _ENTER})
async def keep_answers(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Keep what was said; with "send" and nothing missing, send it."""
    sent = await read_submitted(request)
    send = sent.one("do") == "send"
    errors = await answers_by_telephone(database, asks=asker(request), ref=ref, sent=sent, send=send)
    if errors:
        return await _page(request, database, ref=ref, sent=sent, errors=errors)
    return go_to(f"/questionnaires/{ref}?done={'sent' if send else 'saved'}")


@post("/steps/{ref:uuid}/by-telephone", opt={"policy": _ENTER})
async def begin(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """The person is on the telephone: open what is not asked yet."""
    return go_to(f"/questionnaires/{await begin_by_telephone(database, asks=asker(request), step=ref)}")


async def _page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    sent: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        sheet = await sheet_behind(look.tx, asks=look.asks, ref=ref)
        one = sheet.assignment
        who = await person(look.tx, organisation_id=one.organisation_id, patient_id=one.patient_id)
        await look.at(verb="assignment.look", subject_kind="assignment", subject_id=one.id, patient_id=one.patient_id)
        page = present_answers(who, sheet, today=look.tx.today, sent=sent, errors=errors,
                               said=_SAID.get(request.query_params.get("done", ""), ""))  # fmt: skip
    return html(request, template="caseload/answers.html", page=page, title="Fill in by telephone",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_questions, keep_answers, begin)
