"""`/people/add`: a person whom the register has not told us about yet."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.feeds import feeds
from rms.caseload.frame import say_below, staff_frame
from rms.caseload.looking import looking
from rms.caseload.starting import doors
from rms.caseload.starting.forms.adding import read_adding
from rms.caseload.starting.pages.common import AnyRequest
from rms.caseload.starting.presenters.adding import AddingPage, present_adding
from rms.caseload.starting.store import sites_of_teams
from rms.caseload.starting.store.alike import OnFile, alike
from rms.caseload.worklist.feed import feed_words
from rms.db.database import Database
from rms.errors import Conflict, Refused
from rms.people.access import asker, may_do
from rms.people.model import TumourSite
from rms.people.permissions import Permission
from rms.people.store import organisation
from rms.web.forms import FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_ADD = may_do(Permission.PERSON_ADD)


@get("/people/add", opt={"policy": _ADD})
async def show_adding(request: AnyRequest, database: NamedDependency[Database]) -> Response[str]:
    """The empty page."""
    sites, _, today = await _around(request, database)
    return _page(request, present_adding(sites, today=today))


@post("/people/add", opt={"policy": _ADD})
async def add(request: AnyRequest, database: NamedDependency[Database]) -> Response[Any]:
    """Add the person and go on to their plan; or show who on file may be the same."""
    sent = await read_submitted(request)
    sites, system, today = await _around(request, database)
    parsed = read_adding(sent, sites=sites, hospital_system=system, today=today)
    if parsed.value is None:
        return _page(request, present_adding(sites, today=today, typed=sent, errors=parsed.errors))
    async with looking(request, database) as look:
        found = await alike(look, person=parsed.value.record.person)
        await look.at(verb="people.alike", subject_kind="list", shown=[one.id for one in found])
    if found and not (parsed.value.another and not any(one.same_number for one in found)):
        errors = _one("alike", "This person may be on file already. Look at who was found")
        return _page(request, present_adding(sites, today=today, typed=sent, errors=errors, found=found))
    try:
        case_ref = await doors.add_person(
            database, asks=asker(request), record=parsed.value.record, another=bool(found)
        )
    except (Refused, Conflict) as refusal:
        return _page(request, _refused(sites, today=today, typed=sent, why=str(refusal), found=found))
    return go_to(f"/starting/{case_ref}")


async def _around(request: AnyRequest, database: Database) -> tuple[tuple[TumourSite, ...], str, date]:
    """The tumour sites of my teams, the system of this trust's hospital numbers, and the day."""
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        say_below(request, words=feed_words(await feeds(tx), now=tx.now))
        sites = await sites_of_teams(tx, asks=asks)
        return sites, (await organisation(tx, asks.organisation_id)).code, tx.today


def _refused(
    sites: Sequence[TumourSite], *, today: date, typed: Submitted, why: str, found: Sequence[OnFile]
) -> AddingPage:
    return present_adding(sites, today=today, typed=typed, errors=_one("family", why), found=found)


def _one(field: str, message: str) -> FieldErrors:
    return FieldErrors(all=(FieldError(field=field, message=message),))


def _page(request: AnyRequest, page: AddingPage) -> Response[str]:
    return html(request, template="caseload/starting/adding.html", page=page, title="Add a person",
                frame=staff_frame(request), status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_adding, add)
