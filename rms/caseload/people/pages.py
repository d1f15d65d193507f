"""`/people`, `/people/{ref}` and its history. What is searched for travels in the form and never in an address."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.helpline.presenters import present_on_person_page
from rms.caseload.helpline.store import contacts_of_person
from rms.caseload.identity import identity_bar
from rms.caseload.looking import Look, feeds_below, looking
from rms.caseload.notes.store import notes_of
from rms.caseload.particulars.store import helper_of, keys_of
from rms.caseload.people import pages_contact, pages_death, pages_plan, pages_result
from rms.caseload.people.forms.finding import SEARCH, Wanted
from rms.caseload.people.presenters.finding import SearchPage, present_found
from rms.caseload.people.presenters.history import history_page, pages_in
from rms.caseload.people.presenters.person import Everything, present_person
from rms.caseload.people.store import (
    PAGE,
    FoundPerson,
    contacts_ever,
    dates_of,
    find_by_birth_date,
    find_by_hospital_number,
    find_by_name,
    find_by_nhs_number,
    find_nearly,
    history_of,
    messages_of,
    needs_of,
    not_asked_yet,
    open_alerts_of,
    person_behind,
    plans_around,
    questionnaires_of,
    results_of,
)
from rms.caseload.people.store.finding import MOST_FOUND
from rms.caseload.requests.store import arranged_in_plans
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile, cases_of, treatments_of
from rms.plans.store import plans_of
from rms.web.pages import FAULTS_IN_FORM, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_VIEW = may_do(Permission.PERSON_VIEW)
_FIRST_LINES = 10


@get("/people", opt={"policy": _VIEW})
async def show_search(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The search."""
    await feeds_below(request, database)
    return _search_page(request, SearchPage())


@post("/people", opt={"policy": _VIEW}, status_code=200)
async def search(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The people of my teams who were searched for."""
    parsed = SEARCH.read(await read_submitted(request))
    if parsed.value is None:
        await feeds_below(request, database)
        return _search_page(request, SearchPage(typed=parsed.typed, errors=parsed.errors))
    async with looking(request, database) as look:
        people, nearly = await _find(look, parsed.value.wanted)
        page = present_found(people, nearly=nearly, typed=parsed.typed, most=MOST_FOUND, today=look.tx.today)
        await look.at(verb="people.search", subject_kind="list", shown=[one.id for one in people])
    return _search_page(request, page)


@get("/people/{ref:uuid}", opt={"policy": _VIEW})
async def show_person(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One person: who they are, where they stand, what comes next, and everything we hold about them."""
    async with looking(request, database) as look:
        person = await person_behind(look, ref=ref)
        page = present_person(await _everything(look, person), asks=asker(request), today=look.tx.today)
        await look.at(verb="person.look", subject_kind="patient", subject_id=person.id, patient_id=person.id)
    return html(request, template="caseload/people/person.html", page=page, title="Person", frame=staff_frame(request))


@get("/people/{ref:uuid}/history", opt={"policy": _VIEW})
async def show_history(
    request: _Request,
    database: NamedDependency[Database],
    ref: FromPath[UUID],
) -> Response[str]:
    """Everything that happened about one person, a page at a time; a page that is not there is the first."""
    wanted = _page_number(request.query_params.get("page", ""))
    async with looking(request, database) as look:
        person = await person_behind(look, ref=ref)
        lines, total = await history_of(look, patient_id=person.id, page=wanted)
        if not lines:
            wanted, (lines, total) = 1, await history_of(look, patient_id=person.id)
        bar = identity_bar(person, today=look.tx.today)
        await look.at(verb="person.look", subject_kind="patient", subject_id=person.id, patient_id=person.id)
    page = history_page(bar, lines, ref=ref, page=wanted, size=PAGE, total=total)
    last = pages_in(total, size=PAGE)
    title = "History" if last == 1 else f"History (page {wanted} of {last})"
    return html(request, template="caseload/people/history.html", page=page, title=title, frame=staff_frame(request))


def _page_number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


async def _find(look: Look, wanted: Wanted) -> tuple[list[FoundPerson], bool]:
    """The people, and whether their names are only nearly what was typed."""
    if wanted.nhs_number is not None:
        return await find_by_nhs_number(look, nhs_number=wanted.nhs_number), False
    if wanted.born_on is not None:
        return await find_by_birth_date(look, born_on=wanted.born_on), False
    if wanted.hospital_number is not None:
        return await find_by_hospital_number(look, number=wanted.hospital_number), False
    exactly = await find_by_name(look, key=wanted.name_key)
    return (exactly, False) if exactly else (await find_nearly(look, key=wanted.name_key), True)


async def _everything(look: Look, person: PersonOnFile) -> Everything:
    """A query for each part; none of them grows with the number of rows of another."""
    whose = {"organisation_id": person.organisation_id, "patient_id": person.id}
    plans = await plans_of(look.tx, **whose)
    history, happened = await history_of(look, patient_id=person.id, size=_FIRST_LINES)
    return Everything(
        person=person,
        contacts=await contacts_ever(look, patient_id=person.id),
        needs=await needs_of(look, patient_id=person.id),
        plans=plans,
        around=await plans_around(look, patient_id=person.id),
        dates=await dates_of(look, plan_ids=[plan.id for plan in plans]),
        arranged=await arranged_in_plans(look, plan_ids=[plan.id for plan in plans]),
        cases=await cases_of(look.tx, **whose),
        treatments=await treatments_of(look.tx, **whose),
        alerts=await open_alerts_of(look, patient_id=person.id),
        results=await results_of(look, patient_id=person.id),
        questionnaires=await questionnaires_of(look, patient_id=person.id),
        not_asked=await not_asked_yet(look, patient_id=person.id),
        messages=await messages_of(look, patient_id=person.id),
        notes=await notes_of(look, patient_id=person.id),
        helper=await helper_of(look, patient_id=person.id),
        keys=await keys_of(look, patient_id=person.id),
        helpline=present_on_person_page(await contacts_of_person(look, patient_id=person.id), now=look.tx.now),
        history=history,
        happened=happened,
    )


def _search_page(request: _Request, page: SearchPage) -> Response[str]:
    status = FAULTS_IN_FORM if page.errors else 200
    if asker(request).may(Permission.PERSON_ADD):
        page = msgspec.structs.replace(page, add="/people/add")
    return html(request, template="caseload/people/search.html", page=page, title="People", frame=staff_frame(request),
                status=status)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    show_search,
    search,
    show_person,
    show_history,
    *pages_contact.ROUTES,
    *pages_death.ROUTES,
    *pages_plan.ROUTES,
    *pages_result.ROUTES,
)
