"""`/plans/{ref}/change`: what is different, then every date that moves, then the button."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.changing import doors
from rms.caseload.changing.doors import change_plan
from rms.caseload.changing.forms import faults_of_modes
from rms.caseload.changing.presenters import present_changing
from rms.caseload.frame import staff_frame
from rms.caseload.looking import Look, looking
from rms.caseload.people.asking import bar_of
from rms.caseload.people.store import plan_in_scope
from rms.caseload.starting.forms.changes import Typed, read_changes
from rms.caseload.starting.forms.reading import revision_of
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile, person
from rms.plans.model import Override
from rms.plans.modes import asks_for_reviews, in_order
from rms.plans.schedule import effective, why_not_change
from rms.plans.store import PlanOnFile, modes_of_plan, plan_on_file
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_MAY = may_do(Permission.PLAN_CHANGE)
_FIRST: Final = "limit-value"


@get("/plans/{ref:uuid}/change", opt={"policy": _MAY})
async def show_changing(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What may be different."""
    return await _page(request, database, ref=ref)


@post("/plans/{ref:uuid}/change", opt={"policy": _MAY}, status_code=200)
async def change(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Show which dates move; once that was seen, do it."""
    sent = await read_submitted(request)
    if not sent.one("sure"):
        return await _page(request, database, ref=ref, typed=sent)
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await plan_in_scope(tx, asks=asks, ref=ref)
        plan, today = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id), tx.today
    groups = read_changes(sent, protocol=plan.protocol, author=asks.name, today=today)
    made = [one.change for one in groups if one.change is not None]
    if len(made) != len(groups) or not made:
        return await _page(request, database, ref=ref, typed=sent)
    try:
        person_ref = await change_plan(database, asks=asks, ref=ref, revision=revision_of(sent), changes=made)
    except Refused as refused:
        return await _page(request, database, ref=ref, typed=sent, why_not=str(refused))
    return go_to(f"/people/{person_ref}#plan")


@post("/plans/{ref:uuid}/modes", opt={"policy": _MAY})
async def change_modes(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Follow somebody up in other ways, with a reason."""
    sent = await read_submitted(request)
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await plan_in_scope(tx, asks=asks, ref=ref)
        plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id)
    if faults := faults_of_modes(sent, has_review=asks_for_reviews(plan.effective)):
        return await _page(request, database, ref=ref, typed=sent, faults=faults)
    try:
        person_ref = await doors.change_modes(database, asks=asks, ref=ref, modes=in_order(sent.all("mode")),
                                              reason=sent.one("mode-reason"))  # fmt: skip
    except Refused as refused:
        said = FieldErrors(all=(FieldError(field="mode", message=str(refused)),))
        return await _page(request, database, ref=ref, typed=sent, faults=said)
    return go_to(f"/people/{person_ref}#plan")


async def _page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Submitted | None = None,
    why_not: str = "",
    faults: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        plan, them = await _behind(look, ref=ref)
        changes, errors = ([], NO_ERRORS) if typed is None or faults else _read(typed, plan=plan, look=look)
        errors = faults or errors
        if why_not:
            errors = FieldErrors(all=(FieldError(field=_FIRST, message=why_not),))
        page = present_changing(plan, bar=bar_of(them, look), today=look.tx.today, typed=typed, errors=errors,
                                changes=() if errors else changes,
                                modes=await modes_of_plan(look.tx, plan=plan))  # fmt: skip
        await look.at(verb="plan.look", subject_kind="plan", subject_id=plan.id, patient_id=them.id)
    return html(request, template="caseload/changing.html", page=page, title="Change this plan", frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _behind(look: Look, *, ref: UUID) -> tuple[PlanOnFile, PersonOnFile]:
    found = await plan_in_scope(look.tx, asks=look.asks, ref=ref)
    organisation_id = look.asks.organisation_id
    plan = await plan_on_file(look.tx, organisation_id=organisation_id, plan_id=found.plan_id)
    return plan, await person(look.tx, organisation_id=organisation_id, patient_id=found.patient_id)


def _read(typed: Submitted, *, plan: PlanOnFile, look: Look) -> tuple[list[Override], FieldErrors]:
    """The changes that were typed, or everything that is wrong with them."""
    groups = read_changes(typed, protocol=plan.protocol, author=look.asks.name, today=look.tx.today)
    if not groups:
        return [], FieldErrors(all=(FieldError(field=_FIRST, message="Say what is different for this person"),))
    errors = [error for one in groups for error in one.errors] or _unfit(groups, plan=plan, look=look)
    return [one.change for one in groups if one.change is not None], FieldErrors(all=tuple(errors))


def _unfit(groups: Sequence[Typed], *, plan: PlanOnFile, look: Look) -> list[FieldError]:
    """What the plan does not allow, each laid on those before it."""
    errors, made = [], list(plan.overrides)
    for one in groups:
        assert one.change is not None
        holds = effective(plan.protocol, overrides=tuple(made))
        why_not = why_not_change(holds, override=one.change, course=plan.course, today=look.tx.today)
        if plan.state == "ended":
            why_not = "This plan has ended."
        if why_not:
            errors.append(FieldError(field=f"{one.group}-reason", message=why_not))
        made.append(one.change)
    return errors


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_changing, change, change_modes)
