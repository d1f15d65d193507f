"""What a chart is asked to show. Values only; numbers are Decimals exactly as they were reported."""

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One test. `comparator` is what stood before the number: empty, `<`, `<=`, `>` or `>=`."""

    on: date
    number: Decimal
    comparator: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the number is the value itself, and not only a bound of it."""
        return not self.comparator

    @property
    def short(self) -> str:
        """`<0.01`"""
        return f"{self.comparator}{self.number:f}"


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A level that is drawn across. `name` is what it is called beside the line and in the title: `limit`.

    `includes`: a value that is exactly the limit is beyond it, as where a rule says "at or above"; else only what is above.
    """

    number: Decimal
    name: str = "limit"
    includes: bool = False

    @property
    def over(self) -> str:
        """What is said of a value beyond it."""
        return "at or above" if self.includes else "above"

    @property
    def under(self) -> str:
        """What is said of any other value."""
        return "below" if self.includes else "at or below"

    @property
    def short(self) -> str:
        """`limit 0.2`"""
        return f"{self.name} {self.number:f}"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A day that explains the numbers: a treatment, the start of a plan."""

    on: date
    name: str


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One test of one person. `key` must be unlike that of any other chart on the page, because ids are made of it.

    `today` is the right edge when it lies behind the last mark. Numbers before `scale_from` do not stretch the scale: a
    value of before the operation would flatten everything after it. They are drawn at the top, as off the scale.
    """

    key: str
    name: str
    unit: str
    marks: tuple[Mark, ...]
    limits: tuple[Limit, ...] = ()
    events: tuple[Event, ...] = ()
    today: date | None = None
    scale_from: date | None = None

    @property
    def in_order(self) -> tuple[Mark, ...]:
        """The marks by day; those of one day in the order given."""
        return tuple(sorted(self.marks, key=lambda mark: mark.on))


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large a chart is, in pixels of the page, so that its words are as large as those around it."""

    width: int
    height: int


WIDE: Final = Size(width=640, height=260)
SMALL: Final = Size(width=120, height=32)
