"""By when an alert must be answered and when somebody else is told, in working hours with bank holidays.

Figures: user experience 2.7 (same working day, 3 working days, by step, 2 working days). The hours between rungs are
our default.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from rms.alerts.model import URGENCY, AlertKind
from rms.clock import london_date, start_of_london_day
from rms.dates import add_working_hours

HOURS_IN_WORKING_DAY = 8


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Working hours (8 a day): to the target, to the first climb, and from rung to rung after it."""

    respond: int
    first_climb: int
    next_climb: int


PACES: Mapping[AlertKind, Pace] = {
    AlertKind.ACT_TODAY: Pace(respond=8, first_climb=4, next_climb=2),
    AlertKind.LOOK_SOON: Pace(respond=24, first_climb=24, next_climb=8),
    AlertKind.CHASE: Pace(respond=40, first_climb=40, next_climb=16),
    AlertKind.FIX_DATA: Pace(respond=16, first_climb=16, next_climb=8),
}


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """By when it should be answered, and when somebody else is told if nobody acts. Instants in UTC."""

    respond_by: datetime
    next_escalation_at: datetime


def opening(kind: AlertKind, *, now: datetime) -> Clock:
    """The clock of an alert raised now.

    "Act today" answers by the close of the working day it is raised in; out of hours, of the next one.
    """
    pace = PACES[kind]
    respond_by = add_working_hours(now, pace.respond)
    if kind is AlertKind.ACT_TODAY:
        respond_by = _close_of_working_day(now)
    return Clock(respond_by=respond_by, next_escalation_at=min(respond_by, add_working_hours(now, pace.first_climb)))


def _close_of_working_day(now: datetime) -> datetime:
    """The end of the working day that runs now or begins next."""
    begins = add_working_hours(now, 0)
    return add_working_hours(start_of_london_day(london_date(begins)), HOURS_IN_WORKING_DAY)


def after_acting(kind: AlertKind, *, clock: Clock, now: datetime) -> Clock:
    """The clock after somebody acted: the target stays as it was, the climb starts again."""
    climb = add_working_hours(now, PACES[kind].first_climb)
    return Clock(respond_by=clock.respond_by, next_escalation_at=climb)


def snoozed_clock(clock: Clock, *, until: datetime) -> Clock:
    """The clock while set aside: it rings when the alert comes back, and the target stays as it was."""
    return Clock(respond_by=clock.respond_by, next_escalation_at=until.astimezone(UTC))


def merged(kind: AlertKind, *, clock: Clock, new_kind: AlertKind, now: datetime) -> tuple[AlertKind, Clock]:
    """Add a cause to an alert that is not closed: the higher kind and the earlier of the two clocks stay."""
    fresh = opening(new_kind, now=now)
    return max(kind, new_kind, key=lambda one: URGENCY[one]), Clock(
        respond_by=min(clock.respond_by, fresh.respond_by),
        next_escalation_at=min(clock.next_escalation_at, fresh.next_escalation_at),
    )
