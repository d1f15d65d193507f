"""`/results/{ref}` and the message behind it as it came."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.identity import identity_bar
from rms.caseload.looking import Look, looking
from rms.caseload.people.presenters.result import ResultPage, present_raw, present_result
from rms.caseload.people.presenters.results import Context, present_tests
from rms.caseload.people.store import (
    FoundResult,
    decisions_about,
    judged_of,
    messages_because_of,
    raw_messages,
    result_behind,
    results_of,
    versions_of,
)
from rms.db.database import Database
from rms.errors import NotFound
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.people.store import person, treatments_of
from rms.plans.store import plans_of
from rms.web.pages import html

_Request = Request[Any, Any, Any]


@get("/results/{ref:uuid}", opt={"policy": may_do(Permission.RESULT_VIEW)})
async def show_result(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One result with its test's chart, every version, the rules that judged it, what was decided and sent."""
    async with looking(request, database) as look:
        found = await result_behind(look, ref=ref)
        page = await _present(look, found, ref=ref)
        await look.at(verb="result.look", subject_kind="result", subject_id=found.id, patient_id=found.patient_id)
    return html(request, template="caseload/people/result.html", page=page, title=f"{page.test.name} of {page.taken}",
                frame=staff_frame(request))  # fmt: skip


@get("/results/{ref:uuid}/raw", opt={"policy": may_do(Permission.RESULT_MATCH)})
async def show_raw(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """The messages behind a result, exactly as they came; NotFound for one that was typed in."""
    async with looking(request, database) as look:
        found = await result_behind(look, ref=ref)
        versions = await versions_of(look, result_id=found.id)
        inbox_ids = [one.inbox_id for one in reversed(versions) if one.inbox_id is not None]
        if not inbox_ids:
            raise NotFound("No message stands behind this result.")
        messages = await raw_messages(look, inbox_ids=list(dict.fromkeys(inbox_ids)))
        them = await person(look.tx, organisation_id=look.asks.organisation_id, patient_id=found.patient_id)
        page = present_raw(identity_bar(them, today=look.tx.today), messages, back=f"/results/{ref}")
        await look.at(verb="result.raw.look", subject_kind="result", subject_id=found.id, patient_id=found.patient_id)
    return html(request, template="caseload/people/raw.html", page=page, title="The message as it came",
                frame=staff_frame(request))  # fmt: skip


async def _present(look: Look, found: FoundResult, *, ref: UUID) -> ResultPage:
    whose = {"organisation_id": look.asks.organisation_id, "patient_id": found.patient_id}
    them = await person(look.tx, **whose)
    plans = await plans_of(look.tx, **whose)
    results = await results_of(look, patient_id=them.id)
    versions = await versions_of(look, result_id=found.id)
    decisions = await decisions_about(look, found=found)
    context = Context(plans=tuple(plans), treatments=tuple(await treatments_of(look.tx, **whose)), today=look.tx.today)
    test = next((one.test for one in results if one.id == found.id), None)
    if test is None:
        raise NotFound("This result is too old to be shown.")
    [block] = present_tests([one for one in results if one.test == test], context=context, this=found.id)
    may_read = look.asks.may(Permission.RESULT_MATCH) and any(one.inbox_id is not None for one in versions)
    return present_result(
        identity_bar(them, today=look.tx.today), found=found, test=block, versions=versions,
        judged=await judged_of(look, version_ids=[one.id for one in versions]),
        protocols={(plan.protocol.key, plan.protocol.version): plan.protocol for plan in plans},
        decisions=decisions,
        sent=await messages_because_of(look, patient_id=them.id, decision_ids=[one.id for one in decisions]),
        raw=f"/results/{ref}/raw" if may_read else None,
    )  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_result, show_raw)
