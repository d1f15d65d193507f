"""The common part of pages that ask before something changes: look at the person, show the page, say who looked."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response

from rms.caseload.frame import staff_frame
from rms.caseload.identity import identity_bar
from rms.caseload.looking import Look, looking
from rms.caseload.people.presenters.acting import ActionPage, Listed
from rms.caseload.people.store import person_behind, plan_in_scope
from rms.db.database import Database
from rms.errors import Refused
from rms.people.store import PersonOnFile, person
from rms.plans.store import PlanOnFile, plan_on_file
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, html
from rms.web.submitted import Submitted

_Request = Request[Any, Any, Any]
Typed = tuple[Submitted, FieldErrors]
#: What makes the page about a plan.
Present = Callable[[PlanOnFile, PersonOnFile, Typed, Look], ActionPage]
UNTYPED: Typed = (Submitted(pairs=()), NO_ERRORS)


async def ask_about_person(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Typed,
    present: Callable[[PersonOnFile, Typed, Look], ActionPage],
) -> Response[str]:
    """The page about a person that `present` makes; 422 when what was typed has faults."""
    async with looking(request, database) as look:
        them = await person_behind(look, ref=ref)
        page = present(them, typed, look)
        await look.at(verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    return _answer(request, page)


async def ask_about_plan(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Typed,
    present: Present,
    touches: Callable[[Look, PlanOnFile], Awaitable[tuple[Listed, ...]]] | None = None,
) -> Response[str]:
    """The page about a plan of the asker's own teams. `touches` reads what else the action would change."""
    async with looking(request, database) as look:
        found = await plan_in_scope(look.tx, asks=look.asks, ref=ref)
        organisation_id = look.asks.organisation_id
        plan = await plan_on_file(look.tx, organisation_id=organisation_id, plan_id=found.plan_id)
        them = await person(look.tx, organisation_id=organisation_id, patient_id=found.patient_id)
        page = present(plan, them, typed, look)
        if touches is not None:
            page = msgspec.structs.replace(page, lists=await touches(look, plan))
        await look.at(verb="plan.look", subject_kind="plan", subject_id=plan.id, patient_id=them.id)
    return _answer(request, page)


async def unless_refused(doing: Awaitable[Any], *, field: str) -> tuple[Any, FieldErrors]:
    """Do it; a refusal becomes the fault of a field, in its own words."""
    try:
        return await doing, NO_ERRORS
    except Refused as refused:
        return None, FieldErrors(all=(FieldError(field=field, message=str(refused)),))


def bar_of(them: PersonOnFile, look: Look) -> Any:
    """The identity bar of a page."""
    return identity_bar(them, today=look.tx.today)


def _answer(request: _Request, page: ActionPage) -> Response[str]:
    return html(request, template="caseload/people/action.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip
