"""Charts by geometry: marks in the box and in order, no words over words, colours that can be told from the page."""

import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.web.charts import (
    EVENT,
    INK,
    LIMIT,
    MARK,
    Chart,
    Event,
    Limit,
    Mark,
    Series,
    Size,
    full_chart,
    row_words,
    small_chart,
    title_of,
)
from rms.web.charts.drawing import Shape
from rms.web.charts.labels import overlap
from rms.web.jinja import TEMPLATES, make_pages

DAY = date(2027, 3, 3)
NARROW = Size(width=300, height=220)


def mark(number: str, *, months: int = 0, comparator: str = "") -> Mark:
    return Mark(on=DAY + timedelta(days=30 * months), number=Decimal(number), comparator=comparator)


def psa(*marks: Mark, limits: tuple[Limit, ...] = (Limit(number=Decimal("0.2")),), **more: object) -> Series:
    return msgspec.structs.replace(Series(key="psa", name="PSA", unit="ug/L", marks=marks, limits=limits), **more)


EIGHT = psa(*(mark(value, months=6 * n) for n, value in enumerate(
    ("0.02", "0.03", "0.11", "0.04", "0.05", "0.05", "0.04", "0.06"))))  # fmt: skip


def drawn(series: Series, *, size: Size | None = None) -> Chart:
    chart = full_chart(series, size=size) if size else full_chart(series)
    assert chart is not None
    return chart


def test_the_title_states_the_finding() -> None:
    assert title_of(EIGHT) == "PSA over 8 tests, last 0.06, highest 0.11, limit 0.2"
    assert title_of(psa(mark("0.01", comparator="<"))) == (
        "PSA over 1 test, last less than 0.01, highest less than 0.01, limit 0.2"
    )
    assert title_of(psa()) == "PSA: no tests yet"
    small, full = small_chart(EIGHT), drawn(EIGHT)
    assert small is not None
    assert small.title == full.title == title_of(EIGHT)


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        (("0.02", "0.11", "0.06"), "PSA: all 3 values are at or below the limit of 0.2 ug/L."),
        (("0.2", "0.3"), "PSA: the last value, 0.3, is above the limit of 0.2 ug/L; 1 of 2 is above it."),
        (("0.2",), "PSA: the only value is at or below the limit of 0.2 ug/L."),
        (("0.06",), "PSA: the only value is at or below the limit of 0.2 ug/L."),
        (("0.3", "0.06"), "PSA: the last value, 0.06, is at or below the limit of 0.2 ug/L; 1 of 2 is above it."),
        (("0.06", "0.3", "0.4"), "PSA: the last value, 0.4, is above the limit of 0.2 ug/L; 2 of 3 are above it."),
        (("<0.01", "<0.2"), "PSA: both values are at or below the limit of 0.2 ug/L."),
        (("<0.5",), "PSA: the last value, less than 0.5, cannot be compared with the limit of 0.2 ug/L."),
        (("0.1", "<0.5"), "PSA: the last value, less than 0.5, cannot be compared with the limit of 0.2 ug/L."),
        (("<0.5", "0.1"), "PSA: the last value, 0.1, is at or below the limit of 0.2 ug/L; 1 of 2 cannot be compared."),
        ((">5",), "PSA: the only value is above the limit of 0.2 ug/L."),
    ],
)  # fmt: skip
def test_the_sentence_above_says_on_which_side_of_the_limit_they_lie(marks: tuple[str, ...], says: str) -> None:
    series = psa(*(mark(one.lstrip("<>"), months=n, comparator=one[0] if one[0] in "<>" else "")
                   for n, one in enumerate(marks)))  # fmt: skip
    assert drawn(series).finding == says


