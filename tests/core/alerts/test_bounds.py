"""A reported value against a limit of 0.2: surely beyond (breach), surely not (clear), or it cannot be told."""

from datetime import date
from decimal import Decimal

import pytest

from rms.alerts.model import Comparator, Comparison, Reading
from rms.alerts.rules.bounds import beyond, bounds_of, exactly, lowest

TABLE = """
value  >            >=           <            <=
0.1    clear        clear        breach       breach
0.2    clear        breach       clear        breach
0.3    breach       breach       clear        clear
<0.2   clear        clear        breach       breach
<=0.2  clear        cannot_tell  cannot_tell  breach
>0.2   breach       breach       clear        clear
>=0.2  cannot_tell  breach       clear        cannot_tell
<0.5   cannot_tell  cannot_tell  cannot_tell  cannot_tell
>0.1   cannot_tell  cannot_tell  cannot_tell  cannot_tell
>1000  breach       breach       clear        clear
"""


def reading(text: str) -> Reading:
    number = text.lstrip("<>=")
    return Reading(
        analyte="psa",
        number=Decimal(number),
        unit="ug/L",
        sample_on=date(2027, 3, 3),
        ref=text,
        comparator=Comparator(text.removesuffix(number)),
    )


@pytest.mark.parametrize("line", TABLE.strip().splitlines()[1:])
def test_a_value_against_a_limit(line: str) -> None:
    value, *expected = line.split()
    bounds, limit = bounds_of(reading(value)), exactly(Decimal("0.2"))
    comparisons = (Comparison.ABOVE, Comparison.AT_LEAST, Comparison.BELOW, Comparison.AT_MOST)
    assert [beyond(bounds, comparison=one, limit=limit) for one in comparisons] == expected


def test_the_lowest_of_several_is_known_as_well_as_they_are() -> None:
    low = lowest([bounds_of(reading(text)) for text in ("0.4", "<0.3", ">0.1")])
    assert (low.low, low.high, low.has_high) == (Decimal(0), Decimal("0.3"), False)
    assert lowest([bounds_of(reading(">3"))]).high is None
