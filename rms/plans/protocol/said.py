"""A schedule in words, as a list of months says it to one who knows the published tables."""

from rms.plans.protocol.checks import has_end, months_of
from rms.plans.protocol.language import Protocol, Schedule


def months_said(schedule: Schedule) -> str:
    """`3, 6, 9, 12, 18`, and of what has no end its first months: `3, 6, 12, then every 12 months without an end`."""
    if has_end(schedule):
        return ", ".join(map(str, months_of(schedule)))
    last = schedule.phases[-1]
    named = [month for month in months_of(schedule) if month <= last.from_month]
    return f"{', '.join(map(str, named))}, then every {last.every_months} months without an end"


def duration_said(protocol: Protocol) -> str:
    """How long it lasts, with the tag of the source."""
    lasts = protocol.duration_months
    if lasts is None:
        return "Without an end of its own"
    return f"{lasts.value} month{'' if lasts.value == 1 else 's'} [{lasts.source}]"
