"""When a letter has waited too long for a printer: two working days after the one it was written on have passed."""

from datetime import date

import pytest

from rms.messages.printing import last_day_late, late_now, late_sentence


@pytest.mark.parametrize(
    ("written", "late_from"),
    [
        # written on          asked about in the morning of
        (date(2026, 11, 23), date(2026, 11, 26)),  # Monday: Tuesday and Wednesday pass
        (date(2026, 11, 26), date(2026, 12, 1)),  # Thursday: Friday and Monday
        (date(2026, 11, 27), date(2026, 12, 2)),  # Friday: Monday and Tuesday
        (date(2026, 11, 28), date(2026, 12, 2)),  # Saturday counts as Friday
        (date(2026, 12, 24), date(2026, 12, 31)),  # Christmas and the Monday after it are bank holidays
        (date(2027, 3, 25), date(2027, 4, 1)),  # Maundy Thursday
    ],
)
def test_a_letter_is_late_when_two_working_days_have_passed(written: date, late_from: date) -> None:
    assert last_day_late(late_from) >= written
    assert last_day_late(date.fromordinal(late_from.toordinal() - 1)) < written


def test_it_is_said_how_many_and_since_when_only_where_it_is_counted_anew() -> None:
    since = date(2026, 11, 23)
    assert (
        late_now(letters=3, since=since)
        == "3 letters have waited too long now, the oldest written on 23 November 2026."
    )
    assert late_now(letters=1, since=since).startswith("1 letter has waited too long now, written on")
    assert not any(one.isdigit() for one in late_sentence().replace("2 working days", ""))
