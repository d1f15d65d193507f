"""Who is told next while nobody acts: team, owner, deputy, team lead, service manager; it knows leave.

People are opaque numbers here; who stands on which rung today is loaded by the caller.
"""

from datetime import datetime
from enum import IntEnum

import msgspec

from rms.alerts.lifecycle.clock import PACES
from rms.alerts.model import AlertKind
from rms.dates import add_working_hours


class Rung(IntEnum):
    """Who is answerable now. It only climbs while nobody acts."""

    TEAM = 0
    OWNER = 1
    DEPUTY = 2
    TEAM_LEAD = 3
    SERVICE_MANAGER = 4


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands on which rung: staff ids, None where nobody does. The team itself is always there."""

    owner: int | None = None
    deputy: int | None = None
    team_lead: int | None = None
    service_manager: int | None = None

    def on(self, rung: Rung) -> int | None:
        """The person on a rung; None for the team and for an empty one."""
        return {
            Rung.TEAM: None,
            Rung.OWNER: self.owner,
            Rung.DEPUTY: self.deputy,
            Rung.TEAM_LEAD: self.team_lead,
            Rung.SERVICE_MANAGER: self.service_manager,
        }[rung]


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told now (`staff_id` None: the whole team again), the next climb, and why those between were not."""

    rung: Rung
    staff_id: int | None
    next_escalation_at: datetime
    sentence: str


def escalate(
    kind: AlertKind, *, rung: Rung, ladder: Ladder, now: datetime, on_leave: frozenset[int] = frozenset()
) -> Escalation:
    """Climb to the next rung where somebody is at work; at the top, tell the top again. The clock never stops.

    When nobody above is at work the team is told again and the rung stays, so that the next climb looks afresh.
    """
    next_at = add_working_hours(now, PACES[kind].next_climb)
    passed: list[str] = []
    for candidate in [*(r for r in Rung if r > rung), *([rung] if rung is Rung.SERVICE_MANAGER else [])]:
        staff_id = ladder.on(candidate)
        if staff_id is not None and staff_id not in on_leave:
            because = f": {_listed(passed)}" if passed else ""
            return Escalation(
                rung=candidate,
                staff_id=staff_id,
                next_escalation_at=next_at,
                sentence=f"Nobody acted in time, so the {words(candidate)} is told now{because}.",
            )
        passed.append(_passed(candidate, is_named=staff_id is not None))
    return Escalation(
        rung=rung,
        staff_id=None,
        next_escalation_at=next_at,
        sentence=f"Nobody acted in time, so the whole team is told again: {_listed(passed)}.",
    )


def _passed(rung: Rung, *, is_named: bool) -> str:
    """Why a rung was passed by: `nobody has taken it`, `the deputy is on leave`."""
    if is_named:
        return f"the {words(rung)} is on leave"
    return "nobody has taken it" if rung is Rung.OWNER else f"there is no {words(rung)}"


def _listed(reasons: list[str]) -> str:
    *first, last = reasons
    return f"{', '.join(first)} and {last}" if first else last


def words(rung: Rung) -> str:
    """team lead, service manager"""
    return rung.name.lower().replace("_", " ")
