"""The time is read once, in UTC, and London's two clock changes have one meaning each."""

import ast
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rms
from rms.clock import CivilTime, SystemClock, at_london, london_date, london_time, real_now, start_of_london_day

SPRING = date(2027, 3, 28)  # 01:00 becomes 02:00
AUTUMN = date(2027, 10, 31)  # 02:00 becomes 01:00
days = st.dates(min_value=date(1972, 1, 1), max_value=date(2100, 12, 31))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_the_real_clock_is_aware_and_goes_forward() -> None:
    first = real_now()
    assert first.utcoffset() == timedelta()
    assert SystemClock().now() >= first


def test_the_day_in_london_is_not_the_day_in_utc() -> None:
    assert london_date(utc(2027, 6, 30, 23, 30)) == date(2027, 7, 1)
    assert london_date(utc(2027, 12, 31, 23, 30)) == date(2027, 12, 31)
    assert CivilTime(now=utc(2027, 6, 30, 23, 0)).today == date(2027, 7, 1)


def test_a_naive_instant_is_refused() -> None:
    naive = datetime(2027, 6, 30, 12)  # noqa: DTZ001
    for ask in (london_date, london_time, lambda instant: CivilTime(now=instant)):
        with pytest.raises(ValueError, match="no time zone"):
            ask(naive)


def test_a_wall_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        at_london(SPRING, time(12, tzinfo=UTC))


def test_the_hour_that_does_not_exist_moves_forward() -> None:
    assert at_london(SPRING, time(0, 59)) == utc(2027, 3, 28, 0, 59)
    assert at_london(SPRING, time(1, 30)) == utc(2027, 3, 28, 1, 30)
    assert london_time(at_london(SPRING, time(1, 30))).time() == time(2, 30)


def test_of_the_hour_that_comes_twice_the_first_is_meant() -> None:
    assert at_london(AUTUMN, time(1, 30)) == utc(2027, 10, 31, 0, 30)
    assert at_london(AUTUMN, time(1, 30, fold=1)) == utc(2027, 10, 31, 0, 30)
    assert at_london(AUTUMN, time(2)) == utc(2027, 10, 31, 2)


def test_two_days_a_year_do_not_have_24_hours() -> None:
    lengths = {day: start_of_london_day(day + timedelta(days=1)) - start_of_london_day(day) for day in (SPRING, AUTUMN)}
    assert lengths == {SPRING: timedelta(hours=23), AUTUMN: timedelta(hours=25)}


@given(day=days)
def test_a_day_starts_on_itself_and_not_a_moment_earlier(day: date) -> None:
    start = start_of_london_day(day)
    assert london_date(start) == day
    assert london_date(start - timedelta(microseconds=1)) == day - timedelta(days=1)


@given(instant=st.datetimes(min_value=datetime(1972, 1, 2), max_value=datetime(2100, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_instant_lies_inside_its_london_day(instant: datetime) -> None:
    day = london_date(instant)
    assert start_of_london_day(day) <= instant < start_of_london_day(day + timedelta(days=1))


@given(at=st.times(), hour=st.integers(1, 3))
def test_both_clock_changes_come_back_as_wall_time(at: time, hour: int) -> None:
    for day in (SPRING, AUTUMN):
        shown = london_time(at_london(day, at)).replace(tzinfo=None)
        moved = timedelta(hours=1) if day == SPRING and at.hour == 1 else timedelta()
        assert shown == datetime.combine(day, at) + moved
    assert at_london(AUTUMN, time(hour)) < at_london(AUTUMN, time(hour + 1))


def test_nothing_else_in_rms_reads_the_time() -> None:
    """Names what reads a clock; the database's own clock and waiting without a result are something else."""
    readers = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
    modules = {"datetime", "date", "time", "dt", "_time"}
    found = [
        f"{path}:{node.lineno}"
        for path in sorted(Path(rms.__file__).parent.rglob("*.py"))
        if path.name != "clock.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in readers
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and (node.func.value.id if isinstance(node.func.value, ast.Name) else node.func.value.attr) in modules
    ]
    assert found == []
