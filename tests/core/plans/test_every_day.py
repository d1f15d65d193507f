"""Every protocol of the library, every day of 2025 to 2036: dates, windows, standings and stages against a plain replay.

Steps of several protocols that ask alike (same months, window, reminders) are worked once. The replay knows nothing of the
code under test: it counts months on its own and walks day by day; `changes_on` and the calendar's stages must agree with it.
"""

from bisect import bisect_left
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from rms.clock import london_date
from rms.dates import DateWindow, add_months
from rms.plans.model import Course, Occurrence, Standing
from rms.plans.protocol import load_library
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import EffectiveStep, calendar_of, current_and_next, effective, occurrences, standing

FIRST, LAST = date(2025, 1, 1), date(2036, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
LONDON = ZoneInfo("Europe/London")
ONE = timedelta(days=1)
#: Old enough for every age stop to bite late, and young enough for what goes on until an age.
BORN = date(1980, 2, 29)


def _library() -> dict[tuple[object, ...], tuple[str, EffectiveStep]]:
    distinct: dict[tuple[object, ...], tuple[str, EffectiveStep]] = {}
    for protocol in load_library().values():
        for step in effective(protocol).steps:
            schedule = step.step.schedule
            alike = (step.months, step.early_days, step.late_days, step.reminder_days, step.chase_after_days,
                     step.step.kind, schedule.stop_at_age, schedule.continue_until_age, step.step.ways)  # fmt: skip
            distinct.setdefault(alike, (f"{protocol.key} {step.step.key}", step))
    return distinct


STEPS = list(_library().values())
each_step = pytest.mark.parametrize("step", [step for _, step in STEPS], ids=[name for name, _ in STEPS])


def by_hand(anchor: date, months: int) -> date:
    """Walk month by month, remembering the day that was begun with."""
    year, month = anchor.year, anchor.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def course(anchored_on: date) -> Course:
    names = ("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan")
    return Course(anchors=dict.fromkeys(names, anchored_on), started_on=anchored_on, born_on=BORN)


def odd_days() -> list[date]:
    """The ends of months over four years, every end of February, and both clock changes of each of the twelve years."""
    ends = [date(y, m, monthrange(y, m)[1]) for y in range(2027, 2031) for m in range(1, 13)]
    februaries = [date(y, 2, monthrange(y, 2)[1]) for y in range(2025, 2037)]
    return sorted({*ends, *februaries, *clock_changes()})


@cache
def clock_changes() -> tuple[date, ...]:
    offset = [datetime(d.year, d.month, d.day, 12, tzinfo=LONDON).utcoffset() for d in DAYS]
    return tuple(day for (before, after), day in zip(pairwise(offset), DAYS[1:], strict=True) if before != after)


def test_from_every_day_every_month_that_a_protocol_names_is_counted_by_the_calendar() -> None:
    named = sorted({month for _, step in STEPS for month in step.months if month <= 240})
    for day in DAYS:
        year, month0 = divmod(day.year * 12 + day.month - 1, 12)
        for months in named:
            due = add_months(day, months)
            more, of_year = divmod(month0 + months, 12)
            assert (due.year, due.month) == (year + more, of_year + 1)
            assert due.day == day.day or (due.day < day.day and (due + ONE).day == 1)


@each_step
def test_dates_never_drift_and_windows_never_meet(step: EffectiveStep) -> None:
    for anchored_on in odd_days():
        dated = occurrences(step, course=course(anchored_on), upto=by_hand(anchored_on, 156))
        assert [one.number for one in dated] == list(range(1, len(dated) + 1))
        for one in dated:
            months = (one.due_on.year - anchored_on.year) * 12 + one.due_on.month - anchored_on.month
            assert one.due_on == by_hand(anchored_on, months)
            assert one.number > len(step.months) or months == step.months[one.number - 1]
            assert (one.due_on - one.earliest_on).days == step.early_days
            assert (one.latest_on - one.due_on).days == step.late_days
        for before, after in pairwise(dated):
            assert before.latest_on < after.earliest_on
            assert before.window.end_before <= after.window.start_on
        assert dated == occurrences(step, course=course(anchored_on), upto=by_hand(anchored_on, 156))


def plain_standing(one: Occurrence, today: date) -> Standing:
    if today < one.earliest_on:
        return Standing.AHEAD
    if today <= one.due_on:
        return Standing.OPEN
    return Standing.LATE if today <= one.latest_on else Standing.MISSED


@each_step
@pytest.mark.parametrize("anchored_on", [date(2024, 2, 29), date(2025, 8, 31)], ids=str)
def test_on_every_day_of_twelve_years_it_stands_where_a_replay_says(step: EffectiveStep, anchored_on: date) -> None:
    """Day by day around each window; between two windows nothing changes, and `changes_on` is what says so."""
    for one in occurrences(step, course=course(anchored_on), upto=LAST):
        on, says = min(FIRST, one.earliest_on) - ONE, standing(one, today=FIRST - timedelta(days=8000))
        assert says.standing is Standing.AHEAD
        assert says.changes_on == one.earliest_on
        while on <= one.latest_on + ONE:
            now = standing(one, today=on)
            assert now.standing is plain_standing(one, on)
            assert (on in one.window) == (now.standing in (Standing.OPEN, Standing.LATE))
            if now.standing is not says.standing:
                assert says.changes_on == on
            assert now.changes_on is None or now.changes_on > on
            says, on = now, (on + ONE if on >= one.earliest_on - ONE else one.earliest_on - ONE)
        assert says.changes_on is None


@each_step
def test_what_a_step_waits_for_changes_only_the_day_after_a_last_day(step: EffectiveStep) -> None:
    """Every day of the twelve years: the first two that can still be done, whatever was asked the day before."""
    plan = course(date(2025, 1, 31))
    dated = occurrences(step, course=plan, upto=by_hand(LAST, 24))
    last_days = [one.latest_on for one in dated]
    assert last_days == sorted(last_days)
    for today in DAYS:
        index = bisect_left(last_days, today)
        found = current_and_next(step, course=plan, today=today, dated=dated)
        assert [found.current, found.following] == [*dated[index : index + 2], None, None][:2]


@each_step
def test_the_stages_of_a_calendar_lie_where_a_replay_of_days_finds_them(step: EffectiveStep) -> None:
    """Acting each morning on what is due, with what was acted on behind us: each stage once, on its day, in order."""
    for one in occurrences(step, course=course(date(2025, 10, 26)), upto=by_hand(FIRST, 60)):
        wanted = {one.due_on + ONE: {"late"}}
        for stage, on in (("chase", one.due_on + timedelta(days=step.chase_after_days)),
                          ("close-window", one.latest_on + ONE)):  # fmt: skip
            wanted.setdefault(on, set()).add(stage)
        for number, days in enumerate(step.reminder_days, start=1):
            wanted.setdefault(one.due_on + timedelta(days=days), set()).add(f"remind:{number}")
        if one.kind in (StepKind.REVIEW, StepKind.TASK):
            wanted.setdefault(one.due_on, set()).add("review")
        reached: list[str] = []
        found: dict[date, set[str]] = {}
        today = min(wanted) - timedelta(days=3)
        while today <= max(wanted) + ONE:
            entries = calendar_of(one, step=step, today=today, reached=reached)
            assert [entry.act_on for entry in entries] == sorted(entry.act_on for entry in entries)
            acted = {entry.stage for entry in entries if entry.act_on <= today}
            if acted:
                found[today] = acted
                reached += sorted(acted)
            today += ONE
        assert found == wanted


def test_a_day_of_a_plan_is_a_day_in_london_on_both_clock_changes() -> None:
    """23 hours in spring, 25 in autumn: the window opens and closes at London's midnight, and each instant is one day's."""
    for change in clock_changes():
        for window in (
            DateWindow.through(change - ONE, last_on=change),
            DateWindow.through(change, last_on=change + ONE),
        ):
            opens, closes = window.instants
            second = timedelta(seconds=1)
            assert [london_date(at) in window for at in (opens - second, opens, closes - second, closes)] == [
                False, True, True, False,
            ]  # fmt: skip
            assert closes - opens == timedelta(hours=47 if change.month == 3 else 49)
        around = [
            datetime(change.year, change.month, change.day, tzinfo=UTC) + timedelta(hours=n) for n in range(-3, 28)
        ]
        days = [london_date(at) for at in around]
        assert days == sorted(days)
        assert set(days) <= {change - ONE, change, change + ONE}
        hours = sum(day == change for day in days)
        assert hours == (23 if change.month == 3 else 25)


def test_the_twelve_years_change_the_clock_twenty_four_times() -> None:
    assert len(clock_changes()) == 24
    assert {day.weekday() for day in clock_changes()} == {6}


@pytest.mark.parametrize("change", clock_changes(), ids=str)
def test_due_on_the_day_the_clock_changes_it_is_open_that_day_and_late_the_next(change: date) -> None:
    step = next(step for name, step in STEPS if name == "prostate-after-prostatectomy psa")
    one = occurrences(step, course=course(add_months(change, -3)))[0]
    assert one.due_on == change
    where = [standing(one, today=change + timedelta(days=n)).standing for n in (-1, 0, 1)]
    assert where == [Standing.OPEN, Standing.OPEN, Standing.LATE]
