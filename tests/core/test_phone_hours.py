"""A team's hours as people read them: understood, or honestly not; bank holidays, breaks, changes of the clock."""

from datetime import UTC, datetime, time

import pytest

from rms.dates.phone_hours import read_phone_hours

WEEK = frozenset(range(5))
NINE_TO_FIVE = ((WEEK, time(9), time(17)),)


@pytest.mark.parametrize("text", [
    "Monday to Friday, 9am to 5pm", "Mon-Fri 9am-5pm", "weekdays 9:00 to 17:00", "Monday to Friday 9.00am – 5.00pm.",
    "Mondays to Fridays, from 9 am until 5 pm", "Monday, Tuesday, Wednesday, Thursday and Friday, 9am to 5pm",
])  # fmt: skip
def test_the_ways_in_which_people_write_hours_are_understood(text: str) -> None:
    found = read_phone_hours(text)
    assert found is not None
    assert (found.spans, found.on_bank_holidays, found.says_holidays) == (NINE_TO_FIVE, False, False)


def test_spans_of_several_days_and_bank_holidays_are_understood() -> None:
    found = read_phone_hours("Monday to Thursday, 8:30am to 4pm; Friday, 8:30am to noon, including bank holidays")
    assert found is not None
    assert found.spans == ((frozenset(range(4)), time(8, 30), time(16)), (frozenset({4}), time(8, 30), time(12)))
    assert (found.on_bank_holidays, found.says_holidays) == (True, True)
    closed = read_phone_hours("Every day, 9am to 5pm, not on bank holidays")
    assert closed is not None
    assert (closed.on_bank_holidays, closed.says_holidays) == (False, True)
    joined = read_phone_hours("Monday 9am to 1pm and Wednesday 2pm to 5pm")
    assert joined is not None
    assert len(joined.spans) == 2


@pytest.mark.parametrize("text", [
    None, "", "Office hours", "Monday to Friday", "9am to 5pm", "Monday to Friday, 9 to 5", "Friday to Monday, 9am to 5pm",
    "Monday to Friday, 5pm to 9am", "Monday to Friday, 9am to 25:00", "Monday to Friday, 13pm to 5pm", "Someday, 9am to 5pm",
    "Monday to Friday, 9am to 5pm; ask Sue at the weekend", "Monday to Friday, 9am to 5pm, except the first Tuesday",
])  # fmt: skip
def test_what_cannot_be_understood_is_not_guessed(text: str | None) -> None:
    assert read_phone_hours(text) is None


@pytest.mark.parametrize(("now", "closes", "opens"), [
    ((2026, 11, 24, 9, 0), (2026, 11, 24, 12, 0), (2026, 11, 24, 13, 0)),  # a Tuesday, on the stroke of opening
    ((2026, 11, 24, 12, 0), None, (2026, 11, 24, 13, 0)),  # lunch: on the stroke of closing it is closed
    ((2026, 11, 24, 17, 0), None, (2026, 11, 25, 9, 0)),
    ((2026, 11, 27, 17, 30), None, (2026, 11, 30, 9, 0)),  # Friday evening to Monday
    ((2026, 12, 25, 10, 0), None, (2026, 12, 29, 9, 0)),  # Christmas on a Friday: Monday is a bank holiday in its place
    ((2026, 7, 1, 8, 30), (2026, 7, 1, 11, 0), (2026, 7, 1, 12, 0)),  # summer time: 9:30 in London
])  # fmt: skip
def test_open_and_closed_by_the_london_clock(now, closes, opens) -> None:
    hours = read_phone_hours("Monday to Friday, 9am to midday; Monday to Friday, 1pm to 5pm")
    assert hours is not None
    at = datetime(*now, tzinfo=UTC)
    assert hours.closes_at(at) == (None if closes is None else datetime(*closes, tzinfo=UTC))
    assert hours.opens_at(at) == datetime(*opens, tzinfo=UTC)
