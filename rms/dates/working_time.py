"""Working days and working hours in England: Monday to Friday, bank holidays off, 09:00 to 17:00 in London.

Alert clocks and telephone calls run on them. It must not know what the clock is for.
"""

from datetime import UTC, date, datetime, time, timedelta

from rms.clock import at_london, london_date, require_aware
from rms.dates.bank_holidays import SATURDAY, is_bank_holiday

OPENS = time(9)
CLOSES = time(17)
ONE_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Say whether a clinic office in England is open on this day."""
    return day.weekday() < SATURDAY and not is_bank_holiday(day)


def next_working_day(day: date) -> date:
    """Give the day itself when it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def previous_working_day(day: date) -> date:
    """Give the day itself when it is a working day, else the last one before it."""
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def add_working_days(day: date, days: int) -> date:
    """Give the `days`-th working day after a day (which itself never counts); 0 is `next_working_day`."""
    if days < 0:
        raise ValueError("Working days are counted forwards.")
    day = next_working_day(day) if days == 0 else day
    for _ in range(days):
        day = next_working_day(day + ONE_DAY)
    return day


def working_days_between(day: date, *, until: date) -> int:
    """Count the working days after `day` up to and with `until`; 0 when `until` is not later."""
    return sum(is_working_day(day + ONE_DAY * passed) for passed in range(1, (until - day).days + 1))


def add_working_hours(instant: datetime, hours: float, *, opens: time = OPENS, closes: time = CLOSES) -> datetime:
    """Give the instant (UTC) at which `hours` of working time have passed.

    Outside working time the clock stands. Time that runs out exactly at closing ends at closing, not at the next
    opening; with 0 hours the answer is the instant itself or, outside working time, the next opening.
    """
    if hours < 0 or opens >= closes:
        raise ValueError("Working hours are counted forwards, in a day that closes after it opens.")
    at = require_aware(instant).astimezone(UTC)
    left = timedelta(hours=hours)
    day = next_working_day(london_date(at))
    while True:
        start, end = max(at, at_london(day, opens)), at_london(day, closes)
        if start < end and start + left <= end:
            return start + left
        left -= max(end - start, timedelta())
        day = next_working_day(day + ONE_DAY)
