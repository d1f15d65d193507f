"""What fell due while a plan stood still, and what a nurse may say becomes of each. Pure.

Nothing is left out without a person's word: leaving out, and asking later, are changes for this person like any other. A
test that must not be skipped is never offered to be left out.
"""

from datetime import date, timedelta
from enum import StrEnum

import msgspec

from rms.plans.model import Course, Occurrence
from rms.plans.schedule.effective import EffectivePlan, EffectiveStep
from rms.plans.schedule.occurrences import occurrences
from rms.plans.schedule.words import day

#: How long after going on a test is asked for that fell into the pause: time to be told and to arrange it. Our default.
ASKED_AFTER = timedelta(days=14)


class Inside(StrEnum):
    """What becomes of a date that fell into a pause."""

    LATE = "late"
    SKIP = "skip"
    MOVE = "move"


class PauseRule(StrEnum):
    """What whoever pauses a plan means for what falls inside; whoever lets it go on sees it filled in, and may differ."""

    ASK = "ask"
    SKIP = "skip"
    SHIFT = "shift"


class FellInside(msgspec.Struct, frozen=True, kw_only=True):
    """One date. `move_to` is None when it cannot be asked for later; `why_not` then says why."""

    step: str
    number: int
    title: str
    due_on: date
    must_not_skip: bool
    move_to: date | None
    why_not: str = ""

    @property
    def choices(self) -> tuple[Inside, ...]:
        """What may be said of it."""
        found = [Inside.LATE]
        if self.move_to is not None:
            found.append(Inside.MOVE)
        if not self.must_not_skip:
            found.append(Inside.SKIP)
        return tuple(found)


def fell_inside(plan: EffectivePlan, *, course: Course, from_on: date, today: date) -> tuple[FellInside, ...]:
    """Every date from the beginning of the pause up to yesterday that is neither done nor left out already, by day."""
    found = [one for step in plan.steps for one in _of_step(step, course=course, from_on=from_on, today=today)]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.step, one.number)))


def _of_step(step: EffectiveStep, *, course: Course, from_on: date, today: date) -> list[FellInside]:
    done = {one.number for one in course.done if one.step == step.step.key}
    dated = [
        one
        for one in occurrences(step, course=course)
        if one.number not in done and one.skipped_because is None and one.due_on >= from_on
    ]
    inside = [one for one in dated if one.due_on < today]
    ahead = min((one.due_on for one in dated if one.due_on >= today), default=None)
    return [_one(one, step=step, last=inside[-1], ahead=ahead, today=today) for one in inside]


def _one(one: Occurrence, *, step: EffectiveStep, last: Occurrence, ahead: date | None, today: date) -> FellInside:
    """Only the last of a step can be asked for later, and only while the next one is not near."""
    why_not = ""
    if one is not last:
        why_not = f"a later one was due on {day(last.due_on)}"
    elif ahead is not None and ahead <= today + 2 * ASKED_AFTER:
        why_not = f"the next one is due on {day(ahead)}"
    return FellInside(
        step=one.step,
        number=one.number,
        title=one.title,
        due_on=one.due_on,
        must_not_skip=step.step.must_not_skip,
        move_to=None if why_not else today + ASKED_AFTER,
        why_not=why_not,
    )


def filled_in(one: FellInside, *, rule: PauseRule) -> Inside | None:
    """What the rule of the pause says of a date; None where a person must be asked."""
    wanted = {PauseRule.ASK: None, PauseRule.SKIP: Inside.SKIP, PauseRule.SHIFT: Inside.MOVE}[rule]
    return wanted if wanted in one.choices else None
