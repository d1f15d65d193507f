"""What must hold of dates for any anchor: no drift, months by the calendar, standings that never move backwards."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rms.plans.model import Course, Standing
from rms.plans.protocol import Protocol, load_library
from rms.plans.schedule import calendar_of, current_and_next, effective, occurrences, standing

PROTOCOLS = list(load_library().values())
anchors = st.dates(date(2016, 1, 1), date(2036, 12, 31))
births = st.dates(date(1930, 1, 1), date(2000, 12, 31))


def course_of(anchored_on: date, born_on: date) -> Course:
    names = ("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan")
    return Course(anchors=dict.fromkeys(names, anchored_on), started_on=anchored_on, born_on=born_on)


@given(protocol=st.sampled_from(PROTOCOLS), anchored_on=anchors, born_on=births)
def test_every_date_is_whole_months_from_the_anchor(protocol: Protocol, anchored_on: date, born_on: date) -> None:
    course = course_of(anchored_on, born_on)
    for step in effective(protocol).steps:
        dated = occurrences(step, course=course)
        assert dated == occurrences(step, course=course)
        assert list(dated) == sorted(dated, key=lambda o: o.due_on)
        for one in dated:
            last_of_month = monthrange(one.due_on.year, one.due_on.month)[1]
            assert one.due_on.day == min(anchored_on.day, last_of_month)
            assert one.earliest_on <= one.due_on <= one.latest_on
        assert all(a.latest_on < b.earliest_on for a, b in pairwise(dated))


ORDER = [Standing.AHEAD, Standing.OPEN, Standing.LATE, Standing.MISSED]


@given(protocol=st.sampled_from(PROTOCOLS), anchored_on=anchors, which=st.integers(0, 40))
def test_a_standing_changes_on_the_day_it_says_and_never_back(
    protocol: Protocol, anchored_on: date, which: int
) -> None:
    step = effective(protocol).steps[0]
    dated = occurrences(step, course=course_of(anchored_on, date(1975, 1, 1)))
    one = dated[which % len(dated)]
    day = one.earliest_on - timedelta(days=3)
    before = standing(one, today=day)
    while day <= one.latest_on + timedelta(days=3):
        now = standing(one, today=day)
        assert ORDER.index(now.standing) >= ORDER.index(before.standing)
        if now.standing is not before.standing:
            assert before.changes_on == day
        assert (now.standing is Standing.MISSED) == (now.changes_on is None)
        assert (now.standing in (Standing.OPEN, Standing.LATE)) == (day in one.window)
        before, day = now, day + timedelta(days=1)


@given(protocol=st.sampled_from(PROTOCOLS), anchored_on=anchors, days=st.integers(0, 4200))
def test_a_step_always_waits_for_the_first_that_can_still_be_done(
    protocol: Protocol, anchored_on: date, days: int
) -> None:
    course, today = course_of(anchored_on, date(1975, 1, 1)), anchored_on + timedelta(days=days)
    for step in effective(protocol).steps:
        found = current_and_next(step, course=course, today=today)
        possible = [one for one in occurrences(step, course=course) if one.latest_on >= today]
        assert [found.current, found.following] == [*possible, None, None][:2]


@given(
    protocol=st.sampled_from(PROTOCOLS), anchored_on=anchors, before=st.integers(-200, 200), which=st.integers(0, 40)
)
def test_a_calendar_is_complete_and_never_asks_twice_on_one_day(
    protocol: Protocol, anchored_on: date, before: int, which: int
) -> None:
    step = effective(protocol).steps[0]
    dated = occurrences(step, course=course_of(anchored_on, date(1975, 1, 1)))
    one = dated[which % len(dated)]
    today = one.due_on + timedelta(days=before)
    entries = calendar_of(one, step=step, today=today)
    assert {"late", "chase", "close-window"} <= {entry.stage for entry in entries}
    reminders = [entry.act_on for entry in entries if entry.stage.startswith("remind")]
    assert all(on >= today for on in reminders)
    assert len(set(reminders)) == len(reminders)
    reached = [entry.stage for entry in entries if entry.act_on <= today]
    again = calendar_of(one, step=step, today=today, reached=reached)
    assert again == tuple(entry for entry in entries if entry.act_on > today)
