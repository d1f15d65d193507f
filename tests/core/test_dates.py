"""Months that do not drift, ages, windows and dates of which only a part is known."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.dates import DateWindow, PartialDate, add_months, age_on, repeat_from
from rms.errors import BadInput

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))
windows = st.builds(
    lambda first, length: DateWindow(start_on=first, end_before=first + timedelta(days=length)),
    days,
    st.integers(1, 90),
)

MONTHS = """
  anchor     | months | lands on
  2027-01-31 | 1      | 2027-02-28
  2028-01-31 | 1      | 2028-02-29
  2027-01-31 | 3      | 2027-04-30
  2027-01-31 | 2      | 2027-03-31
  2028-02-29 | 12     | 2029-02-28
  2028-02-29 | 48     | 2032-02-29
  2027-12-31 | 2      | 2028-02-29
  2027-12-15 | 1      | 2028-01-15
  2027-03-31 | -1     | 2027-02-28
  2027-01-15 | -1     | 2026-12-15
  2027-05-05 | 0      | 2027-05-05
"""


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]


@pytest.mark.parametrize(("anchor", "months", "lands_on"), rows(MONTHS))
def test_months_are_counted_by_the_calendar(anchor: str, months: str, lands_on: str) -> None:
    assert add_months(date.fromisoformat(anchor), int(months)) == date.fromisoformat(lands_on)


@given(day=days, months=st.integers(-120, 600))
def test_only_the_end_of_a_month_can_change_the_day(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


@given(anchor=days, every=st.integers(1, 24), number=st.integers(0, 60))
def test_a_repeat_never_drifts_from_its_anchor(anchor: date, every: int, number: int) -> None:
    on = repeat_from(anchor, every_months=every, number=number)
    assert on == add_months(anchor, every * number)
    assert on <= anchor.replace(day=1) + timedelta(days=31 * every * number + 31)
    assert on < repeat_from(anchor, every_months=every, number=number + 1)
    if anchor.day <= 28:
        assert on.day == anchor.day


def test_a_31st_comes_back_on_the_31st() -> None:
    repeats = [repeat_from(date(2027, 1, 31), every_months=1, number=number) for number in range(4)]
    assert [day.day for day in repeats] == [31, 28, 31, 30]


def test_a_repeat_may_start_some_months_after_its_anchor() -> None:
    assert repeat_from(date(2027, 1, 31), every_months=6, number=1, offset_months=3) == date(2027, 10, 31)


def test_something_that_repeats_at_no_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="every month or less often"):
        repeat_from(date(2027, 1, 31), every_months=0, number=1)


def test_an_age_changes_on_the_birthday_and_for_29_february_on_1_march() -> None:
    assert age_on(date(2027, 5, 4), born_on=date(1950, 5, 5)) == 76
    assert age_on(date(2027, 5, 5), born_on=date(1950, 5, 5)) == 77
    assert age_on(date(2027, 2, 28), born_on=date(1952, 2, 29)) == 74
    assert age_on(date(2027, 3, 1), born_on=date(1952, 2, 29)) == 75
    assert age_on(date(2028, 2, 29), born_on=date(1952, 2, 29)) == 76


def test_a_window_holds_its_first_day_and_not_its_end() -> None:
    window = DateWindow.through(date(2027, 3, 1), last_on=date(2027, 3, 28))
    assert window == DateWindow(start_on=date(2027, 3, 1), end_before=date(2027, 3, 29))
    assert (window.last_on, window.days) == (date(2027, 3, 28), 28)
    held = [date(2027, 2, 28) in window, date(2027, 3, 1) in window, date(2027, 3, 28) in window]
    assert held == [False, True, True]
    assert date(2027, 3, 29) not in window


def test_a_window_as_instants_knows_that_the_clocks_changed_inside_it() -> None:
    start, end = DateWindow.through(date(2027, 3, 28), last_on=date(2027, 3, 28)).instants
    assert (start, end) == (datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 3, 28, 23, tzinfo=UTC))


def test_a_window_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        DateWindow(start_on=date(2027, 3, 1), end_before=date(2027, 3, 1))


@given(first=windows, second=windows)
def test_windows_overlap_when_a_day_is_in_both(first: DateWindow, second: DateWindow) -> None:
    shared = {first.start_on + timedelta(days=passed) for passed in range(first.days)} & {
        second.start_on + timedelta(days=passed) for passed in range(second.days)
    }
    assert first.overlaps(second) == second.overlaps(first) == bool(shared)


@given(window=windows, length=st.integers(1, 30))
def test_windows_that_touch_share_no_day_and_leave_none_out(window: DateWindow, length: int) -> None:
    following = DateWindow(start_on=window.end_before, end_before=window.end_before + timedelta(days=length))
    assert not window.overlaps(following)
    assert window.last_on + timedelta(days=1) == following.start_on


PARTIAL = """
  written    | earliest   | latest     | exact
  2027       | 2027-01-01 | 2027-12-31 |
  2028-02    | 2028-02-01 | 2028-02-29 |
  2027-02    | 2027-02-01 | 2027-02-28 |
  2027-02-28 | 2027-02-28 | 2027-02-28 | 2027-02-28
"""


@pytest.mark.parametrize(("written", "earliest", "latest", "exact"), rows(PARTIAL))
def test_a_partial_date_says_what_it_can_mean(written: str, earliest: str, latest: str, exact: str) -> None:
    found = PartialDate.parse(f" {written} ")
    assert (str(found), str(found.earliest), str(found.latest)) == (written, earliest, latest)
    assert found.exact == (date.fromisoformat(exact) if exact else None)


@pytest.mark.parametrize(
    "text", ["", "27", "2027-2", "2027-02-29", "2027-13", "0000", "2027/02/01", "2027-02-", "２０２７"]
)
def test_a_date_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"written YYYY-MM-DD|no such day"):
        PartialDate.parse(text)


def test_a_day_without_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="without its month"):
        PartialDate(year=2027, day=3)


@given(day=days)
def test_every_day_fits_what_is_left_of_it(day: date) -> None:
    whole = PartialDate.of(day)
    assert whole.exact == whole.earliest == whole.latest == day
    assert PartialDate.parse(str(whole)) == whole
    for less in (PartialDate(year=day.year), PartialDate(year=day.year, month=day.month)):
        assert less.exact is None
        assert less.may_be(day)
        assert not less.may_be(add_months(day, 12))


@pytest.mark.parametrize(
    ("written", "words"), [("2027-03-03", "3 March 2027"), ("2027-03", "March 2027"), ("2027", "2027")]
)
def test_a_partial_date_in_words_says_no_more_than_is_known(written: str, words: str) -> None:
    assert PartialDate.parse(written).in_words() == words
