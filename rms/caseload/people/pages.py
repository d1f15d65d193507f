"""`/people` and `/people/{ref}`. What is searched for travels in the form and never in an address."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.looking import Look, looking
from rms.caseload.people.forms import SEARCH, Wanted
from rms.caseload.people.presenters import SearchPage, present_found, present_person
from rms.caseload.people.store import (
    FoundPerson,
    find_by_name,
    find_by_nhs_number,
    messages_of,
    person_behind,
    results_of,
)
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.people.store import contacts_in_force
from rms.plans.store import OccurrenceOnFile, PlanOnFile, occurrences_of_plan, plans_of
from rms.web.pages import FAULTS_IN_FORM, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_VIEW = may_do(Permission.PERSON_VIEW)


@get("/people", opt={"policy": _VIEW})
async def show_search(request: _Request) -> Response[str]:
    """The search."""
    return _search_page(request, SearchPage())


@post("/people", opt={"policy": _VIEW}, status_code=200)
async def search(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The people of my teams who were searched for."""
    parsed = SEARCH.read(await read_submitted(request))
    if parsed.value is None:
        return _search_page(request, SearchPage(typed=parsed.typed, errors=parsed.errors))
    async with looking(request, database) as look:
        people = await _find(look, parsed.value.wanted)
        await look.at(verb="people.search", subject_kind="list", shown=[one.id for one in people])
    return _search_page(request, present_found(people, typed=parsed.typed))


@get("/people/{ref:uuid}", opt={"policy": _VIEW})
async def show_person(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One person: who they are, their plans with dates, their results, their messages."""
    async with looking(request, database) as look:
        person = await person_behind(look, ref=ref)
        who = {"organisation_id": person.organisation_id, "patient_id": person.id}
        page = present_person(
            person,
            contacts=await contacts_in_force(look.tx, **who),
            plans=await _plans(look, patient_id=person.id),
            results=await results_of(look, patient_id=person.id),
            messages=await messages_of(look, patient_id=person.id),
            today=look.tx.today,
        )
        await look.at(verb="person.look", subject_kind="patient", subject_id=person.id, patient_id=person.id)
    return html(request, template="caseload/person.html", page=page, title="Person", frame=staff_frame(request))


async def _find(look: Look, wanted: Wanted) -> list[FoundPerson]:
    if wanted.nhs_number is not None:
        return await find_by_nhs_number(look, nhs_number=wanted.nhs_number)
    return await find_by_name(look, key=wanted.name_key)


async def _plans(look: Look, *, patient_id: int) -> list[tuple[PlanOnFile, Sequence[OccurrenceOnFile]]]:
    organisation_id = look.asks.organisation_id
    plans = await plans_of(look.tx, organisation_id=organisation_id, patient_id=patient_id)
    return [
        (plan, await occurrences_of_plan(look.tx, organisation_id=organisation_id, plan_id=plan.id)) for plan in plans
    ]


def _search_page(request: _Request, page: SearchPage) -> Response[str]:
    status = FAULTS_IN_FORM if page.errors else 200
    return html(request, template="caseload/people.html", page=page, title="People", frame=staff_frame(request),
                status=status)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_search, search, show_person)
