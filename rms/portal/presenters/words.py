"""The words and small values that a person's pages share. Must not query, decide or read the time."""

from datetime import date
from typing import Final

import msgspec

from rms.dates.phone_hours import hours_said

_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
SOME_TRUST: Final = "Your hospital"


class HelpLine(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to call. `who` is the trust until the person is known, then the team; `href` is a `tel:` address."""

    who: str
    number: str
    href: str
    hours: str


def whom_to_call(who: str, *, number: str, hours: str | None) -> HelpLine:
    """Make the lines that say whom to call; `hours` as the team gave them, None when it has not said any."""
    return HelpLine(who=who, number=number, href=f"tel:{number.replace(' ', '')}", hours=hours_said(hours))


def in_words(day: date) -> str:
    """Write a day as people say it: 3 May 2027."""
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """Write a near day as people say it: Friday 3 May 2027."""
    return f"{_DAYS.split()[day.weekday()]} {in_words(day)}"


def in_boxes(day: date) -> str:
    """A day as it is typed into three boxes: 27 3 2027."""
    return f"{day.day} {day.month} {day.year}"


def answer_by_said(by: date, *, today: date) -> str:
    """By when answers are wanted: one sentence with one day, the one that stands in the message."""
    if by < today:
        return f"We asked you to answer by {in_words(by)}. You can still answer."
    return f"Please answer by {in_words(by)}."
