"""What the pages of one plan share: reading it, and the page that says why nothing can be done here."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.starting.loading import Building, building
from rms.caseload.starting.presenters.reasons import present_stop
from rms.db.database import Database
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.pages import html

AnyRequest = Request[Any, Any, Any]
#: Somebody else was quicker, or the person has died: nothing that was sent was done.
CONFLICT: Final = 409


class InHand(msgspec.Struct, frozen=True, kw_only=True):
    """One plan that is being built, and the civil instant at which it was read."""

    build: Building
    now: datetime


async def in_hand(request: AnyRequest, database: Database, *, ref: UUID) -> InHand:
    """Read it; who looked is written before anything leaves us."""
    async with looking(request, database) as look:
        return InHand(build=await building(look, ref=ref), now=look.tx.now)


def stopped(request: AnyRequest, found: InHand) -> Response[str] | None:
    """The page that says why no plan can be built; None when one can. A form that was sent gets it as a conflict."""
    page = present_stop(found.build, now=found.now)
    if page is None:
        return None
    status = CONFLICT if request.method == "POST" else 200
    return html(request, template="caseload/starting/stop.html", page=page, title=page.heading,
                frame=staff_frame(request), status=status)  # fmt: skip


def may_leave_out(asks: Asker) -> bool:
    """Whether somebody may record that follow-up does not begin: those who may start it."""
    return asks.may(Permission.PLAN_START)
