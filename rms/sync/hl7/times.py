"""HL7 timestamps: YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ], as far as they were sent; ISO 8601's marks between them are let be.

No offset means London time (an hour that comes twice in October is the first of the two). The day of a birth or of a
sample is what the sender's own clock showed, unless an offset says that London's showed another.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from rms.clock import LONDON
from rms.sync.hl7.facts import Moment, Precision

# Nothing in a record of ours is older or later; a year outside is a slip of the sender's.
FIRST_YEAR, LAST_YEAR = 1850, 2199
_FURTHEST_OFFSET = 14 * 60
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(?:(Z)|([+-]\d\d):?(\d\d))?)?", re.ASCII
)


# A message says the same time several times, and so do the next ones of a batch: the last few are remembered.
@lru_cache(maxsize=256)
def moment(text: str) -> Moment | None:
    """Read a timestamp; None when it is not one (an empty text is not one either)."""
    digits, offset = _without_offset(_as_hl7(text.strip()))
    digits, point, fraction = digits.partition(".")
    if not (digits.isascii() and digits.isdigit()) or (point and not fraction.isdigit()):
        return None
    try:
        return _moment(digits, offset)
    except ValueError:
        return None


def whole_day(text: str) -> date | None:
    """Read the day as the sender's calendar showed it, for births and deaths; None when it is partial or no date."""
    digits = _as_hl7(text.strip())[:8]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _as_hl7(text: str) -> str:
    """Write a time of ISO 8601 as HL7 does; any other text stays as it is."""
    if text.endswith("Z") and text[:-1].isdigit() and len(text) >= 13:
        return f"{text[:-1]}+0000"
    found = _ISO.fullmatch(text) if text[4:5] == "-" else None
    if found is None:
        return text
    year, month, day, hour, minute, second, zulu, hours, minutes = (part or "" for part in found.groups())
    return "".join((year, month, day, hour, minute, second, "+0000" if zulu else "", hours, minutes))


def _without_offset(text: str) -> tuple[str, int | None]:
    """Take the offset off: the rest, and the offset in minutes. A broken offset stays, and the text is then no time."""
    if len(text) > 5 and text[-5] in "+-" and text[-4:].isascii() and text[-4:].isdigit():
        minutes = int(text[-4:-2]) * 60 + int(text[-2:])
        if minutes <= _FURTHEST_OFFSET and int(text[-2:]) < 60:
            return text[:-5], -minutes if text[-5] == "-" else minutes
    return text, None


def _moment(digits: str, offset: int | None) -> Moment | None:
    length = len(digits)
    year = int(digits[:4])
    if length not in (4, 6, 8, 10, 12, 14) or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if length == 4:
        return Moment(starts_on=date(year, 1, 1), precision=Precision.YEAR)
    month = int(digits[4:6])
    if length == 6:
        return Moment(starts_on=date(year, month, 1), precision=Precision.MONTH)
    day = int(digits[6:8])
    if length <= 10:  # an hour without minutes is no instant
        on = date(year, month, day)
        if length == 10 and int(digits[8:]) > 23:
            return None
        return Moment(starts_on=on, precision=Precision.DAY, on=on)
    second = int(digits[12:14]) if length == 14 else 0
    precision = Precision.SECOND if length == 14 else Precision.MINUTE
    hour, minute = int(digits[8:10]), int(digits[10:12])
    if offset is None:
        wall = datetime(year, month, day, hour, minute, second, tzinfo=LONDON)
        on = wall.date()
        return Moment(starts_on=on, precision=precision, on=on, at=wall.astimezone(UTC))
    at = datetime(year, month, day, hour, minute, second, tzinfo=timezone(timedelta(minutes=offset))).astimezone(UTC)
    on = at.astimezone(LONDON).date()
    return Moment(starts_on=on, precision=precision, on=on, at=at)
