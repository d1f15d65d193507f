"""`/people/{ref}/dates/pdf` and `/starting/{ref}/check/pdf`: the dates for the person, as a file to print."""

import asyncio
from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.dates.paper import print_dates
from rms.caseload.dates.presenters import DatesPaper, PlanToTell, present_paper
from rms.caseload.looking import Look, looking
from rms.caseload.people.store import person_behind
from rms.caseload.starting.loading import Building, building
from rms.caseload.starting.pages.common import AnyRequest, InHand, stopped
from rms.db.database import Database
from rms.errors import NotFound
from rms.messages.letters import LARGE_PRINT, PRINT
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile, known_dead, needs_large_print, organisation, team
from rms.plans.model import Course
from rms.plans.moves.starting import why_not_start
from rms.plans.store import latest_birthday, plans_of
from rms.web.pages import go_to


@get("/people/{ref:uuid}/dates/pdf", opt={"policy": may_do(Permission.PERSON_VIEW)})
async def give_dates(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[bytes]:
    """Every date ahead of a person who is followed up; of somebody who has died nothing is printed."""
    async with looking(request, database) as look:
        person = await person_behind(look, ref=ref)
        plans = await _plans(look, person)
        if not plans or await known_dead(look.tx, organisation_id=person.organisation_id, patient_id=person.id):
            raise NotFound("There are no dates to print for this person.")
        paper = await _paper(look, person, plans=plans)
        await look.at(verb="dates.look", subject_kind="patient", subject_id=person.id, patient_id=person.id)
    return await _file(paper)


@get("/starting/{ref:uuid}/check/pdf", opt={"policy": may_do(Permission.PLAN_DRAFT)})
async def give_planned(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """The dates of a plan that is being built, to talk about; where its pages are not filled in yet, these come first."""
    async with looking(request, database) as look:
        found = InHand(build=await building(look, ref=ref), now=look.tx.now)
        planned = await _planned(look, found.build)
        paper = await _paper(look, found.build.person, plans=[planned], begun=False) if planned else None
        if paper is not None:
            await look.at(verb="dates.look", subject_kind="patient", subject_id=found.build.person.id,
                          patient_id=found.build.person.id)  # fmt: skip
    if stop := stopped(request, found):
        return stop
    return go_to(f"/starting/{ref}/check") if paper is None else await _file(paper)


async def _plans(look: Look, person: PersonOnFile) -> list[PlanToTell]:
    found = await plans_of(look.tx, organisation_id=person.organisation_id, patient_id=person.id)
    return [
        PlanToTell(
            protocol=plan.protocol, course=plan.course, overrides=plan.overrides, places=plan.places, state=plan.state,
            until=plan.state_until,
            team=await team(look.tx, organisation_id=person.organisation_id, team_id=plan.team_id),
        )
        for plan in found
    ]  # fmt: skip


async def _planned(look: Look, build: Building) -> PlanToTell | None:
    """The plan as it would start today; None while it could not."""
    if build.draft is None or build.offer is None or not build.draft.is_dated or build.has_died:
        return None
    course = Course(anchors={anchor: one.on for anchor, one in build.draft.anchors.items()}, started_on=build.today,
                    born_on=latest_birthday(build.person.born_text))  # fmt: skip
    if why_not_start(build.offer.protocol, course=course, overrides=build.draft.changes, today=build.today):
        return None
    return PlanToTell(
        protocol=build.offer.protocol, course=course, overrides=build.draft.changes,
        team=await team(look.tx, organisation_id=build.asks.organisation_id, team_id=build.case.team_id),
    )  # fmt: skip


async def _paper(look: Look, person: PersonOnFile, *, plans: list[PlanToTell], begun: bool = True) -> DatesPaper:
    large = await needs_large_print(look.tx, organisation_id=person.organisation_id, patient_id=person.id)
    trust = await organisation(look.tx, person.organisation_id)
    return present_paper(plans, name=person.name, trust=trust.name, today=look.tx.today,
                         points=LARGE_PRINT if large else PRINT, begun=begun)  # fmt: skip


async def _file(paper: DatesPaper) -> Response[bytes]:
    """Its name says nothing about anybody."""
    named = {"content-disposition": 'inline; filename="dates.pdf"'}
    return Response(await asyncio.to_thread(print_dates, paper), media_type="application/pdf", headers=named)


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (give_dates, give_planned)
