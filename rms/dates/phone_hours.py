"""The hours of a telephone as people read them, understood: whether somebody answers at an instant, and when next. Pure.

Understood is "Monday to Friday, 9am to 5pm", with several spans parted by a semicolon ("Monday to Thursday, 9am to 5pm;
Friday, 9am to 1pm") and a word on bank holidays at the end. What is not understood is None, never a guess: a page that
said "we are here" wrongly would keep somebody waiting. Bank holidays of England are closed unless the words say otherwise.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from rms.clock import at_london, london_date
from rms.dates.bank_holidays import is_bank_holiday

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL: Final[tuple[tuple[str, frozenset[int]], ...]] = (
    ("every day", frozenset(range(7))), ("daily", frozenset(range(7))), ("7 days a week", frozenset(range(7))),
    ("weekdays", frozenset(range(5))),
)  # fmt: skip
_TO: Final = r"\s*(?:to|until|till|-|–)\s*"  # people type both dashes
_TIME: Final = r"(?:\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm)?|noon|midday)"
_SPAN: Final = re.compile(rf"(?P<days>[a-z7 ,&\-–]+?)[,:]?\s*(?:from\s+)?(?P<opens>{_TIME}){_TO}(?P<closes>{_TIME})")
_HOLIDAYS: Final = re.compile(
    r"[,;]?\s*\(?(?P<how>not on|not|except|excluding|closed on|including|and on|and) bank holidays\)?$"
)
_PARTED: Final = re.compile(r";|(?<=[ap]m) and |(?<=\d) and |(?<=noon) and ")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?")
#: No telephone is closed for longer than this; the search for the next opening ends somewhere.
_LONGEST_AHEAD: Final = 21


class PhoneHours(msgspec.Struct, frozen=True, kw_only=True):
    """Spans by the day of the week (0 is Monday); a day without one is closed. `says_holidays`: the words name them."""

    spans: tuple[tuple[frozenset[int], time, time], ...]
    on_bank_holidays: bool = False
    says_holidays: bool = False

    def on(self, day: date) -> tuple[tuple[time, time], ...]:
        """When it is answered on a day, earliest first."""
        if is_bank_holiday(day) and not self.on_bank_holidays:
            return ()
        return tuple(sorted((opens, closes) for days, opens, closes in self.spans if day.weekday() in days))

    def closes_at(self, now: datetime) -> datetime | None:
        """Until when somebody answers; None when nobody does now."""
        day = london_date(now)
        ends = [
            at_london(day, closes)
            for opens, closes in self.on(day)
            if at_london(day, opens) <= now < at_london(day, closes)
        ]
        return max(ends, default=None)

    def opens_at(self, now: datetime) -> datetime | None:
        """When it is answered again after now."""
        for ahead in range(_LONGEST_AHEAD):
            day = london_date(now) + timedelta(days=ahead)
            for opens, _ in self.on(day):
                if (at := at_london(day, opens)) > now:
                    return at
        return None


def read_phone_hours(text: str | None) -> PhoneHours | None:
    """Understand the hours, or None."""
    words = re.sub(r"\s+", " ", (text or "").lower()).strip().rstrip(".")
    said = _HOLIDAYS.search(words)
    spans = [_span(part.strip()) for part in _PARTED.split(words[: said.start()] if said else words)]
    whole = tuple(one for one in spans if one is not None)
    if not whole or len(whole) != len(spans):
        return None
    return PhoneHours(
        spans=whole, says_holidays=said is not None,
        on_bank_holidays=said is not None and said["how"] in ("including", "and", "and on"),
    )  # fmt: skip


def _span(part: str) -> tuple[frozenset[int], time, time] | None:
    found = _SPAN.fullmatch(part)
    if found is None:
        return None
    days, opens, closes = _days(found["days"].strip(" ,")), _time(found["opens"]), _time(found["closes"])
    if not days or opens is None or closes is None or opens >= closes:
        return None
    return days, opens, closes


def _days(words: str) -> frozenset[int]:
    """Days of the week; empty when a word is none."""
    for name, days in _ALL:
        if words == name:
            return days
    chosen: set[int] = set()
    for part in re.split(r",| and |&", words):
        ends = [_day(one) for one in re.split(_TO, part.strip())]
        if None in ends or len(ends) > 2:
            return frozenset()
        first, last = ends[0], ends[-1]
        assert first is not None
        assert last is not None
        if last < first:
            return frozenset()
        chosen |= set(range(first, last + 1))
    return frozenset(chosen)


def _day(word: str) -> int | None:
    """A day by its name, in full, in the plural or by three letters and more."""
    word = word.strip().removesuffix("s") if word.strip().removesuffix("s") in _DAYS else word.strip()
    return next((number for number, name in enumerate(_DAYS) if len(word) >= 3 and name.startswith(word)), None)


def _time(word: str) -> time | None:
    """A time of the day. One without am or pm is read by the 24-hour clock, and only when it has its minutes."""
    if word in ("noon", "midday"):
        return time(12)
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if minute > 59 or (half is None and found[2] is None):
        return None
    if half is None:
        return time(hour, minute) if hour < 24 else None
    return time(hour % 12 + (12 if half == "pm" else 0), minute) if 1 <= hour <= 12 else None


def hours_said(text: str | None) -> str:
    """The hours as one sentence, with what holds on bank holidays; empty when the team has not said any."""
    said = (text or "").strip().rstrip(".")
    understood = read_phone_hours(said)
    if understood is not None and not understood.says_holidays:
        said += ", not on bank holidays"
    return f"{said}." if said else ""
