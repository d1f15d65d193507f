"""When a message may reach a person: between 08:00 and 20:00 in London, and never on Christmas Day."""

from datetime import UTC, datetime, time, timedelta

from rms.clock import at_london, london_date, london_time, require_aware

START = time(8)
END = time(20)


def is_allowed(instant: datetime, *, start: time = START, end: time = END) -> bool:
    """Say whether an instant lies from `start` up to but not with `end` on a day that is not 25 December."""
    local = london_time(instant)
    return start <= local.time() < end and (local.month, local.day) != (12, 25)


def next_allowed(instant: datetime, *, start: time = START, end: time = END) -> datetime:
    """Give the first instant (UTC) at or after this one at which a message may be sent."""
    if start >= end:
        raise ValueError("The hours in which messages may go out must end after they start.")
    if is_allowed(instant, start=start, end=end):
        return require_aware(instant).astimezone(UTC)
    day = london_date(instant)
    while (opening := at_london(day, start)) < instant or not is_allowed(opening, start=start, end=end):
        day += timedelta(days=1)
    return opening
