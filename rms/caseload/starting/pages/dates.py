"""`/starting/{ref}/dates`: page 2 of 3, dates, personal changes and people."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.starting import doors
from rms.caseload.starting.forms.dates import Asked, read_dates
from rms.caseload.starting.forms.reading import revision_of
from rms.caseload.starting.loading import Building
from rms.caseload.starting.model import Draft
from rms.caseload.starting.offers import Offer
from rms.caseload.starting.pages.common import AnyRequest, in_hand, stopped
from rms.caseload.starting.presenters.dates import DatesPage, present_dates
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.plans.store import latest_birthday
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_DRAFT = may_do(Permission.PLAN_DRAFT)


@get("/starting/{ref:uuid}/dates", opt={"policy": _DRAFT})
async def show_dates(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """The dates the plan counts from, filled in from the register."""
    found = await in_hand(request, database, ref=ref)
    if stop := stopped(request, found):
        return stop
    draft, offer = found.build.draft, found.build.offer
    if draft is None or offer is None:
        return go_to(f"/starting/{ref}")
    return _page(request, present_dates(found.build, draft=draft, offer=offer))


@post("/starting/{ref:uuid}/dates", opt={"policy": _DRAFT})
async def give_dates(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Save page 2; go on, or come back to add one more change."""
    found = await in_hand(request, database, ref=ref)
    if stop := stopped(request, found):
        return stop
    draft, offer = found.build.draft, found.build.offer
    if draft is None or offer is None:
        return go_to(f"/starting/{ref}")
    sent = await read_submitted(request)
    parsed = read_dates(sent, asked=_asked(found.build, draft=draft, offer=offer))
    if parsed.value is None:
        return _page(request, present_dates(found.build, draft=draft, offer=offer, typed=sent, errors=parsed.errors))
    await doors.keep_draft(database, asks=found.build.asks, ref=ref, draft=parsed.value, revision=revision_of(sent))
    return go_to(f"/starting/{ref}/{'dates' if sent.one('do') == 'stay' else 'check'}")


def _asked(build: Building, *, draft: Draft, offer: Offer) -> Asked:
    return Asked(
        protocol=offer.protocol, from_register=offer.anchors, draft=draft, nurses=[one.id for one in build.nurses],
        reached_by=build.ways, born_on=latest_birthday(build.person.born_text), author=build.asks.name,
        today=build.today,
    )  # fmt: skip


def _page(request: AnyRequest, page: DatesPage) -> Response[str]:
    return html(request, template="caseload/starting/dates.html", page=page, title="Dates and changes (page 2 of 3)",
                frame=staff_frame(request), status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_dates, give_dates)
