"""`/starting/{ref}`: page 1 of 3, the protocol and the conversation."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.starting import doors
from rms.caseload.starting.forms.choosing import Chosen, read_chosen
from rms.caseload.starting.forms.reading import revision_of
from rms.caseload.starting.loading import Building
from rms.caseload.starting.model import Draft
from rms.caseload.starting.pages.common import AnyRequest, in_hand, may_leave_out, stopped
from rms.caseload.starting.presenters.choosing import ChoosingPage, present_choosing
from rms.db.database import Database
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_DRAFT = may_do(Permission.PLAN_DRAFT)


@get("/starting/{ref:uuid}", opt={"policy": _DRAFT})
async def show_choosing(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What the register knows, the protocols, their questions."""
    found = await in_hand(request, database, ref=ref)
    page = present_choosing(found.build, may_leave_out=may_leave_out(found.build.asks))
    return stopped(request, found) or _page(request, page)


@post("/starting/{ref:uuid}", opt={"policy": _DRAFT})
async def choose(request: AnyRequest, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Save page 1 and go on; or record that follow-up does not begin, and go back to the list."""
    found = await in_hand(request, database, ref=ref)
    if stop := stopped(request, found):
        return stop
    asks, sent = found.build.asks, await read_submitted(request)
    parsed = read_chosen(sent, offers=found.build.offers, may_leave_out=may_leave_out(asks), today=found.build.today)
    if parsed.value is None:
        page = present_choosing(found.build, may_leave_out=may_leave_out(asks), typed=sent, errors=parsed.errors)
        return _page(request, page)
    chosen = parsed.value
    if chosen.protocol_version_id is None:
        await doors.leave_out(database, asks=asks, ref=ref, what=chosen.choice, note=chosen.note,
                              workshop_attended=chosen.workshop_attended, talked_on=chosen.talked_on)  # fmt: skip
        return go_to(f"/starting?left={ref}")
    draft = _with(found.build, chosen, version_id=chosen.protocol_version_id)
    await doors.keep_draft(database, asks=asks, ref=ref, draft=draft, revision=revision_of(sent))
    return go_to(f"/starting/{ref}/dates")


def _with(build: Building, chosen: Chosen, *, version_id: int) -> Draft:
    """The draft with page 1 in it; what page 2 holds already stays."""
    before = build.draft or Draft(protocol_version_id=version_id, choice=chosen.choice, answers={})
    draft = msgspec.structs.replace(
        before, protocol_version_id=version_id, choice=chosen.choice, answers=chosen.answers,
        workshop_attended=chosen.workshop_attended, note=chosen.note, talked_on=chosen.talked_on,
    )  # fmt: skip
    # Somebody who wants nothing digital now cannot keep a text or an email from before.
    return draft if draft.prefers in (None, *build.ways_for(draft)) else msgspec.structs.replace(draft, prefers=None)


def _page(request: AnyRequest, page: ChoosingPage) -> Response[str]:
    return html(request, template="caseload/starting/choosing.html", page=page, title="Choose a protocol (page 1 of 3)",
                frame=staff_frame(request), status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_choosing, choose)
