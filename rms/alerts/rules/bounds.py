"""What a reported value can truly be, and whether that lies beyond a limit: surely, surely not, or cannot tell.

`<0.5` is anything from 0 up to but without 0.5; `>1000` is anything above 1000. Nothing measured here is below zero.
"""

from decimal import Decimal

import msgspec

from rms.alerts.model import Comparator, Comparison, FindingOutcome, Reading

ZERO = Decimal(0)
WEIGHT = {FindingOutcome.CLEAR: 0, FindingOutcome.CANNOT_TELL: 1, FindingOutcome.BREACH: 2}


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """From `low` to `high`; `high` None has no end. The `has_` fields say whether the end itself is possible."""

    low: Decimal
    high: Decimal | None
    has_low: bool = True
    has_high: bool = True

    def plus(self, amount: Decimal) -> "Bounds":
        """Move both ends up."""
        return msgspec.structs.replace(
            self, low=self.low + amount, high=None if self.high is None else self.high + amount
        )

    def times(self, factor: Decimal) -> "Bounds":
        """Multiply both ends by a factor that is not negative."""
        return msgspec.structs.replace(
            self, low=self.low * factor, high=None if self.high is None else self.high * factor
        )


def exactly(number: Decimal) -> Bounds:
    """The bounds of a plain number."""
    return Bounds(low=number, high=number)


def bounds_of(reading: Reading) -> Bounds:
    """What the value of a reading can be."""
    number = reading.number
    match reading.comparator:
        case Comparator.EXACT:
            return exactly(number)
        case Comparator.BELOW:
            return Bounds(low=min(ZERO, number), high=number, has_high=False)
        case Comparator.AT_MOST:
            return Bounds(low=min(ZERO, number), high=number)
        case Comparator.ABOVE:
            return Bounds(low=number, high=None, has_low=False)
        case Comparator.AT_LEAST:
            return Bounds(low=number, high=None)


def lowest(several: list[Bounds]) -> Bounds:
    """What the lowest of several values can be. Needs at least one."""
    low = min(several, key=lambda bounds: (bounds.low, not bounds.has_low))
    ended = [bounds for bounds in several if bounds.high is not None]
    high = min(ended, key=lambda bounds: (bounds.high, bounds.has_high)) if ended else None
    return Bounds(
        low=low.low,
        has_low=low.has_low,
        high=high.high if high else None,
        has_high=high.has_high if high else True,
    )


def beyond(value: Bounds, *, comparison: Comparison, limit: Bounds) -> FindingOutcome:
    """Say whether a value lies beyond a limit, when either may be known only by its bounds."""
    match comparison:
        case Comparison.ABOVE | Comparison.AT_LEAST:
            return _above(value, limit=limit, or_equal=comparison is Comparison.AT_LEAST)
        case Comparison.BELOW | Comparison.AT_MOST:
            return _above(limit, limit=value, or_equal=comparison is Comparison.AT_MOST)


def _above(value: Bounds, *, limit: Bounds, or_equal: bool) -> FindingOutcome:
    if limit.high is not None:
        touches = value.has_low and limit.has_high
        if value.low > limit.high or (value.low == limit.high and (or_equal or not touches)):
            return FindingOutcome.BREACH
    if value.high is not None:
        touches = value.has_high and limit.has_low
        if value.high < limit.low or (value.high == limit.low and not (or_equal and touches)):
            return FindingOutcome.CLEAR
    return FindingOutcome.CANNOT_TELL
