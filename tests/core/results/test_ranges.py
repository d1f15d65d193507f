"""Reference ranges: a plain one has an upper limit, anything else has none."""

import pytest

from rms.results.ranges import upper_limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [("0.0-4.0", "4.0"), ("0 - 4", "4"), ("0 to 4.5", "4.5"), ("< 4.0", "4.0"), ("<=3", "3"), ("0.0 – 4.0", "4.0")],
)
def test_a_plain_range_has_an_upper_limit(text: str, limit: str) -> None:
    assert str(upper_limit(text)) == limit


@pytest.mark.parametrize("text", ["", ">4", "4", "0-4 ug/L", "see report", "-1--4", "0-4-5", "٠-٤", "male < 4"])
def test_anything_else_has_none(text: str) -> None:
    assert upper_limit(text) is None
