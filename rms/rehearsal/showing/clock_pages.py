"""`/demo/clock`: what day it is here, and buttons that let days pass. It refreshes itself while they do."""

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.words import moment
from rms.caseload.worklist.ages import counted
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.rehearsal.showing.clock import ClockMove, ask_to_move, ask_to_stop, latest_move
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
PATH: Final = "/demo/clock"
_MAY = may_do(Permission.OWN_ACCOUNT)
#: What the buttons say, and how many days they are.
STEPS: Final = (("A day", 1), ("A week", 7), ("Six months", 182))
_ALREADY = "The clock is moving already. Wait until it stands, or stop it."
_CHOOSE = "Choose how far the clock should move"


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """One button: how many days it moves the clock."""

    text: str
    days: int


class ClockPage(msgspec.Struct, frozen=True, kw_only=True):
    """`demo/clock.html`. While it `moves` the page refreshes; `said` is what became of the last move."""

    now: str
    moves: bool
    stopping: bool
    said: str
    done: int
    asked: int
    buttons: tuple[Button, ...]
    problem: str


def present_clock(move: ClockMove | None, *, now: str, problem: str = "") -> ClockPage:
    """The clock, and how far a move is."""
    moves = move is not None and not move.has_ended
    return ClockPage(
        now=now, moves=moves, stopping=moves and move is not None and move.is_stopping, said=_said(move),
        done=move.days_done if move else 0, asked=move.days_asked if move else 0, problem=problem,
        buttons=tuple(Button(text=text, days=days) for text, days in STEPS),
    )  # fmt: skip


def _said(move: ClockMove | None) -> str:
    if move is None:
        return ""
    if not move.has_ended:
        return f"{move.days_done} of {counted(move.days_asked, 'day')} done."
    if move.days_done < move.days_asked:
        return f"The clock was stopped after {move.days_done} of {counted(move.days_asked, 'day')}."
    return (
        f"The clock has moved on by {counted(move.days_done, 'day')}. Everything that became due was done, day by day."
    )


@get(PATH, opt={"policy": _MAY})
async def show_clock(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """What day it is, and how far a move is."""
    return await _page(request, database)


@post(PATH, opt={"policy": _MAY})
async def move(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """Ask for some days. The worker does it; this page tells how far it is."""
    chosen = (await read_submitted(request)).one("days")
    days = next((days for _, days in STEPS if chosen == str(days)), None)
    if days is None:
        return await _page(request, database, problem=_CHOOSE)
    if not await ask_to_move(database, asks=asker(request), days=days):
        return await _page(request, database, problem=_ALREADY)
    return go_to(PATH)


@post(f"{PATH}/stop", opt={"policy": _MAY})
async def stop(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """The clock stands when its day is done."""
    await ask_to_stop(database, asks=asker(request))
    return go_to(PATH)


async def _page(request: _Request, database: Database, *, problem: str = "") -> Response[str]:
    async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
        page = present_clock(await latest_move(tx), now=moment(tx.now), problem=problem)
    title = f"Moving the clock: {page.said}" if page.moves else "Move the clock"
    return html(request, template="demo/clock.html", page=page, title=title, frame=staff_frame(request),
                status=FAULTS_IN_FORM if problem else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_clock, move, stop)
