"""`/review/cases/{ref}`: one result, or the answers to one questionnaire, looked at alone and decided by a button."""

from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.alerts.moves import DecisionKind
from rms.caseload.frame import staff_frame
from rms.caseload.looking import Look, looking
from rms.caseload.people.presenters.results import Context
from rms.caseload.people.store import questionnaires_of, results_of
from rms.caseload.review import doors
from rms.caseload.review.case_presenters import NOTHING_TYPED, Known, present_case
from rms.caseload.review.case_store import also_waits, last_contacts, last_decision
from rms.caseload.review.forms import CHOICE, aside_form
from rms.caseload.review.store import around, rows_of_sitting
from rms.caseload.review.strays import asking_for
from rms.db.database import Database
from rms.errors import Conflict, Refused
from rms.followup.review.cases import Changed, show_case
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import person, treatments_of
from rms.plans.store import plans_of
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Parsed
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_DECIDE = may_do(Permission.REVIEW_DECIDE)
S = TypeVar("S", bound=msgspec.Struct)


@post("/review/one-by-one", opt={"policy": _DECIDE})
async def start(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """Open what comes first."""
    return _onward(await doors.start_cases(database, asks=asker(request)), otherwise="/review")


@get("/review/cases/{ref:uuid}", opt={"policy": may_do(Permission.RESULT_VIEW)})
async def show(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One case; it is held while it is looked at by somebody who may decide."""
    return await _case_page(request, database, ref=ref)


@post("/review/cases/{ref:uuid}/decide", opt={"policy": _DECIDE})
async def decide(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """One of the buttons, then the next case."""
    parsed = CHOICE.read(await read_submitted(request))
    if parsed.value is None:
        return await _again(request, database, ref=ref, parsed=parsed)
    kind, note, token = DecisionKind(parsed.value.kind), parsed.value.note, parsed.value.token
    return await _decided(request, database, ref=ref, token=token, kind=kind, note=note, typed=parsed.typed)


@post("/review/cases/{ref:uuid}/set-aside", opt={"policy": _DECIDE})
async def set_aside(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Put it off to a day, with the reason, then the next case."""
    async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
        today = tx.today
    parsed = aside_form(today).read(await read_submitted(request))
    if parsed.value is None:
        return await _again(request, database, ref=ref, parsed=parsed)
    wanted = parsed.value
    return await _decided(request, database, ref=ref, token=wanted.token, kind=DecisionKind.SET_ASIDE, note=wanted.why,
                          until_on=wanted.until, typed=parsed.typed)  # fmt: skip


async def _decided(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    token: UUID,
    kind: DecisionKind,
    note: str | None,
    until_on: date | None = None,
    typed: Submitted,
) -> Response[Any]:
    try:
        following, sitting = await doors.decide_case(database, asks=asker(request), ref=ref, token=token, kind=kind, note=note,
                                            until_on=until_on)  # fmt: skip
    except Changed as changed:
        return await _case_page(request, database, ref=ref, typed=typed, errors=_fault(str(changed)))
    except Conflict:
        return go_to(f"/review/cases/{ref}")
    except Refused as refused:
        return await _case_page(request, database, ref=ref, typed=typed, errors=_fault(str(refused)))
    return _onward(following, otherwise=f"/review/sessions/{sitting}")


async def _again(request: _Request, database: Database, *, ref: UUID, parsed: Parsed[S]) -> Response[str]:
    return await _case_page(request, database, ref=ref, typed=parsed.typed, errors=parsed.errors)


def _fault(words: str) -> FieldErrors:
    return FieldErrors(all=(FieldError(field="decision", message=words),))


def _onward(ref: UUID | None, *, otherwise: str) -> Response[Any]:
    return go_to(otherwise if ref is None else f"/review/cases/{ref}")


async def _case_page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        decides = look.asks.may(Permission.REVIEW_DECIDE)
        case = await show_case(look.tx, await asking_for(look.tx, look.asks), ref=ref, to_decide=decides)
        known = await _known(look, patient_id=case.candidate.patient_id, ref=ref, waits=case.candidate.waits)
        subject = case.candidate.subject
        await look.at(verb="review.look", subject_kind=subject.kind, subject_id=subject.id,
                      patient_id=case.candidate.patient_id)  # fmt: skip
        page = present_case(case, known=known, decides=decides, typed=typed, errors=errors, today=look.tx.today,
                            now=look.tx.now)  # fmt: skip
    return html(request, template="caseload/review/case.html", page=page, title=page.title, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _known(look: Look, *, patient_id: int, ref: UUID, waits: bool) -> Known:
    who: dict[str, int] = {"organisation_id": look.asks.organisation_id, "patient_id": patient_id}
    sitting = (await around(look)).sitting
    return Known(
        person=await person(look.tx, **who),
        results=tuple(await results_of(look, patient_id=patient_id)),
        context=Context(plans=tuple(await plans_of(look.tx, **who)), treatments=tuple(await treatments_of(look.tx, **who)),
                        today=look.tx.today),
        questionnaires=tuple(await questionnaires_of(look, patient_id=patient_id)),
        contacts=tuple(await last_contacts(look, patient_id=patient_id)),
        others=tuple(await also_waits(look, patient_id=patient_id, but=ref)),
        before=tuple(await rows_of_sitting(look, ref=sitting)) if sitting else (),
        sitting=f"/review/sessions/{sitting}" if sitting else None,
        decided="" if waits else await last_decision(look, ref=ref),
    )  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (start, show, decide, set_aside)
