"""`/unmatched/{ref}/code`: what a code of a sender means; the answer is checked, then given once for all messages."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.looking import Look, looking
from rms.caseload.unmatched import code_doors
from rms.caseload.unmatched.code_presenters import present_check, present_code
from rms.caseload.unmatched.code_store import (
    CodeQuestion,
    Example,
    code_question,
    codes_of,
    could_be_filed,
    examples_of,
    open_questions,
)
from rms.caseload.unmatched.presenters import PATH
from rms.caseload.unmatched.store import Waiting, message_behind
from rms.caseload.worklist.frame import worklist_frame
from rms.caseload.worklist.surroundings import surroundings
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import BadInput, Conflict, NotFound, Refused
from rms.people.access import Asker, asker, may_do
from rms.people.permissions import Permission
from rms.sync.codes import MEANINGS
from rms.web.fields import a_choice
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_MAY: Final = may_do(Permission.CODE_MAP_CHANGE)
_ONE: Final = f"{PATH}/{{ref:uuid}}/code"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the code means."""

    means: str


SAID: Final = Form(Said, means=a_choice(MEANINGS, missing="Choose what the code means"))


@get(_ONE, opt={"policy": _MAY})
async def show_code(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """The question, with messages that wait for the answer."""
    return await _code_page(request, database, ref=ref, means=request.query_params.get("means", ""))


@post(_ONE, opt={"policy": _MAY})
async def take_code(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """An answer was chosen; nothing is changed yet."""
    parsed = SAID.read(await read_submitted(request))
    if parsed.value is None:
        return await _code_page(request, database, ref=ref, errors=parsed.errors)
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await _question(tx, asks, ref)
    return go_to(f"{PATH}/{ref}/code/check?means={parsed.value.means}")


@get(f"{_ONE}/check", opt={"policy": _MAY})
async def show_check(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """What the answer does."""
    means = request.query_params.get("means", "")
    if means not in MEANINGS:
        return await _code_page(request, database, ref=ref)
    return await _check_page(request, database, ref=ref, means=means)


@post(f"{_ONE}/check", opt={"policy": _MAY})
async def take_check(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """The answer is given."""
    parsed = SAID.read(await read_submitted(request))
    if parsed.value is None:
        return await _code_page(request, database, ref=ref, errors=parsed.errors)
    try:
        await code_doors.say_what_it_means(database, asks=asker(request), ref=ref, means=parsed.value.means)
    except (Refused, BadInput, Conflict) as refused:
        errors = FieldErrors(all=(FieldError(field="means", message=str(refused)),))
        return await _code_page(request, database, ref=ref, means=parsed.value.means, errors=errors)
    return go_to(f"{PATH}?done=code")


async def _question(tx: Tx, asks: Asker, ref: UUID) -> tuple[Waiting, CodeQuestion]:
    waiting = await message_behind(tx, asks=asks, ref=ref)
    question = await code_question(tx, asks=asks, message=waiting)
    if question is None:
        raise NotFound("There is no question about a code here.")
    return waiting, question


async def _examples(look: Look, waiting: Waiting, question: CodeQuestion) -> list[Example]:
    examples = await examples_of(look.tx, asks=look.asks, message=waiting, question=question)
    await look.at(verb="inbox.look", subject_kind="list", shown={one.patient_id for one in examples})
    return examples


async def _code_page(
    request: _Request, database: Database, *, ref: UUID, means: str = "", errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    async with looking(request, database) as look:
        waiting, question = await _question(look.tx, look.asks, ref)
        examples = await _examples(look, waiting, question)
        page = present_code(
            question, examples, everyone=await open_questions(look.tx, asks=look.asks, question=question),
            path=f"{PATH}/{ref}/code", back=f"{PATH}/{ref}",
            settled="" if waiting.waits and examples else "Somebody has answered this already.", now=look.tx.now, means=means,
            errors=errors,
        )  # fmt: skip
        frame = worklist_frame(request, around=await surroundings(look), tx=look.tx)
    return html(request, template="caseload/unmatched_code.html", page=page, title="What a code means", frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _check_page(request: _Request, database: Database, *, ref: UUID, means: str) -> Response[Any]:
    async with looking(request, database) as look:
        waiting, question = await _question(look.tx, look.asks, ref)
        examples = await _examples(look, waiting, question)
        if not examples or not waiting.waits:
            return go_to(f"{PATH}/{ref}/code")
        codes = await codes_of(look.tx, asks=look.asks, question=question)
        can = could_be_filed(examples, codes=codes, code=examples[0].sent.code, analyte=means)
        page = present_check(question, examples, means=means, can=can, path=f"{PATH}/{ref}/code", errors=NO_ERRORS,
                             everyone=await open_questions(look.tx, asks=look.asks, question=question))  # fmt: skip
        frame = worklist_frame(request, around=await surroundings(look), tx=look.tx)
    return html(
        request, template="caseload/unmatched_code_check.html", page=page, title="Check what a code means", frame=frame
    )


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_code, take_code, show_check, take_check)
