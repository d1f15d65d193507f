"""Bank holidays, working days, working hours and the hours in which a message may go out."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.clock import LONDON, london_time
from rms.dates import (
    add_working_days,
    add_working_hours,
    bank_holidays,
    is_allowed,
    is_bank_holiday,
    is_working_day,
    next_allowed,
    next_working_day,
    previous_working_day,
    working_days_between,
)
from rms.dates.bank_holidays import easter_sunday

days = st.dates(min_value=date(2012, 1, 1), max_value=date(2060, 12, 31))
instants = st.datetimes(min_value=datetime(2012, 1, 1), max_value=datetime(2060, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.integers(0, 60 * 40)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.test_data
def test_bank_holidays_are_those_the_government_publishes(test_data: Path) -> None:
    published = json.loads((test_data / "bank-holidays" / "bank-holidays-pypi.json").read_text(encoding="utf-8"))
    theirs = {event["date"] for event in published["england-and-wales"]["events"]}
    years = range(2012, 2029)
    assert {int(day[:4]) for day in theirs} == set(years)
    assert {day.isoformat() for year in years for day in bank_holidays(year)} == theirs


def test_bank_holidays_that_moved_or_were_added() -> None:
    assert not is_bank_holiday(date(2020, 5, 4))
    for day in (date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)):
        assert is_bank_holiday(day)
    assert bank_holidays(2022)[date(2022, 12, 27)] == "Christmas Day"
    assert bank_holidays(2021)[date(2021, 12, 28)] == "Boxing Day"


def test_a_year_whose_christmas_falls_oddly() -> None:
    """2033: Christmas Day on a Sunday; 2032: on a Saturday; 2031: on a Thursday, and Boxing Day stays."""
    found = {year: [day.day for day in bank_holidays(year) if day.month == 12] for year in (2031, 2032, 2033)}
    assert found == {2031: [25, 26], 2032: [27, 28], 2033: [26, 27]}


def test_easter_in_its_rare_places() -> None:
    earliest_and_latest = {1818: (3, 22), 2285: (3, 22), 1943: (4, 25), 2038: (4, 25)}
    put_right = {1954: (4, 18), 1981: (4, 19), 2049: (4, 18), 2076: (4, 19)}
    for year, (month, day) in (earliest_and_latest | put_right).items():
        assert easter_sunday(year) == date(year, month, day)


@given(year=st.integers(2012, 2200))
def test_every_year_has_its_bank_holidays_on_weekdays(year: int) -> None:
    found = bank_holidays(year)
    assert len(found) >= 8
    assert all(day.year == year and day.weekday() < 5 for day in found)
    assert list(found) == sorted(found)


@given(day=days, count=st.integers(1, 60))
def test_the_nth_working_day_has_n_working_days_up_to_it(day: date, count: int) -> None:
    reached = add_working_days(day, count)
    assert is_working_day(reached)
    assert working_days_between(day, until=reached) == count
    assert working_days_between(day, until=reached - timedelta(days=1)) == count - 1


@given(day=days)
def test_the_nearest_working_days_have_none_between(day: date) -> None:
    before, after = previous_working_day(day), next_working_day(day)
    assert is_working_day(before)
    assert is_working_day(after)
    assert before <= day <= after == add_working_days(day, 0)
    assert (before == after) == is_working_day(day)
    assert working_days_between(before, until=after) == (0 if before == after else 1)


def test_working_days_over_easter() -> None:
    thursday = date(2027, 3, 25)
    assert add_working_days(thursday, 1) == date(2027, 3, 30)
    assert add_working_days(thursday, 3) == date(2027, 4, 1)
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(thursday, -1)


HOURS = """
  from             | hours | until
  2027-03-01 09:00 | 8     | 2027-03-01 17:00
  2027-03-01 09:00 | 8.5   | 2027-03-02 09:30
  2027-03-01 16:00 | 2     | 2027-03-02 10:00
  2027-03-05 16:00 | 2     | 2027-03-08 10:00
  2027-03-06 12:00 | 1     | 2027-03-08 10:00
  2027-03-01 07:00 | 0     | 2027-03-01 09:00
  2027-03-01 18:00 | 0     | 2027-03-02 09:00
  2027-03-01 17:00 | 0     | 2027-03-02 09:00
  2027-03-25 16:00 | 2     | 2027-03-30 10:00
  2027-10-29 16:00 | 2     | 2027-11-01 10:00
  2027-12-24 16:00 | 9     | 2027-12-29 17:00
"""


@pytest.mark.parametrize("row", [[cell.strip() for cell in line.split("|")] for line in HOURS.strip().splitlines()[1:]])
def test_working_hours_stand_still_outside_them(row: list[str]) -> None:
    start, hours, until = row
    assert add_working_hours(london(start), float(hours)) == london(until)


@given(start=instants, first=minutes, second=minutes)
def test_working_hours_add_up(start: datetime, first: int, second: int) -> None:
    in_two = add_working_hours(add_working_hours(start, first / 60), second / 60)
    at_once = add_working_hours(start, (first + second) / 60)
    # Time that ends at closing may also be the next opening: no working time lies between the two.
    assert add_working_hours(in_two, 1) == add_working_hours(at_once, 1)
    assert is_working_day(london_time(at_once).date())
    assert time(9) <= london_time(at_once).time() <= time(17)
    assert at_once >= start


def test_working_hours_of_another_length_or_of_none() -> None:
    assert add_working_hours(london("2027-03-01 08:00"), 1, opens=time(8), closes=time(20)) == london(
        "2027-03-01 09:00"
    )
    with pytest.raises(ValueError, match="closes after it opens"):
        add_working_hours(london("2027-03-01 08:00"), 1, opens=time(9), closes=time(9))
    with pytest.raises(ValueError, match="forwards"):
        add_working_hours(london("2027-03-01 08:00"), -1)


QUIET = """
  asked            | goes
  2027-03-01 07:59 | 2027-03-01 08:00
  2027-03-01 08:00 | 2027-03-01 08:00
  2027-03-01 19:59 | 2027-03-01 19:59
  2027-03-01 20:00 | 2027-03-02 08:00
  2027-03-27 20:00 | 2027-03-28 08:00
  2027-10-30 23:00 | 2027-10-31 08:00
  2027-12-24 20:00 | 2027-12-26 08:00
  2027-12-25 12:00 | 2027-12-26 08:00
  2027-12-25 23:30 | 2027-12-26 08:00
"""


@pytest.mark.parametrize("row", [[cell.strip() for cell in line.split("|")] for line in QUIET.strip().splitlines()[1:]])
def test_messages_wait_for_the_morning_and_for_boxing_day(row: list[str]) -> None:
    asked, goes = row
    assert next_allowed(london(asked)) == london(goes)


@given(instant=instants)
def test_the_next_allowed_instant_is_allowed_and_the_first(instant: datetime) -> None:
    goes = next_allowed(instant)
    local = london_time(goes)
    assert goes >= instant
    assert time(8) <= local.time() < time(20)
    assert (local.month, local.day) != (12, 25)
    assert next_allowed(goes) == goes
    waited = (goes - instant) // timedelta(minutes=10)
    assert not any(is_allowed(instant + timedelta(minutes=10) * step) for step in range(waited))


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(ValueError, match="end after they start"):
        next_allowed(london("2027-03-01 12:00"), start=time(20), end=time(8))
