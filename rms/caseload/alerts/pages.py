"""`/alerts/{ref}`: look, take, close."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.alerts.lifecycle import AlertOutcome
from rms.caseload import doors
from rms.caseload.alerts.presenters import present_alert
from rms.caseload.alerts.store import alert_in_full, causes_of, moves_of
from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.fields import a_choice, a_text
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody ends an alert."""

    outcome: str
    note: str | None


ENDING = Form(
    Ending,
    outcome=a_choice(tuple(AlertOutcome), missing="Choose an outcome"),
    note=a_text(label="The note", longest=1000),
)


@get("/alerts/{ref:uuid}", opt={"policy": may_do(Permission.ALERT_VIEW)})
async def show_alert(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One alert with its history."""
    return await _alert_page(request, database, ref=ref, typed=Submitted(pairs=()), errors=NO_ERRORS)


@post("/alerts/{ref:uuid}/take", opt={"policy": may_do(Permission.ALERT_OWN)})
async def take(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Make it mine."""
    await doors.take_alert(database, asks=asker(request), ref=ref)
    return go_to(f"/alerts/{ref}")


@post("/alerts/{ref:uuid}/close", opt={"policy": may_do(Permission.ALERT_CLOSE)})
async def close(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """End it with an outcome."""
    parsed = ENDING.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        outcome, note = AlertOutcome(parsed.value.outcome), parsed.value.note or ""
        try:
            await doors.close_alert(database, asks=asker(request), ref=ref, outcome=outcome, note=note)
            return go_to(f"/alerts/{ref}")
        except Refused as refused:
            errors = FieldErrors(all=(FieldError(field="outcome", message=str(refused)),))
    return await _alert_page(request, database, ref=ref, typed=parsed.typed, errors=errors)


async def _alert_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted, errors: FieldErrors
) -> Response[str]:
    async with looking(request, database) as look:
        alert = await alert_in_full(look, ref=ref)
        causes = await causes_of(look, alert_id=alert.id)
        moves = await moves_of(look, alert_id=alert.id)
        await look.at(verb="alert.look", subject_kind="alert", subject_id=alert.id, patient_id=alert.patient_id)
    page = present_alert(alert, causes=causes, moves=moves, asks=asker(request), typed=typed, errors=errors)
    return html(request, template="caseload/alert.html", page=page, title=page.kind, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_alert, take, close)
