"""Leave and cover as strings; what nobody covers stands out."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from rms.caseload.set_up.leave.store import Colleague, Leave
from rms.caseload.set_up.parts import options
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.frame import Option
from rms.messages.compose import day_in_words
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/leave"
NOTHING: Final = Submitted(pairs=())


class LeaveRow(msgspec.Struct, frozen=True, kw_only=True):
    """One leave."""

    id: str
    name: str
    days: str
    cover: str
    is_gap: bool
    is_now: bool
    by: str


class LeavePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/leave.html`."""

    count: str
    warning: str
    rows: tuple[LeaveRow, ...]
    people: tuple[Option, ...]
    covers: tuple[Option, ...]
    said: str
    typed: Submitted
    errors: FieldErrors


def present_leave(
    found: Sequence[Leave], *, people: Sequence[Colleague], today: date, done: str = "", typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> LeavePage:  # fmt: skip
    """The list, and the form for one more."""
    rows = tuple(_row(one, today=today) for one in found)
    names = {str(one.ref): f"{one.name} ({one.teams or 'no team'})" for one in people}
    return LeavePage(
        count=counted(len(rows), "leave"), warning=_warning(rows), rows=rows,
        people=options(names, chosen=typed.one("who")), covers=options(names, chosen=typed.one("cover")),
        said={"set": "The leave is written down.", "cancelled": "The leave is cancelled."}.get(done, ""),
        typed=typed, errors=errors,
    )  # fmt: skip


def _row(one: Leave, *, today: date) -> LeaveRow:
    return LeaveRow(
        id=str(one.id), name=one.name, days=f"{day_in_words(one.from_on)} to {day_in_words(one.until_on)}",
        cover=_cover(one), is_gap=not one.is_covered, is_now=one.from_on <= today, by=one.created_by,
    )  # fmt: skip


def _cover(one: Leave) -> str:
    if one.covered_by is None:
        return "Nobody covers"
    if one.cover_left:
        return f"{one.covered_by} has left"
    return f"{one.covered_by}, who is away too for some of it" if one.cover_away else one.covered_by


def _warning(rows: Sequence[LeaveRow]) -> str:
    gaps = [row.name for row in rows if row.is_gap]
    if not gaps:
        return ""
    return (f"Nobody covers for {', '.join(dict.fromkeys(gaps))} for some or all of the time. Open alerts still climb to the "
            "deputy and the lead of the team, later than with somebody who covers.")  # fmt: skip
