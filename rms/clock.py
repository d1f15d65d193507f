"""The only file that reads the time, and the home of Europe/London.

RMS has two clocks. The *real* clock drives leases, sessions, limits and tokens: it is `SystemClock` here. The *civil*
clock drives clinical dates, windows and links: it is a row of the database, read with each transaction, and arrives
here only as a value, `CivilTime`. Everything else takes `now: datetime` (aware, UTC) or `today: date` (London) as a
parameter, so a test passes the time instead of freezing it.
"""

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Whoever can tell the real time."""

    def now(self) -> datetime:
        """Tell the instant, aware and in UTC."""
        ...


class SystemClock:
    """The real clock of this machine."""

    def now(self) -> datetime:
        """Tell the instant, aware and in UTC."""
        return real_now()


class CivilTime(msgspec.Struct, frozen=True, kw_only=True):
    """The instant at which one unit of work stands, as the database gave it; a naive one is refused."""

    now: datetime

    def __post_init__(self) -> None:
        require_aware(self.now)

    @property
    def today(self) -> date:
        """The London day of this instant."""
        return london_date(self.now)


def real_now() -> datetime:
    """Read the machine's clock: an aware instant in UTC."""
    return datetime.now(UTC)


def require_aware(instant: datetime) -> datetime:
    """Hand back an instant that knows its offset; ValueError for a naive one, which could mean any of two hours."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError("This instant has no time zone, so nobody can say when it is.")
    return instant


def london_date(instant: datetime) -> date:
    """Say which day it is in London at an instant."""
    return require_aware(instant).astimezone(LONDON).date()


def london_time(instant: datetime) -> datetime:
    """Turn an instant into London wall time, for showing it or for asking its hour."""
    return require_aware(instant).astimezone(LONDON)


def start_of_london_day(day: date) -> datetime:
    """Give the instant (UTC) at which a London day begins. Midnight always exists: clocks change at 1 and 2."""
    return at_london(day, time(0))


def at_london(day: date, at: time) -> datetime:
    """Give the instant (UTC) at which London's clocks show `at` on `day`.

    In March the hour from 01:00 does not exist: the time is read as if the clocks had not changed yet, so 01:30 becomes
    the instant at which they show 02:30. In October the hour from 01:00 comes twice: the first of the two is meant.
    Both choices keep the order of any two times of a day. `at` must be naive wall time.
    """
    if at.tzinfo is not None:
        raise ValueError("A wall time in London is given without a time zone.")
    return datetime.combine(day, at.replace(fold=0), tzinfo=LONDON).astimezone(UTC)
