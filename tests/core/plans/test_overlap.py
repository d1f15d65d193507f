"""Tests that two plans share, and that on every day that is named a sample closes the step in both."""

from datetime import date, timedelta

from rms.plans.model import Course, Done, Move, Override
from rms.plans.overlap import Beside, SharedTest, in_words, shared_tests
from rms.plans.protocol import load_library
from rms.plans.schedule import effective, occurrences
from rms.results.matching import Closes, OpenOccurrence, match_step

KEY = "prostate-after-prostatectomy"
TODAY = date(2026, 3, 1)


def course(on: date, *, done: tuple[Done, ...] = ()) -> Course:
    return Course(anchors={"surgery": on}, started_on=TODAY, born_on=date(1950, 4, 3), done=done)


def shared(
    mine: Course, theirs: Course, *, key: str = KEY, overrides: tuple[Override, ...] = ()
) -> tuple[SharedTest, ...]:
    plan = effective(load_library()[key], overrides=overrides)
    other = Beside(plan=effective(load_library()[KEY]), course=theirs)
    return shared_tests(plan, course=mine, others=(other,), today=TODAY)


def closes(of: Course, on: date) -> int | None:
    """The number of the step that a sample of that day closes, of all that are open."""
    step = effective(load_library()[KEY]).step("psa")
    assert step is not None
    waiting = [
        OpenOccurrence(occurrence=o.number, step="psa", number=o.number, earliest=o.earliest_on, due=o.due_on,
                       latest=o.latest_on)
        for o in occurrences(step, course=of)
    ]  # fmt: skip
    found = match_step(on, waiting)
    return found.occurrence if isinstance(found, Closes) else None


def test_each_date_is_shared_with_the_nearest_and_on_every_day_named_one_sample_closes_both():
    mine, theirs = course(date(2026, 1, 31)), course(date(2026, 2, 10))
    found = shared(mine, theirs)
    assert len(found) == 17
    assert (found[0].due_on, found[0].other_due_on) == (date(2026, 4, 30), date(2026, 5, 10))
    for number, one in enumerate(found, start=1):
        for day in (one.from_on, one.due_on, one.other_due_on, one.until_on):
            assert (closes(mine, day), closes(theirs, day)) == (number, number)
        before, after = one.from_on - timedelta(days=1), one.until_on + timedelta(days=1)
        assert not (closes(mine, before) == closes(theirs, before) == number)
        assert after > one.until_on


def test_what_lies_too_far_apart_is_done_or_is_another_test_is_not_shared():
    assert shared(course(date(2026, 1, 31)), course(date(2025, 3, 15)), key="colorectal-after-curative-surgery") == ()
    yearly = shared(course(date(2020, 1, 31)), course(date(2020, 7, 15)))
    assert yearly == (), "half a year apart once both are yearly"
    first = shared(course(date(2026, 1, 31)), course(date(2026, 2, 10)))[0]
    was_done = course(date(2026, 2, 10), done=(Done(step="psa", number=1, done_on=TODAY),))
    assert first.other_due_on not in {one.other_due_on for one in shared(course(date(2026, 1, 31)), was_done)}
    moved = Override(change=Move(step="psa", number=1, due_on=date(2026, 6, 20)), reason="abroad", author="Nora Nurse",
                     made_on=TODAY, review_on=date(2026, 9, 1))  # fmt: skip
    assert first.due_on not in {
        one.due_on for one in shared(course(date(2026, 1, 31)), course(date(2026, 2, 10)), overrides=(moved,))
    }
    unknown = Course(anchors={}, started_on=TODAY, born_on=date(1950, 4, 3))
    assert shared(unknown, course(date(2026, 2, 10))) == ()
    assert shared(course(date(2026, 2, 10)), unknown) == ()


def test_one_sentence_for_each_test_and_plan():
    [sentence] = in_words(shared(course(date(2026, 1, 31)), course(date(2026, 2, 10))))
    assert sentence.startswith(
        "PSA blood test, due here on 30 April 2026, is also asked for by “Prostate cancer after removal of the prostate”"
        " on 10 May 2026. One test between "
    )
    assert sentence.endswith(" serves both. They share 16 later dates as well.")
    assert in_words(()) == ()
