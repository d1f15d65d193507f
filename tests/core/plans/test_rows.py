"""Which occurrences of a step stand as rows: the current one, the next, what was added, what nobody looked at in time."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from rms.plans.model import FIRST_ADDED, Add, Change, Course, Done, Interval, Override, Skip
from rms.plans.protocol import Protocol
from rms.plans.rows import LOOK_AGAIN, rows_wanted, stages_of, why_not_wanted
from rms.plans.schedule import EffectiveStep, effective, occurrences

COURSE = Course(anchors={"surgery": date(2026, 1, 5)}, started_on=date(2026, 1, 10), born_on=date(1950, 1, 1))
FIRST_DUE = date(2026, 4, 5)


def step_of(protocol: Protocol, *overrides: Override, key: str = "psa") -> EffectiveStep:
    step = effective(protocol, overrides=overrides).step(key)
    assert step is not None
    return step


def numbers(
    step: EffectiveStep,
    *,
    today: date,
    course: Course = COURSE,
    open_: tuple[int, ...] = (),
    known: tuple[int, ...] = (),
) -> list[int]:
    wanted = rows_wanted(step, course=course, open_numbers=open_, known_numbers=known or open_, today=today)
    return [one.number for one in wanted]


@pytest.mark.parametrize(
    ("days_after_first_due", "open_", "wanted"),
    [
        (-80, (), [1, 2]),
        (0, (1, 2), [1, 2]),
        (28, (1, 2), [1, 2]),
        (29, (1, 2), [1, 2, 3]),  # its window closed: it stays open, the next ones stand
        (400, (1, 2), [1, 2, 3, 4, 5, 6]),  # nobody looked for a year: each that closed meanwhile is written down
    ],
)
def test_what_stands_on_a_day(
    prostatectomy: Protocol, days_after_first_due: int, open_: tuple[int, ...], wanted: list[int]
) -> None:
    today = FIRST_DUE + timedelta(days=days_after_first_due)
    assert numbers(step_of(prostatectomy), today=today, open_=open_) == wanted


def test_what_is_done_or_skipped_does_not_stand(prostatectomy: Protocol, changed: Callable[[Change], Override]) -> None:
    done = Course(
        anchors=COURSE.anchors, started_on=COURSE.started_on, done=(Done(step="psa", number=1, done_on=FIRST_DUE),)
    )
    assert numbers(step_of(prostatectomy), today=FIRST_DUE, course=done, known=(1, 2)) == [2, 3]
    skipped = step_of(prostatectomy, changed(Skip(step="symptom-check", number=2)), key="symptom-check")
    assert numbers(skipped, today=FIRST_DUE, open_=(1, 2)) == [1, 3]
    assert why_not_wanted(skipped, course=COURSE, number=2) == "Skipped by Nurse Ada Test: his own wish."
    assert why_not_wanted(None, course=COURSE, number=2) == "The plan no longer asks for it."


def test_what_was_added_stands_however_far_and_has_no_reminders(
    prostatectomy: Protocol, changed: Callable[[Change], Override]
) -> None:
    added = changed(Add(step="psa", number=FIRST_ADDED, due_on=date(2026, 12, 1)))
    step = step_of(prostatectomy, added)
    assert numbers(step, today=FIRST_DUE, open_=(1, 2)) == [1, 2, FIRST_ADDED]
    one = next(one for one in occurrences(step, course=COURSE) if one.number == FIRST_ADDED)
    assert [entry.stage for entry in stages_of(one, step=step, today=FIRST_DUE)] == ["chase", "close-window"]


def test_an_interval_that_reaches_back_asks_for_nothing_that_was_over_when_it_was_changed(
    prostatectomy: Protocol, changed: Callable[[Change], Override]
) -> None:
    """The change was made on 1 March: December's and January's were over by then and were never asked for."""
    course = Course(anchors={"surgery": date(2025, 11, 5)}, started_on=date(2025, 11, 20))
    monthly = step_of(prostatectomy, changed(Interval(step="psa", from_number=1, every_months=1)))
    assert numbers(monthly, today=date(2026, 4, 20), course=course) == [3, 4, 5, 6]


def test_when_all_is_behind_it_somebody_still_looks(prostatectomy: Protocol) -> None:
    step = step_of(prostatectomy)
    one = occurrences(step, course=COURSE)[0]
    every = [entry.stage for entry in stages_of(one, step=step, today=COURSE.started_on)]
    assert every == ["remind:1", "remind:2", "remind:3", "chase", "close-window"]
    left = stages_of(one, step=step, today=date(2026, 6, 1), reached=every)
    assert [(entry.act_on, entry.stage) for entry in left] == [(date(2026, 6, 1), LOOK_AGAIN)]
