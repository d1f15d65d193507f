"""`/set-up`: the checklist; `/set-up/back-up`, `/set-up/clinical-safety`: what a named person confirms."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.checklist import doors
from rms.caseload.set_up.checklist.forms import faults_of, note_form
from rms.caseload.set_up.checklist.items import Facts, items
from rms.caseload.set_up.checklist.presenters import NOTES, NOTHING, PATH, present_checklist, present_note
from rms.caseload.set_up.checklist.store import latest_note, system_facts
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.sign_in.actions import Means
from rms.people.store import organisation
from rms.plans.store import protocol_versions
from rms.questionnaires.store import questionnaire_versions
from rms.settings import Settings
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_SEE: Final = may_do(Permission.SET_UP_VIEW)


@get(PATH, opt={"policy": _SEE})
async def show_checklist(
    request: _Request,
    database: NamedDependency[Database],
    settings: NamedDependency[Settings],
    means: NamedDependency[Means],
) -> Response[str]:
    """What is set up and what is missing."""
    asks = asker(request)
    here = asks.organisation_id
    async with database.transaction(organisation_id=here) as tx:
        before = means.clock.now()
        system = await system_facts(tx, organisation_id=here)
        facts = Facts(
            system=system, before=before, after=means.clock.now(), settings=settings,
            protocols=tuple(await protocol_versions(tx, organisation_id=here)),
            questionnaires=tuple(await questionnaire_versions(tx, organisation_id=here)),
            back_up=await latest_note(tx, organisation_id=here, what="back_up"),
            safety=await latest_note(tx, organisation_id=here, what="clinical_safety"),
            embedded=settings.database.owner is None, now=tx.now, today=tx.today,
        )  # fmt: skip
        name = (await organisation(tx, here)).name
    page = present_checklist(items(facts), organisation=name, asks=asks)
    return html(
        request, template="caseload/set_up/checklist.html", page=page, title="Set up", frame=staff_frame(request)
    )


@get(f"{PATH}/back-up", opt={"policy": _SEE})
async def show_back_up(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """When a restore was last tried."""
    return await _note(request, database, what="back_up")


@post(f"{PATH}/back-up", opt={"policy": may_do(NOTES["back_up"].needs)})
async def take_back_up(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """A restore was tried."""
    return await _confirm(request, database, what="back_up")


@get(f"{PATH}/clinical-safety", opt={"policy": _SEE})
async def show_safety(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """Who answers for the use of RMS here."""
    return await _note(request, database, what="clinical_safety")


@post(f"{PATH}/clinical-safety", opt={"policy": may_do(NOTES["clinical_safety"].needs)})
async def take_safety(request: _Request, database: NamedDependency[Database]) -> Response[Any]:
    """Somebody answers for it."""
    return await _confirm(request, database, what="clinical_safety")


async def _confirm(request: _Request, database: Database, *, what: str) -> Response[Any]:
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        form = note_form(today=tx.today, missing=NOTES[what].missing)
    parsed = form.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None and not (errors := faults_of(parsed.value)):
        await doors.confirm(database, asks=asks, what=what, confirmed=parsed.value)
        return go_to(PATH)
    return await _note(request, database, what=what, typed=parsed.typed, errors=errors)


async def _note(
    request: _Request, database: Database, *, what: str, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        latest = await latest_note(tx, organisation_id=asks.organisation_id, what=what)
        page = present_note(what, latest=latest, asks=asks, live=tx.live, typed=typed, errors=errors)
    return html(request, template="caseload/set_up/note.html", page=page, title=page.heading, frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_checklist, show_back_up, take_back_up, show_safety, take_safety)
