"""Doubling time and velocity of a marker, as published: least squares of the value or its logarithm against time.

A month is 365.25 / 12 days, the convention of the published calculators (clinical-domain 2.1, [PSADT2]). Floats are
enough here: the answer is an estimate; limits are compared elsewhere with Decimals.
"""

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

DAYS_IN_MONTH = 365.25 / 12
MONTHS_IN_YEAR = 12

Point = tuple[float, float]


def months_between(first_on: date, last_on: date) -> float:
    """Time between two days in average months."""
    return (last_on - first_on).days / DAYS_IN_MONTH


def points_of(dated: Sequence[tuple[date, Decimal]]) -> list[Point]:
    """Dated values as (months since the first, value)."""
    return [(months_between(dated[0][0], on), float(value)) for on, value in dated]


def slope_of(points: Sequence[Point]) -> float | None:
    """The least-squares slope; None for fewer than two different times."""
    if len({x for x, _ in points}) < 2:
        return None
    mean_x = math.fsum(x for x, _ in points) / len(points)
    mean_y = math.fsum(y for _, y in points) / len(points)
    spread = math.fsum((x - mean_x) ** 2 for x, _ in points)
    return math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def log_slope(points: Sequence[Point]) -> float | None:
    """The slope of the natural logarithm a month. ValueError when a value is not above zero."""
    return slope_of([(x, math.log(y)) for x, y in points])


def doubling_months(points: Sequence[Point]) -> float | None:
    """Months in which the value doubles; None when it does not rise ("no doubling", never a negative number)."""
    slope = log_slope(points)
    return math.log(2) / slope if slope is not None and slope > 0 else None


def velocity_per_year(points: Sequence[Point]) -> float | None:
    """Rise a year by a straight line through the values; negative when they fall."""
    slope = slope_of(points)
    return None if slope is None else slope * MONTHS_IN_YEAR
