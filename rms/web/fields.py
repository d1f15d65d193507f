"""The kinds of field a form can have. Each is told its own sentences; `missing=None`: it may be left empty."""

import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import TypeVar

from rms.errors import BadInput
from rms.web.forms import Fault, Field
from rms.web.submitted import Submitted

T = TypeVar("T")

_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PARTS = ("day", "month", "year")


def a_text(*, missing: str | None = None, label: str = "This", longest: int = 200) -> Field:
    """Free text; empty is None when the field may be left empty. `longest` counts characters."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise Fault(f"{label} must be {longest} characters or fewer")
        return text

    return _single(read, missing=missing)


def a_choice(options: Collection[str], *, missing: str | None = None) -> Field:
    """One of the codes offered; anything else counts as nothing chosen, because our pages offer nothing else."""

    def read(sent: Submitted, name: str) -> str | None:
        return _required(sent.one(name) if sent.one(name) in options else "", missing=missing)

    return Field(read=read)


def a_tick() -> Field:
    """A single checkbox: True when ticked, False when not. Browsers send nothing for an empty box."""
    return Field(read=lambda sent, name: bool(sent.one(name)))


def some_ticks(options: Collection[str], *, missing: str | None = None) -> Field:
    """Many checkboxes of one name: a tuple of the codes that were ticked, each once, in the order offered."""

    def read(sent: Submitted, name: str) -> tuple[str, ...]:
        chosen = tuple(code for code in options if code in sent.all(name))
        if not chosen and missing is not None:
            raise Fault(missing)
        return chosen

    return Field(read=read)


def an_integer(
    *, wrong: str, missing: str | None = None, lowest: int | None = None, highest: int | None = None
) -> Field:
    """A whole number between two limits, both included; `wrong` should name them."""

    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise Fault(wrong)
        return _within(int(text), lowest=lowest, highest=highest, wrong=wrong)

    return _single(read, missing=missing)


def a_decimal(
    *, wrong: str, missing: str | None = None, lowest: Decimal | None = None, highest: Decimal | None = None
) -> Field:
    """A number with a point, exactly as typed; a comma is refused, because it could mean thousands."""

    def read(text: str) -> Decimal:
        if not _DECIMAL.fullmatch(text):
            raise Fault(wrong)
        return _within(Decimal(text), lowest=lowest, highest=highest, wrong=wrong)

    return _single(read, missing=missing)


def parsed_by(parse: Callable[[str], T], *, missing: str | None = None) -> Field:
    """Whatever `parse` makes of the text; its BadInput is the sentence shown. For NHS numbers, telephone numbers."""

    def read(text: str) -> T:
        try:
            return parse(text)
        except BadInput as error:
            raise Fault(str(error)) from error

    return _single(read, missing=missing)


def a_date(
    *,
    label: str,
    missing: str | None = None,
    not_before: date | None = None,
    not_after: date | None = None,
    too_late: str | None = None,
) -> Field:
    """A date in three boxes called NAME-day, NAME-month and NAME-year; a month may be typed as a word.

    A year needs four digits: "48" could be either century. `not_after` is usually today, which the caller knows;
    `too_late` is the sentence for a day behind it.
    """

    def read(sent: Submitted, name: str) -> date | None:
        typed = {part: sent.one(f"{name}-{part}") for part in _PARTS}
        if not any(typed.values()):
            if missing is not None:
                raise Fault(missing, parts=_PARTS)
            return None
        found = _date(typed, label=label)
        if not_after is not None and found > not_after:
            raise Fault(too_late or f"{label} must be {_long(not_after)} or earlier", parts=_PARTS)
        if not_before is not None and found < not_before:
            raise Fault(f"{label} must be {_long(not_before)} or later", parts=_PARTS)
        return found

    return Field(read=read)


def _single(read: Callable[[str], object], *, missing: str | None) -> Field:
    def read_one(sent: Submitted, name: str) -> object:
        text = _required(sent.one(name), missing=missing)
        return None if text is None else read(text)

    return Field(read=read_one)


def _required(text: str, *, missing: str | None) -> str | None:
    if text:
        return text
    if missing is not None:
        raise Fault(missing)
    return None


_N = TypeVar("_N", int, Decimal)


def _within(number: _N, *, lowest: _N | None, highest: _N | None, wrong: str) -> _N:
    if (lowest is not None and number < lowest) or (highest is not None and number > highest):
        raise Fault(wrong)
    return number


def _date(typed: dict[str, str], *, label: str) -> date:
    """The date of three boxes; of several things that are wrong with it all are said at once."""
    read = {
        "day": _number(typed["day"], digits=(1, 2)),
        "month": _month(typed["month"]),
        "year": _number(typed["year"], digits=(4,)),
    }
    day, month, year = read["day"], read["month"], read["year"]
    empty = [part for part in _PARTS if not typed[part]]
    wrong = [part for part in _PARTS if typed[part] and read[part] is None]
    unreal = {*wrong, *_unreal(day, month, year)} - ({"year"} & {*wrong})
    if day and month and year and not unreal:
        return date(year, month, day)
    said = [f"must include a {' and '.join(empty)}"] if empty else []
    said += ["must be a real date"] if unreal else []
    said += ["must have a year with 4 numbers, like 1948"] if "year" in wrong else []
    faulty = {*empty, *wrong, *unreal}
    raise Fault(f"{label} {', and '.join(said)}", parts=tuple(part for part in _PARTS if part in faulty))


def _unreal(day: int | None, month: int | None, year: int | None) -> tuple[str, ...]:
    """The boxes that hold a number which no calendar has; a leap year stands in for a year that is not known."""
    if month is not None and not 1 <= month <= 12:
        return ("month",) if day is None or 1 <= day <= 31 else ("day", "month")
    if day is None:
        return ()
    try:
        date(2000 if year is None else year, month or 1, day)
    except ValueError:
        return _PARTS if month is not None and year is not None else ("day",)
    return ()


def _month(text: str) -> int | None:
    word = text.casefold().rstrip(".")
    named = [number for number, month in enumerate(_MONTHS, start=1) if month.casefold().startswith(word)]
    if len(word) >= 3 and len(named) == 1:
        return named[0]
    return _number(text, digits=(1, 2))


def _number(text: str, *, digits: tuple[int, ...]) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) in digits else None


def _long(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
