"""Stretches of days, half-open so that two that touch neither overlap nor leave a gap."""

from datetime import date, datetime, timedelta

import msgspec

from rms.clock import start_of_london_day


class DateWindow(msgspec.Struct, frozen=True, kw_only=True):
    """The days from `start_on` up to but not with `end_before`; at least one day. ValueError otherwise."""

    start_on: date
    end_before: date

    def __post_init__(self) -> None:
        if self.end_before <= self.start_on:
            raise ValueError("A window has at least one day.")

    def __contains__(self, day: date) -> bool:
        return self.start_on <= day < self.end_before

    @classmethod
    def through(cls, first_on: date, *, last_on: date) -> "DateWindow":
        """Make the window that holds both days named, as people say it: "from the 1st to the 28th"."""
        return cls(start_on=first_on, end_before=last_on + timedelta(days=1))

    @property
    def last_on(self) -> date:
        """The last day inside."""
        return self.end_before - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end_before - self.start_on).days

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The same stretch as instants (UTC), from the first to before the second; two days a year are not 24 hours."""
        return start_of_london_day(self.start_on), start_of_london_day(self.end_before)

    def overlaps(self, other: "DateWindow") -> bool:
        """Say whether the two share a day."""
        return self.start_on < other.end_before and other.start_on < self.end_before
