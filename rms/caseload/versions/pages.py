"""`/plans/{ref}/version` for one person, `/set-up/protocols/{protocol}/{version}/people` for all of a team."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.people.asking import bar_of
from rms.caseload.people.store import plan_in_scope
from rms.caseload.set_up.signing.versions import held_version
from rms.caseload.starting.forms.reading import revision_of
from rms.caseload.versions import doors
from rms.caseload.versions.forms import DECIDE, UNDO, Decided, faults_of, read_some
from rms.caseload.versions.presenters import present_everybody, present_plan
from rms.caseload.versions.store import everybody_behind, newest_for
from rms.caseload.worklist.ages import counted
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import person
from rms.plans.moves import why_not_move
from rms.plans.store import plan_on_file
from rms.plans.store.migrations import last_migration, proposed, why_not_undo
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_MAY: Final = may_do(Permission.PROTOCOL_APPROVE)
_PEOPLE: Final = "/set-up/protocols/{protocol:str}/{version:int}/people"
_NOTHING: Final = Submitted(pairs=())
_SAID: Final = {
    "move": "The plan moved. Its reminders follow the new dates. RMS tells the person nothing about it: tell them.",
    "later": "It is noted. This plan comes up again on that day.",
    "keep": "It is noted. This plan stays on the version it is on.",
    "undone": "The move is undone. The plan is what it was before.",
}


@get("/plans/{ref:uuid}/version", opt={"policy": _MAY})
async def show_version(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What a move to the newest version would do."""
    return await _plan_page(request, database, ref=ref)


@post("/plans/{ref:uuid}/version", opt={"policy": _MAY})
async def decide_version(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Move, stay, or decide later."""
    sent, asks = await read_submitted(request), asker(request)
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await plan_in_scope(tx, asks=asks, ref=ref)
        plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id)
        to, today = await newest_for(tx, plan=plan), tx.today
        weaker = (await proposed(tx, plan=plan, protocol=to.protocol)).weaker if to else ()
    parsed = DECIDE.read(sent)
    errors = parsed.errors
    if parsed.value is not None:
        errors = faults_of(parsed.value, needs_tick=bool(weaker), today=today)
    if to is None or sent.one("to") != str(to.id):
        errors = errors or _fault(
            "choice", "Another version is the newest one now. Look at it below, and decide again."
        )
    if parsed.value is None or to is None or errors:
        return await _plan_page(request, database, ref=ref, typed=sent, errors=errors)
    try:
        await _do(request, database, ref=ref, version_id=to.id, decided=parsed.value, revision=revision_of(sent))
    except Refused as refused:
        return await _plan_page(request, database, ref=ref, typed=sent, errors=_fault("choice", str(refused)))
    return go_to(f"/plans/{ref}/version?done={parsed.value.choice}")


async def _do(
    request: _Request, database: Database, *, ref: UUID, version_id: int, decided: Decided, revision: int
) -> None:
    asks = asker(request)
    if decided.choice == "move":
        await doors.move_one(database, asks=asks, ref=ref, version_id=version_id, revision=revision, reason=decided.reason,
                             ticked=decided.sure)  # fmt: skip
        return
    assert decided.again is not None
    await doors.stay(database, asks=asks, ref=ref, version_id=version_id, choice=decided.choice, reason=decided.reason,
                     look_again_on=decided.again)  # fmt: skip


@post("/plans/{ref:uuid}/version/undo", opt={"policy": _MAY})
async def undo_version(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Take the last move back while nothing came of it."""
    parsed = UNDO.read(await read_submitted(request))
    if parsed.value is None:
        return await _plan_page(request, database, ref=ref, typed=parsed.typed, errors=parsed.errors)
    try:
        await doors.undo(
            database, asks=asker(request), ref=ref, revision=revision_of(parsed.typed), why=parsed.value.why
        )
    except Refused as refused:
        return await _plan_page(request, database, ref=ref, typed=parsed.typed, errors=_fault("why", str(refused)))
    return go_to(f"/plans/{ref}/version?done=undone")


@get(_PEOPLE, opt={"policy": _MAY})
async def show_people(
    request: _Request, database: NamedDependency[Database], protocol: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """Who stands on an older version."""
    return await _people_page(request, database, key=protocol, version=held_version(version))


@post(_PEOPLE, opt={"policy": _MAY})
async def move_people(
    request: _Request, database: NamedDependency[Database], protocol: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """Move those who are ticked, each alone."""
    sent, asks, number = await read_submitted(request), asker(request), held_version(version)
    async with looking(request, database, feeds_too=False) as look:
        behind = await everybody_behind(look, key=protocol, version=number, page=_page_of(request))
        await look.at(verb="plan.list_versions", subject_kind="plan", shown=[one.person.id for one in behind.open])
    some, errors = read_some(sent, is_first=behind.moved == 0)
    if errors:
        return await _people_page(request, database, key=protocol, version=number, typed=sent, errors=errors)
    moved, refused = await doors.move_some(
        database, asks=asks, plans=some.plans, version_id=behind.to.id, reason=some.reason
    )
    return go_to(f"/set-up/protocols/{protocol}/{number}/people?moved={moved}&refused={refused}")


async def _plan_page(
    request: _Request, database: Database, *, ref: UUID, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    async with looking(request, database) as look:
        here = look.asks.organisation_id
        found = await plan_in_scope(look.tx, asks=look.asks, ref=ref)
        plan = await plan_on_file(look.tx, organisation_id=here, plan_id=found.plan_id)
        them = await person(look.tx, organisation_id=here, patient_id=found.patient_id)
        to = await newest_for(look.tx, plan=plan)
        made = await last_migration(look.tx, organisation_id=here, plan_id=plan.id)
        page = present_plan(
            plan, bar=bar_of(them, look), to=to, made=made, typed=typed, errors=errors, may_list=True,
            found=await proposed(look.tx, plan=plan, protocol=to.protocol) if to else None,
            why_not=why_not_move(plan, to=to, live=look.tx.live) if to else None,
            why_not_undo=await why_not_undo(look.tx, plan=plan, made=made) if made else None,
            said="" if errors else _SAID.get(request.query_params.get("done", ""), ""),
        )  # fmt: skip
        await look.at(verb="plan.look", subject_kind="plan", subject_id=plan.id, patient_id=them.id)
    return html(request, template="caseload/versions/plan.html", page=page, title="Another version of the protocol",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _people_page(
    request: _Request, database: Database, *, key: str, version: int, typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    async with looking(request, database) as look:
        found = await everybody_behind(look, key=key, version=version, page=_page_of(request))
        page = present_everybody(found, typed=typed, said="" if errors else _moved_said(request), today=look.tx.today,
                                 errors=errors)  # fmt: skip
        shown = [one.person.id for one in found.open] + [them.id for _, _, them in found.settled]
        await look.at(verb="plan.list_versions", subject_kind="plan", shown=shown)
    return html(request, template="caseload/versions/everybody.html", page=page, title=page.heading,
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _moved_said(request: _Request) -> str:
    moved, refused = (_count(request.query_params.get(name, "")) for name in ("moved", "refused"))
    if moved is None or refused is None:
        return ""
    said = f"{counted(moved, 'plan')} moved."
    return said if not refused else f"{said} {refused} did not, because something changed in between: see below."


def _page_of(request: _Request) -> int:
    return max(1, _count(request.query_params.get("page", "")) or 1)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _fault(field: str, message: str) -> FieldErrors:
    return FieldErrors(all=(FieldError(field=field, message=message),))


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_version, decide_version, undo_version, show_people, move_people)
