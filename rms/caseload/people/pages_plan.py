"""`/plans/{ref}/pause`, `/go-on` and `/end`: with a reason, and an outcome where it ends. Each page says first what follows."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.looking import Look
from rms.caseload.people import doors
from rms.caseload.people.asking import UNTYPED, Typed, ask_about_plan, bar_of, unless_refused
from rms.caseload.people.forms.standing import ENDING, ENDINGS, pause_form
from rms.caseload.people.presenters.acting import ActionPage, Ask, choices
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.plans.store import PlanOnFile
from rms.web.pages import go_to
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_MAY_PAUSE = may_do(Permission.PLAN_PAUSE)
_MAY_END = may_do(Permission.PLAN_END)
_WHY: Final = Ask(sort="text", name="why", label="Why?")


@get("/plans/{ref:uuid}/pause", opt={"policy": _MAY_PAUSE})
async def ask_pause(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What a pause means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=_pause)


@post("/plans/{ref:uuid}/pause", opt={"policy": _MAY_PAUSE})
async def pause(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Pause it."""
    sent = await read_submitted(request)
    async with database.transaction() as tx:
        today = tx.today
    parsed = pause_form(today=today).read(sent)
    person_ref, errors = None, parsed.errors
    if parsed.value is not None:
        person_ref, errors = await unless_refused(
            doors.pause_plan(database, asks=asker(request), ref=ref, until=parsed.value.until, why=parsed.value.why),
            field="why",
        )
    if errors:
        return await ask_about_plan(request, database, ref=ref, typed=(sent, errors), present=_pause)
    return go_to(f"/people/{person_ref}#plan")


@get("/plans/{ref:uuid}/go-on", opt={"policy": _MAY_PAUSE})
async def ask_go_on(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What going on means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=_go_on)


@post("/plans/{ref:uuid}/go-on", opt={"policy": _MAY_PAUSE})
async def go_on(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Let it go on."""
    sent = await read_submitted(request)
    person_ref, errors = await unless_refused(
        doors.let_plan_go_on(database, asks=asker(request), ref=ref), field="confirm"
    )
    if errors:
        return await ask_about_plan(request, database, ref=ref, typed=(sent, errors), present=_go_on)
    return go_to(f"/people/{person_ref}#plan")


@get("/plans/{ref:uuid}/end", opt={"policy": _MAY_END})
async def ask_end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What the end of a plan means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=_end)


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
        return await ask_about_plan(request, database, ref=ref, typed=(parsed.typed, errors), present=_end)
    return go_to(f"/people/{person_ref}#plan")


def _pause(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    sent, errors = typed
    later = look.tx.today + timedelta(weeks=8)
    return ActionPage(
        bar=bar_of(them, look), heading="Pause this plan", stops=True,
        means=(
            f"“{plan.protocol.title}” stands still: nothing is sent, nothing is chased.",
            "Results that still come in are looked at.",
            "On the day the pause ends somebody of the team is asked to let it go on. It does not go on by itself.",
        ),
        fields=(
            Ask(sort="date", name="until", label="Until when?", hint=f"For example, {later.day} {later.month} {later.year}"),
            _WHY,
        ),
        action=f"/plans/{plan.ref}/pause", button="Pause this plan", back=f"/people/{them.ref}", typed=sent, errors=errors,
    )  # fmt: skip


def _go_on(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="Let the plan go on", stops=False,
        means=(
            f"“{plan.protocol.title}” runs again from today, on the dates it always had.",
            "What fell due meanwhile is shown as late on the person’s page. Reminders that never left are sent.",
        ),
        fields=(), action=f"/plans/{plan.ref}/go-on", button="Let it go on", back=f"/people/{them.ref}",
        typed=sent, errors=errors,
    )  # fmt: skip


def _end(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="End this plan", stops=True,
        means=(
            f"Nobody is reminded, chased or asked any more under “{plan.protocol.title}”.",
            "The outcome is kept with your name, and the cancer register and the GP practice are told.",
            "If no other plan of theirs goes on, the person is told that nobody reminds or expects them any more.",
            "That letter waits a quarter of an hour among their messages, where you can look at it.",
            "When the cancer has come back, or the reason is another one, nothing is sent to the person: tell them yourself.",
            "An ended plan is not taken up again. To stop for a while, pause it instead.",
        ),
        fields=(
            Ask(sort="choice", name="outcome", label="How does it end?",
                choices=choices(ENDINGS, chosen=sent.one("outcome"))),
            _WHY,
        ),
        action=f"/plans/{plan.ref}/end", button="End this plan", back=f"/people/{them.ref}", typed=sent, errors=errors,
    )  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (ask_pause, pause, ask_go_on, go_on, ask_end, end)