@pytest.mark.parametrize(
    ("value", "includes", "where"),
    [("0.2", True, "at or above"), ("0.2", False, "at or below"), ("0.19", True, "below"), ("0.21", False, "above"),
     ("<0.2", True, "below"), ("<0.2", False, "at or below"), (">0.2", True, "at or above"), (">0.2", False, "above")],
)  # fmt: skip
def test_the_words_of_a_limit_are_those_of_its_rule(value: str, includes: bool, where: str) -> None:
    one = mark(value.lstrip("<>"), comparator=value[0] if value[0] in "<>" else "")
    series = psa(one, limits=(Limit(number=Decimal("0.2"), includes=includes),))
    assert drawn(series).finding == f"PSA: the only value is {where} the limit of 0.2 ug/L."


def test_values_of_before_the_operation_are_not_counted_in_the_sentence() -> None:
    series = psa(mark("8"), mark("0.02", months=4), mark("0.03", months=8), scale_from=DAY + timedelta(days=60))
    assert drawn(series).finding == "PSA since 2 May 2027: both values are at or below the limit of 0.2 ug/L."
    assert drawn(psa(mark("0.02"), limits=())).finding == "PSA: the last value is 0.02 ug/L."


def test_without_a_test_there_is_no_picture() -> None:
    assert full_chart(psa()) is None
    assert small_chart(psa()) is None


def test_time_is_proportional_and_the_order_of_the_days_is_the_order_in_the_picture() -> None:
    a, b, c = drawn(psa(mark("0.1", months=9), mark("0.1"), mark("0.1", months=1))).points
    assert c.x - a.x == pytest.approx(9 * (b.x - a.x), abs=1)


def test_the_same_limit_gives_the_same_scale_until_a_value_lies_beyond_it() -> None:
    low, alike = drawn(psa(mark("0.01"), mark("0.02", months=3))), drawn(EIGHT)
    assert [label.text for label in low.numbers] == [label.text for label in alike.numbers]
    assert (low.note, alike.note) == ("", "")
    raised = drawn(psa(mark("0.01"), mark("1.4", months=3)))
    assert "The scale is higher than usual: it goes up to 1.5 ug/L." in raised.note


def test_what_the_laboratory_could_not_measure_is_hollow_and_stands_at_its_bound() -> None:
    chart = drawn(psa(mark("0.1", comparator="<"), mark("0.1", months=3), mark("0.3", months=6)))
    assert [point.shape for point in chart.points] == [Shape.HOLLOW, Shape.DOT, Shape.DIAMOND]
    assert chart.points[0].y == chart.points[1].y


def test_a_value_of_before_the_operation_does_not_flatten_the_rest() -> None:
    series = psa(mark("8.4"), mark("0.02", months=6), mark("0.04", months=9), scale_from=DAY + timedelta(days=60))
    chart = drawn(series)
    assert [point.shape for point in chart.points] == [Shape.ARROW, Shape.DOT, Shape.DOT]
    assert "off the scale" in chart.note
    assert chart.points[0].y < chart.limits[0].y < chart.points[1].y


def test_each_limit_has_its_own_dash_and_its_own_words_even_close_together() -> None:
    close = tuple(Limit(number=Decimal(n), name=f"limit {n}") for n in ("0.2", "0.201", "0.2011", "0.21", "0.22", "4"))
    chart = drawn(psa(mark("0.2"), limits=close))
    assert len({line.dash for line in chart.limits}) == len(close)
    assert len({line.label.text for line in chart.limits if line.label}) == len(close)
    assert_whole(chart)


def test_events_that_crowd_keep_their_lines_and_lose_no_letter_to_another() -> None:
    events = tuple(
        Event(on=DAY + timedelta(days=20 * n), name=f"Radiotherapy {n} to the prostate bed") for n in range(9)
    )
    chart = drawn(psa(mark("0.1"), mark("0.1", months=60), events=events))
    assert len(chart.events) == len(events)
    assert 0 < sum(event.label is not None for event in chart.events) < len(events)
    assert_whole(chart)
    for line in chart.events:
        for one in chart.events:
            assert one.label is None or not one.label.box.left < line.x < one.label.box.right or (
                line.top > one.label.box.bottom or line is one)  # fmt: skip


