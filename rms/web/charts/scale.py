"""From numbers and days to places in a box. The same rule for a test everywhere: nothing is stretched to fill the box.

The scale begins at nothing and ends half as high again as the highest limit. Only a number beyond that raises it, and
the chart then says so.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from rms.web.charts.model import Series

_NICE: Final = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))
_STEPS: Final = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))
_MOST_TICKS: Final = 6
_ONE_MONTH: Final = timedelta(days=30)


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def inside(self, margin: float) -> "Box":
        """The box without its margin, so that a mark on its edge is whole."""
        return Box(left=self.left + margin, top=self.top + margin, right=self.right - margin,
                   bottom=self.bottom - margin)  # fmt: skip


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The days and numbers that a box shows. `raised` says that numbers made it higher than the limits would."""

    first: date
    last: date
    low: Decimal
    high: Decimal
    raised: bool
    box: Box

    def x(self, on: date) -> float:
        """Where a day stands: as far from the next as it is in time."""
        share = (on - self.first).days / (self.last - self.first).days
        return round(self.box.left + share * self.box.width, 1)

    def y(self, number: Decimal) -> float:
        """Where a number stands; one that is off the scale stands on the edge."""
        held = min(max(number, self.low), self.high)
        share = float((held - self.low) / (self.high - self.low))
        return round(self.box.bottom - share * self.box.height, 1)

    def is_off(self, number: Decimal) -> bool:
        """Whether a number lies beyond the edges."""
        return not self.low <= number <= self.high

    def ticks(self) -> tuple[Decimal, ...]:
        """Round numbers from low to high, at most six."""
        step = _nice((self.high - self.low) / (_MOST_TICKS - 1), of=_STEPS)
        first = (self.low / step).to_integral_value(rounding="ROUND_CEILING")
        last = (self.high / step).to_integral_value(rounding="ROUND_FLOOR")
        return tuple((first + n) * step for n in range(int(last - first) + 1))


def scale_of(series: Series, *, box: Box) -> Scale:
    """The scale of a series that has one mark at least."""
    days = [*(mark.on for mark in series.marks), *(event.on for event in series.events)]
    if series.today is not None:
        days.append(series.today)
    first, last = min(days), max(days)
    if first == last:
        first, last = first - _ONE_MONTH, last + _ONE_MONTH
    counting = [m.number for m in series.marks if series.scale_from is None or m.on >= series.scale_from]
    counting = counting or [mark.number for mark in series.marks]
    limits = [limit.number for limit in series.limits]
    usual = max(limits) * Decimal("1.5") if limits and max(limits) > 0 else Decimal(0)
    raised = max(counting) > usual
    high = _nice(max(*counting, usual)) if max(*counting, usual) > 0 else Decimal(1)
    lowest = min([*counting, *limits, Decimal(0)])
    low = -_nice(-lowest) if lowest < 0 else Decimal(0)
    return Scale(first=first, last=last, low=low, high=high, raised=raised and bool(limits), box=box)


def days_of(scale: Scale, *, most: int) -> tuple[tuple[date, str], ...]:
    """Days to write below the box, each with its words: years when it shows years, else months, else its two ends."""
    span = (scale.last - scale.first).days
    if span > 2 * 366:
        years = range(scale.first.year + 1, scale.last.year + 1)
        every = next(n for n in (1, 2, 5, 10, 20, 50, 100) if len(years) / n <= most)
        return tuple((date(year, 1, 1), str(year)) for year in years if year % every == 0)
    months = [on for on in _months(scale) if scale.first <= on <= scale.last]
    if len(months) >= 2:
        every = next(n for n in (1, 2, 3, 6, 12, 24) if len(months) / n <= most)
        return tuple((on, f"{on:%b %Y}") for on in months if (on.year * 12 + on.month - 1) % every == 0)
    return tuple((on, f"{on.day} {on:%b %Y}") for on in (scale.first, scale.last))


def _months(scale: Scale) -> list[date]:
    first = scale.first.year * 12 + scale.first.month - 1
    last = scale.last.year * 12 + scale.last.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]


def _nice(number: Decimal, *, of: tuple[Decimal, ...] = _NICE) -> Decimal:
    """The smallest round number that is not below a number above nothing."""
    power = Decimal(1).scaleb(number.adjusted())
    return next(one * power for one in of if one * power >= number)
