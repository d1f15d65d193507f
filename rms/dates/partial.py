"""Dates of which only the year, or the year and the month, are known: deaths, old diagnoses, a person's own memory.

A partial date is never rounded into a whole one: whoever must decide asks for its earliest or latest day.
"""

import re
from calendar import monthrange
from datetime import date

import msgspec

from rms.errors import BadInput

SHAPE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", re.ASCII)


class PartialDate(msgspec.Struct, frozen=True, kw_only=True):
    """A year, a month of a year or a day, as `str()` writes it: YYYY, YYYY-MM, YYYY-MM-DD. ValueError if none such."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("A day without its month says nothing.")
        date(self.year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        month = "" if self.month is None else f"-{self.month:02}"
        return f"{self.year:04}{month}" + ("" if self.day is None else f"-{self.day:02}")

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read YYYY, YYYY-MM or YYYY-MM-DD. BadInput, with a sentence, for anything else."""
        found = SHAPE.fullmatch(text.strip())
        if found is None:
            raise BadInput("A date is written YYYY-MM-DD, or YYYY-MM or YYYY when no more is known.")
        year, month, day = (None if part is None else int(part) for part in found.groups())
        try:
            return cls(year=year or 0, month=month, day=day)
        except ValueError:
            raise BadInput("There is no such day in the calendar.") from None

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """Make the partial date that knows everything."""
        return cls(year=day.year, month=day.month, day=day.day)

    def in_words(self) -> str:
        """What is known of it as staff read it: 3 March 2027, March 2027 or 2027."""
        if (exact := self.exact) is not None:
            return f"{exact.day} {exact:%B %Y}"
        return str(self.year) if self.month is None else f"{self.earliest:%B %Y}"

    @property
    def exact(self) -> date | None:
        """The day, or None when only the month or the year is known."""
        return None if self.month is None or self.day is None else date(self.year, self.month, self.day)

    @property
    def earliest(self) -> date:
        """The first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def may_be(self, day: date) -> bool:
        """Say whether this could be that day."""
        return self.earliest <= day <= self.latest