DECIMALS = st.decimals(min_value=0, max_value=Decimal("99999"), places=3, allow_nan=False, allow_infinity=False)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 1, 1))
MARKS = st.builds(Mark, on=DAYS, number=DECIMALS, comparator=st.sampled_from(["", "<", "<=", ">", ">="]))
LIMITS = st.builds(Limit, number=DECIMALS, name=st.sampled_from(["limit", "this person's limit", "act today above"]))
EVENTS = st.builds(Event, on=DAYS, name=st.text(min_size=1, max_size=60))
SERIES = st.builds(
    Series, key=st.just("psa"), name=st.just("PSA"), unit=st.just("ug/L"),
    marks=st.lists(MARKS, min_size=1, max_size=60).map(tuple), limits=st.lists(LIMITS, max_size=8).map(tuple),
    events=st.lists(EVENTS, max_size=8).map(tuple), today=st.none() | DAYS, scale_from=st.none() | DAYS,
)  # fmt: skip


@given(SERIES, st.sampled_from([Size(width=640, height=260), NARROW]))
def test_every_chart_is_whole(series: Series, size: Size) -> None:
    assert_whole(drawn(series, size=size))


@given(SERIES)
def test_every_small_chart_is_120_by_32_and_whole(series: Series) -> None:
    chart = small_chart(series)
    assert chart is not None
    assert (chart.width, chart.height, len(chart.points)) == (120, 32, 1)
    assert_whole(chart)


def assert_whole(chart: Chart) -> None:
    """Numbers only, marks inside the box from left to right, words inside the picture and none over another."""
    assert all(map(math.isfinite, places_in(chart)))
    along = [tuple(map(float, pair.split(","))) for pair in chart.line.split()]
    for x, y in [
        *along,
        *((point.x, point.y) for point in chart.points),
        *((chart.plot.left, one.y) for one in chart.limits),
    ]:
        assert chart.plot.left <= x <= chart.plot.right
        assert chart.plot.top <= y <= chart.plot.bottom
    assert all(one[0] <= other[0] for one, other in pairwise(along))
    for label in chart.labels:
        assert label.text
        assert label.box.left >= -0.5
        assert label.box.right <= chart.width + 0.5
        assert label.box.top >= 0
        assert label.box.bottom <= chart.height
    for one, other in combinations(chart.labels, 2):
        assert not overlap(one.box, other.box), (one, other)


def places_in(value: object) -> Iterator[float]:
    """Every number in what is drawn."""
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, str):
        assert "nan" not in value.casefold().split(",")
    elif isinstance(value, tuple):
        for one in value:
            yield from places_in(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from places_in(getattr(value, name))


@pytest.mark.parametrize("page", ["#ffffff", "#f0f4f5"])
def test_colours_stand_out_from_the_page(page: str) -> None:
    for line in (MARK, LIMIT, EVENT):
        assert contrast(line, page) >= 3
    for words in (INK, MARK, LIMIT, EVENT):
        assert contrast(words, page) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2: relative luminance of the lighter and the darker, each with 0.05 added."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_templates_draw_with_these_colours_and_say_who_they_are() -> None:
    source = (TEMPLATES / "components" / "charts.html").read_text("utf-8")
    allowed = {INK, MARK, LIMIT, EVENT, "#d8dde0", "#ffffff"}
    assert set(re.findall(r"#[0-9a-f]{6}", source)) <= allowed
    made = make_pages(asset=lambda name: name).get_template("components/charts.html").module
    chart = drawn(psa(mark("0.1", comparator="<"), mark("0.4", months=4), events=(Event(on=DAY, name="<b>Surgery"),)))
    svg = str(made.chart_of(chart))
    assert 'role="img"' in svg
    assert f'<title id="psa-title">{chart.title}</title>' in svg
    assert "&lt;b&gt;Surgery" in svg
    assert "style=" not in svg
    small = small_chart(EIGHT)
    assert small is not None
    assert f">{small.title}</title>" in str(made.small_chart(small))


def test_a_mark_in_the_table_reads_as_it_was_reported() -> None:
    assert row_words(mark("0.010"), unit="ug/L") == "0.010 ug/L"
    assert row_words(mark("0.01", comparator="<"), unit="ug/L") == "less than 0.01 ug/L"
