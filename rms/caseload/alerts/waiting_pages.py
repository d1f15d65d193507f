"""`/alerts`: what waits, by kind and age, and giving several to one colleague. Several are never closed at once."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.alerts import doors
from rms.caseload.alerts.doors import Assigned
from rms.caseload.alerts.forms import LONGEST_NOTE
from rms.caseload.alerts.waiting import waiting_alerts
from rms.caseload.alerts.waiting_presenters import KIND_CHOICES, NOTHING_TYPED, PATH, present_alerts
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.asked import Asked, address_of, read_asked, read_back
from rms.caseload.worklist.frame import first_page, worklist_frame
from rms.caseload.worklist.listing import listing
from rms.caseload.worklist.paging import titled
from rms.caseload.worklist.ways import WAYS
from rms.db.database import Database
from rms.errors import NotFound, Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.fields import a_text
from rms.web.forms import NO_ERRORS, Fault, Field, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]


class Assigning(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts that were ticked, the colleague's ref, and why."""

    pick: tuple[UUID, ...]
    to: str
    reason: str


def _ticked() -> Field:
    """The refs that were ticked; one that is none was not sent by our page."""

    def read(sent: Submitted, name: str) -> tuple[UUID, ...]:
        try:
            refs = tuple(dict.fromkeys(UUID(one) for one in sent.all(name)))
        except ValueError:
            refs = ()
        if not refs:
            raise Fault("Tick the alerts to hand over")
        return refs

    return Field(read=read)


ASSIGNING: Final = Form(
    Assigning,
    pick=_ticked(),
    to=a_text(missing="Choose who takes them", label="The colleague"),
    reason=a_text(missing="Say why you hand them over", label="The reason", longest=LONGEST_NOTE),
)


@get(PATH, opt={"policy": may_do(Permission.ALERT_VIEW)})
async def show_alerts(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """What waits for my teams."""
    asked = read_asked(request.query_params, kinds=KIND_CHOICES, ways=WAYS)
    return await _alerts_page(request, database, asked=asked, said=_said(request.query_params.get("done", "")))


@post("/alerts/assign", opt={"policy": may_do(Permission.ALERT_REASSIGN)})
async def assign(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """Give the ticked ones to one colleague."""
    parsed = ASSIGNING.read(await read_submitted(request))
    asked = read_back(parsed.typed.one("back"), kinds=KIND_CHOICES, ways=WAYS)
    errors = parsed.errors
    if parsed.value is not None:
        given = parsed.value
        try:
            done = await doors.assign_alerts(database, asks=asker(request), refs=given.pick, to=given.to,
                                             reason=given.reason)  # fmt: skip
            return go_to(address_of(PATH, asked, more=[("done", f"{done.given}-{done.left}")]))
        except (NotFound, Refused) as refused:
            errors = FieldErrors(all=(FieldError(field="to", message=str(refused)),))
    return await _alerts_page(request, database, asked=asked, typed=parsed.typed, errors=errors)


async def _alerts_page(
    request: _Request,
    database: Database,
    *,
    asked: Asked,
    said: str = "",
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> Response[Any]:
    async with listing(request, database, asked, verb="alerts.look", planned_once=True) as (look, scope):
        alerts = await waiting_alerts(look, scope, look.asked)
        page = present_alerts(alerts, asked=look.asked, around=look.around, asks=look.asks, now=look.tx.now, said=said,
                              typed=typed, errors=errors)  # fmt: skip
        frame = worklist_frame(request, around=look.around, tx=look.tx)
    if not alerts and look.asked.page > 1:
        return go_to(first_page(PATH, look.asked))
    title = titled("Alerts", look.asked, total=alerts[0].total if alerts else 0)
    return html(request, template="caseload/alerts.html", page=page, title=title, frame=frame,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _said(code: str) -> str:
    """What came of handing over, from the two numbers in the address."""
    given, dash, left = code.partition("-")
    if not dash or not all(one.isascii() and one.isdigit() and len(one) < 4 for one in (given, left)):
        return ""
    done = Assigned(given=int(given), left=int(left))
    stayed = (
        f" {counted(done.left, 'alert')} stayed: closed meanwhile, or of a team that the colleague does not work in."
        if done.left
        else ""
    )
    return f"{counted(done.given, 'alert')} handed over.{stayed}"


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_alerts, assign)
