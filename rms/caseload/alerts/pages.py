"""`/alerts/{ref}`: one alert; take it, hand it over, note a step, set it aside, close it."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.alerts.lifecycle import AlertOutcome
from rms.caseload.alerts import doors
from rms.caseload.alerts.forms import ACTING, ENDING, HANDING_OVER, SETTING_ASIDE
from rms.caseload.alerts.never_told import listed_in, present_listed
from rms.caseload.alerts.presenters import present_alert
from rms.caseload.alerts.store import AlertInFull, alert_in_full, causes_of, moves_of, what_came
from rms.caseload.looking import Look, looking
from rms.caseload.worklist.frame import worklist_frame
from rms.caseload.worklist.surroundings import surroundings
from rms.db.database import Database
from rms.errors import NotFound, Refused
from rms.messages.moves.printing import PRINT_QUEUE
from rms.messages.store import LateLetters, late_letters
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import person
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
S = TypeVar("S", bound=msgspec.Struct)


@get("/alerts/{ref:uuid}", opt={"policy": may_do(Permission.ALERT_VIEW)})
async def show_alert(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One alert with its history."""
    return await _alert_page(request, database, ref=ref, typed=Submitted(pairs=()), errors=NO_ERRORS)


@post("/alerts/{ref:uuid}/take", opt={"policy": may_do(Permission.ALERT_OWN)})
async def take(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Make it mine, unless somebody took it after this page was shown."""
    sent = await read_submitted(request)
    try:
        await doors.take_alert(database, asks=asker(request), ref=ref, had_by=sent.one("had_by"))
    except Refused as refused:
        errors = FieldErrors(all=(FieldError(field="take", message=str(refused)),))
        return await _alert_page(request, database, ref=ref, typed=sent, errors=errors)
    return go_to(f"/alerts/{ref}")


@post("/alerts/{ref:uuid}/hand-over", opt={"policy": may_do(Permission.ALERT_REASSIGN)})
async def hand_over(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Give it to a colleague."""
    return await _done(
        request, database, ref=ref, form=HANDING_OVER, at=FieldError(field="to", message=""),
        door=lambda given: doors.hand_over_alert(database, asks=asker(request), ref=ref, to=given.to, reason=given.reason),
    )  # fmt: skip


@post("/alerts/{ref:uuid}/act", opt={"policy": may_do(Permission.ALERT_OWN)})
async def act(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Note a step towards the answer."""
    return await _done(request, database, ref=ref, form=ACTING, at=FieldError(field="what", message=""),
                       door=lambda step: doors.note_step(database, asks=asker(request), ref=ref, what=step.what))  # fmt: skip


@post("/alerts/{ref:uuid}/set-aside", opt={"policy": may_do(Permission.ALERT_OWN)})
async def set_aside(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Put it off, with a reason and a time."""
    return await _done(
        request, database, ref=ref, form=SETTING_ASIDE, at=FieldError(field="until", message="", parts=("day",)),
        door=lambda aside: doors.set_alert_aside(database, asks=asker(request), ref=ref, aside=aside),
    )  # fmt: skip


@post("/alerts/{ref:uuid}/close", opt={"policy": may_do(Permission.ALERT_CLOSE)})
async def close(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """End it with an outcome."""
    return await _done(
        request, database, ref=ref, form=ENDING, at=FieldError(field="outcome", message=""),
        door=lambda end: doors.close_alert(database, asks=asker(request), ref=ref, outcome=AlertOutcome(end.outcome),
                                           note=end.note or ""),
    )  # fmt: skip


async def _done(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    form: Form[S],
    at: FieldError,
    door: Callable[[S], Awaitable[None]],
) -> Response[Any]:
    """Read a form, go through its door, and come back to the alert; what is refused is said at the field `at`."""
    parsed = form.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await door(parsed.value)
            return go_to(f"/alerts/{ref}")
        except (NotFound, Refused) as refused:
            errors = FieldErrors(all=(msgspec.structs.replace(at, message=str(refused)),))
    return await _alert_page(request, database, ref=ref, typed=parsed.typed, errors=errors)


async def _letters(look: Look, alert: AlertInFull) -> LateLetters | None:
    """What lies too long in the print queue at this moment, for an alert about one."""
    if alert.subject_kind != PRINT_QUEUE:
        return None
    return await late_letters(look.tx, organisation_id=look.asks.organisation_id, team_id=alert.team_id)


async def _alert_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted, errors: FieldErrors
) -> Response[str]:
    asks = asker(request)
    async with looking(request, database, feeds_too=False) as look:
        alert = await alert_in_full(look, ref=ref)
        who = None
        if alert.patient_id is not None:
            who = await person(look.tx, organisation_id=asks.organisation_id, patient_id=alert.patient_id)
        around = await surroundings(look)
        page = present_alert(
            alert, person=who, causes=await causes_of(look, alert_id=alert.id), around=around, asks=asks, now=look.tx.now,
            moves=await moves_of(look, alert_id=alert.id), came=await what_came(look, alert_id=alert.id),
            letters=await _letters(look, alert),
            never_told=present_listed(await listed_in(look, alert_id=alert.id), asks=asks), typed=typed, errors=errors,
        )  # fmt: skip
        frame = worklist_frame(request, around=around, tx=look.tx)
        await look.at(verb="alert.look", subject_kind="alert", subject_id=alert.id, patient_id=alert.patient_id)
    return html(request, template="caseload/alert.html", page=page, title=f"Alert: {page.kind}", frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_alert, take, hand_over, act, set_aside, close)
