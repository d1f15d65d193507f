"""`/plans/{ref}/pause`, `/suspend`, `/seen`, `/go-on`, `/transfer` and `/end`. Each page says first what follows."""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.people import doors
from rms.caseload.people.asking import UNTYPED, Present, Typed, ask_about_plan, unless_refused
from rms.caseload.people.forms.standing import (
    ENDING,
    decided_inside,
    pause_form,
    seen_form,
    suspension_form,
    transfer_form,
)
from rms.caseload.people.presenters.standing import (
    inside_of,
    present_end,
    present_go_on,
    present_pause,
    present_seen,
    present_suspend,
    present_transfer,
)
from rms.caseload.people.store import person_in_scope, plan_in_scope
from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import Asker, asker, may_do
from rms.people.permissions import Permission
from rms.people.store import TeamOnFile, teams
from rms.plans.schedule import PauseRule
from rms.plans.store import plan_on_file
from rms.web.forms import Form
from rms.web.pages import go_to
from rms.web.submitted import read_submitted

S = TypeVar("S", bound=msgspec.Struct)
_Request = Request[Any, Any, Any]
_MAY_PAUSE = may_do(Permission.PLAN_PAUSE)
_MAY_END = may_do(Permission.PLAN_END)
_MAY_TRANSFER = may_do(Permission.PLAN_TRANSFER)


async def _answer(
    request: _Request, database: Database, *, ref: UUID, form: Callable[[date], Form[S]],
    door: Callable[[S], Awaitable[UUID]], present: Present, field: str,
) -> Response[Any]:  # fmt: skip
    """Read what was typed, go through the door, and back to the plan; what is refused is said at `field`."""
    sent = await read_submitted(request)
    async with database.transaction() as tx:
        today = tx.today
    parsed = form(today).read(sent)
    person_ref, errors = None, parsed.errors
    if parsed.value is not None:
        person_ref, errors = await unless_refused(door(parsed.value), field=field)
    if errors:
        return await ask_about_plan(request, database, ref=ref, typed=(sent, errors), present=present)
    return go_to(f"/people/{person_ref}#plan")


@get("/plans/{ref:uuid}/pause", opt={"policy": _MAY_PAUSE})
async def ask_pause(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What a pause means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=present_pause)


@post("/plans/{ref:uuid}/pause", opt={"policy": _MAY_PAUSE})
async def pause(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Pause it."""
    return await _answer(
        request, database, ref=ref, form=lambda today: pause_form(today=today), present=present_pause, field="why",
        door=lambda said: doors.pause_plan(database, asks=asker(request), ref=ref, until=said.until, why=said.why,
                                           rule=PauseRule(said.inside)),
    )  # fmt: skip


@get("/plans/{ref:uuid}/go-on", opt={"policy": _MAY_PAUSE})
async def ask_go_on(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What going on means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=present_go_on)


@post("/plans/{ref:uuid}/go-on", opt={"policy": _MAY_PAUSE})
async def go_on(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Let it go on, with a word about each date that fell into the standstill."""
    sent, asks = await read_submitted(request), asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await plan_in_scope(tx, asks=asks, ref=ref)
        plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id)
        decided, errors = decided_inside(sent, inside_of(plan, today=tx.today))
    person_ref = None
    if not errors:
        person_ref, errors = await unless_refused(
            doors.let_plan_go_on(database, asks=asks, ref=ref, decided=decided), field="confirm"
        )
    if errors:
        return await ask_about_plan(request, database, ref=ref, typed=(sent, errors), present=present_go_on)
    return go_to(f"/people/{person_ref}#plan")


@get("/plans/{ref:uuid}/suspend", opt={"policy": _MAY_PAUSE})
async def ask_suspend(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What a suspension means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=present_suspend)


@post("/plans/{ref:uuid}/suspend", opt={"policy": _MAY_PAUSE})
async def suspend(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Suspend it."""
    return await _answer(
        request, database, ref=ref, form=lambda today: suspension_form(today=today), present=present_suspend, field="why",
        door=lambda said: doors.suspend_plan(database, asks=asker(request), ref=ref, seen_by=said.seen_by, why=said.why),
    )  # fmt: skip


@get("/plans/{ref:uuid}/seen", opt={"policy": _MAY_PAUSE})
async def ask_seen(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What confirming means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=present_seen)


@post("/plans/{ref:uuid}/seen", opt={"policy": _MAY_PAUSE})
async def seen(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """They were seen."""
    return await _answer(
        request, database, ref=ref, form=lambda today: seen_form(today=today), present=present_seen, field="said",
        door=lambda said: doors.confirm_seen(database, asks=asker(request), ref=ref, said=said.said, again=said.again),
    )  # fmt: skip


@get("/plans/{ref:uuid}/transfer", opt={"policy": _MAY_TRANSFER})
async def ask_transfer(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What giving it to another team means."""
    return await _about_transfer(request, database, ref=ref, typed=UNTYPED)


@post("/plans/{ref:uuid}/transfer", opt={"policy": _MAY_TRANSFER})
async def transfer(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Give it to another team; afterwards back to the person, or to Today when they are out of sight."""
    sent, asks = await read_submitted(request), asker(request)
    parsed = transfer_form([one.key for one in await _teams(database, asks)]).read(sent)
    errors = parsed.errors
    if parsed.value is not None:
        person_ref, errors = await unless_refused(
            doors.transfer_plan(database, asks=asks, ref=ref, to=parsed.value.to, why=parsed.value.why), field="to"
        )
        if not errors:
            return go_to(f"/people/{person_ref}#plan" if await _still_seen(database, asks, person_ref) else "/today")
    return await _about_transfer(request, database, ref=ref, typed=(sent, errors))


async def _about_transfer(
    request: _Request, database: NamedDependency[Database], *, ref: UUID, typed: Typed
) -> Response[str]:
    there = await _teams(database, asker(request))
    return await ask_about_plan(request, database, ref=ref, typed=typed, present=partial(present_transfer, teams=there))


async def _teams(database: Database, asks: Asker) -> list[TeamOnFile]:
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        return await teams(tx, organisation_id=asks.organisation_id)


async def _still_seen(database: Database, asks: Asker, ref: UUID) -> bool:
    """Whether the person is still of one of the asker's teams."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        try:
            await person_in_scope(tx, asks=asks, ref=ref)
        except NotFound:
            return False
    return True


@get("/plans/{ref:uuid}/end", opt={"policy": _MAY_END})
async def ask_end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What the end of a plan means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=present_end)


@post("/plans/{ref:uuid}/end", opt={"policy": _MAY_END})
async def end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """End it."""
    parsed = ENDING.read(await read_submitted(request))
    person_ref, errors = None, parsed.errors
    if parsed.value is not None:
        person_ref, errors = await unless_refused(
            doors.end_plan(database, asks=asker(request), ref=ref, outcome=parsed.value.outcome, why=parsed.value.why),
            field="outcome",
        )
    if errors:
        return await ask_about_plan(request, database, ref=ref, typed=(parsed.typed, errors), present=present_end)
    return go_to(f"/people/{person_ref}#plan")


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    ask_pause, pause, ask_suspend, suspend, ask_seen, seen, ask_go_on, go_on, ask_transfer, transfer, ask_end, end,
)  # fmt: skip
