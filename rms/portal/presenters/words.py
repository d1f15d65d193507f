"""The words and small values that a person's pages share. Must not query, decide or read the time."""

from datetime import date
from typing import Final

import msgspec

_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
PHONE_HOURS: Final = "Monday to Friday, 9am to 5pm, not on bank holidays."
SOME_TRUST: Final = "Your hospital"


class HelpLine(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to call. `who` is the trust until the person is known, then the team; `href` is a `tel:` address."""

    who: str
    number: str
    href: str
    hours: str


def whom_to_call(who: str, *, number: str, hours: str | None) -> HelpLine:
    """Make the lines that say whom to call; `hours` as the team gave them, empty to say none, None when not known."""
    said = PHONE_HOURS if hours is None else f"{hours.rstrip('.')}." if hours else ""
    return HelpLine(who=who, number=number, href=f"tel:{number.replace(' ', '')}", hours=said)


def in_words(day: date) -> str:
    """Write a day as people say it: 3 May 2027."""
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """Write a near day as people say it: Friday 3 May 2027."""
    return f"{_DAYS.split()[day.weekday()]} {in_words(day)}"


def month(day: date) -> str:
    """Write a far day as people say it: May 2027."""
    return f"{_MONTHS.split()[day.month - 1]} {day.year}"
