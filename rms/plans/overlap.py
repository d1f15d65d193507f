"""Tests that two plans of one person ask for at nearly the same time: one sample then satisfies both. Pure.

A sample closes an open step in each plan whose window holds its day (`rms.results.matching`), so what is said here is on
which days that is so.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from rms.errors import Refused
from rms.plans.model import Course, Occurrence
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import EffectivePlan, EffectiveStep, occurrences
from rms.plans.schedule.words import day


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Another plan of the same person, as it holds today."""

    plan: EffectivePlan
    course: Course


class SharedTest(msgspec.Struct, frozen=True, kw_only=True):
    """Two dates for one test. `from_on` to `until_on`, both included, are the days on which a sample serves both."""

    title: str
    step: str
    due_on: date
    other_plan: str
    other_due_on: date
    from_on: date
    until_on: date


def shared_tests(
    plan: EffectivePlan, *, course: Course, others: Sequence[Beside], today: date
) -> tuple[SharedTest, ...]:
    """Each date of a test of the plan with the nearest one of each other plan that the same sample could satisfy."""
    found = [
        shared
        for step in plan.steps
        if step.step.kind is StepKind.TEST and step.step.analyte
        for other in others
        for shared in _of_step(step, course=course, other=other, today=today)
    ]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.step, one.other_plan, one.other_due_on)))


def in_words(shared: Sequence[SharedTest]) -> tuple[str, ...]:
    """A sentence for each test and other plan: the first date that they share, and how many more there are."""
    by_test: dict[tuple[str, str], list[SharedTest]] = {}
    for one in shared:
        by_test.setdefault((one.step, one.other_plan), []).append(one)
    return tuple(_sentence(some[0], more=len(some) - 1) for some in by_test.values())


def _sentence(one: SharedTest, *, more: int) -> str:
    days = (
        f"between {day(one.from_on)} and {day(one.until_on)}"
        if one.from_on < one.until_on
        else f"on {day(one.from_on)}"
    )
    later = f" They share {more} later {'date' if more == 1 else 'dates'} as well." if more else ""
    return (
        f"{one.title}, due here on {day(one.due_on)}, is also asked for by “{one.other_plan}” on {day(one.other_due_on)}."
        f" One test {days} serves both.{later}"
    )


def _of_step(step: EffectiveStep, *, course: Course, other: Beside, today: date) -> Iterator[SharedTest]:
    theirs = [
        one
        for their in other.plan.steps
        if their.step.kind is StepKind.TEST and their.step.analyte == step.step.analyte
        for one in _ahead(their, course=other.course, today=today)
    ]
    for mine in _ahead(step, course=course, today=today):
        both = [
            one for one in theirs if max(mine.earliest_on, one.earliest_on, today) <= min(mine.latest_on, one.latest_on)
        ]
        if both:
            near = min(both, key=lambda one: (abs((one.due_on - mine.due_on).days), one.due_on))
            yield SharedTest(
                title=mine.title, step=mine.step, due_on=mine.due_on, other_plan=other.plan.protocol.title,
                other_due_on=near.due_on, from_on=max(mine.earliest_on, near.earliest_on, today),
                until_on=min(mine.latest_on, near.latest_on),
            )  # fmt: skip


def _ahead(step: EffectiveStep, *, course: Course, today: date) -> list[Occurrence]:
    """What somebody still waits for; nothing while the date it counts from is not known."""
    done = {(one.step, one.number) for one in course.done}
    try:
        dated = occurrences(step, course=course)
    except Refused:
        return []
    return [
        one
        for one in dated
        if one.latest_on >= today and one.skipped_because is None and (one.step, one.number) not in done
    ]
