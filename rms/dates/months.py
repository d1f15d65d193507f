"""Counting in months, and ages. It must not know what is being repeated."""

from calendar import monthrange
from datetime import date

#: Every month has this day.
_IN_EVERY_MONTH = 28


def add_months(day: date, months: int) -> date:
    """Move a day by whole calendar months (negative: back), clamped to the end of the month it lands in.

    31 January + 1 month is 28 or 29 February. Clamping loses the day of the month, so never add to a result: count
    every time from the original day (`repeat_from`).
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = day.day if day.day <= _IN_EVERY_MONTH else monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))


def repeat_from(anchor: date, *, every_months: int, number: int, offset_months: int = 0) -> date:
    """Give the date of the `number`-th repeat (0: the first) of something that starts `offset_months` after its anchor.

    It counts from the anchor in one step, so a 31st comes back on the 31st wherever there is one.
    """
    if every_months < 1:
        raise ValueError("Something that repeats does so every month or less often.")
    return add_months(anchor, offset_months + every_months * number)


def age_on(day: date, *, born_on: date) -> int:
    """Give a person's age in whole years on a day; somebody born on 29 February turns a year older on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
