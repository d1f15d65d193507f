"""Whether a change for one person may be made: refused in a sentence before anything is saved."""

from datetime import date

from rms.errors import Refused
from rms.plans.model import (
    FIRST_ADDED,
    Add,
    ChannelChange,
    Course,
    Interval,
    LimitChange,
    MidCourse,
    Move,
    Override,
    Skip,
    Stop,
    WindowChange,
)
from rms.plans.schedule.effective import EffectivePlan, EffectiveStep, why_not_limit, with_change
from rms.plans.schedule.occurrences import occurrences
from rms.plans.schedule.words import day


def next_added_number(step: EffectiveStep) -> int:
    """The number for one more added occurrence of a step."""
    return max((a.change.number for a in step.added if isinstance(a.change, Add)), default=FIRST_ADDED - 1) + 1


def why_not_change(plan: EffectivePlan, *, override: Override, course: Course, today: date) -> str | None:
    """Say why a change may not be made to a plan as it holds now; None when it may."""
    if not override.reason.strip():
        return "Say why this person needs something else."
    if not override.author.strip():
        return "A change is made by a named person."
    if override.review_on <= today:
        return "The day on which the change is looked at again must lie ahead."
    match override.change:
        case LimitChange():
            return why_not_limit(plan.protocol, override.change)
        case ChannelChange(step=None):
            return None
        case change:
            step = plan.step(change.step or "")
            if step is None:
                return f"The protocol has no step {change.step}."
            try:
                return _why_not_step(step, change, course=course, today=today) or _why_not_followed(
                    step, override, course=course
                )
            except Refused as refused:  # the anchor is not known yet, so there are no dates to compare with
                return str(refused)


def _why_not_step(
    step: EffectiveStep,
    change: Skip | Add | Move | Interval | WindowChange | ChannelChange | Stop | MidCourse,
    *,
    course: Course,
    today: date,
) -> str | None:
    match change:
        case Skip() | Stop() if step.step.must_not_skip:
            return f"{step.step.title} must not be left out. To end it is a decision about the whole plan."
        case Skip(number=number):
            return _why_not_number(step, number, course=course)
        case Move(number=number, due_on=due_on):
            return _why_not_number(step, number, course=course) or _why_not_move(
                step, number, due_on, course=course, today=today
            )
        case Add(number=number, due_on=due_on):
            if number != next_added_number(step):
                return f"The next one added to {step.step.title} is number {next_added_number(step)}."
            return "A date to add must not lie in the past." if due_on < today else None
        case Interval(from_number=number):
            if number > len(step.months):
                return f"{step.step.title} has no number {number}."
            done = _done(step, course)
            return "Part of what this changes is done already." if any(n >= number for n in done) else None
        case MidCourse(last_done_on=last, next_due_on=following):
            if _done(step, course):
                return f"{step.step.title} was done since the plan began here. Move the next date instead."
            return _why_not_mid_course(last, following, today=today)
        case _:
            return None


def _why_not_followed(step: EffectiveStep, override: Override, *, course: Course) -> str | None:
    """Lay the change on and look: a date that nothing would come of is refused, not kept in silence."""
    changed = with_change(step, override)
    if isinstance(changed, str):
        return changed
    dated = {one.number: one.due_on for one in occurrences(changed, course=course)}
    match override.change:
        case Add(number=number, due_on=due_on) | Move(number=number, due_on=due_on) if dated.get(number) != due_on:
            stop = step.stopped.change if step.stopped else None
            since = f" from {day(stop.from_on)}" if isinstance(stop, Stop) else ""
            return f"{step.step.title} was stopped{since}, so nothing would fall due on {day(due_on)}."
        case Interval(from_number=number) if not any(number <= n < FIRST_ADDED for n in dated):
            return f"With this interval no more of {step.step.title} would fall due."
        case _:
            return None


def _done(step: EffectiveStep, course: Course) -> set[int]:
    return {one.number for one in course.done if one.step == step.step.key}


def _why_not_number(step: EffectiveStep, number: int, *, course: Course) -> str | None:
    if number in _done(step, course):
        return f"{step.step.title} number {number} is done already."
    if number not in {one.number for one in occurrences(step, course=course)}:
        return f"{step.step.title} has no number {number}."
    return None


def _why_not_move(step: EffectiveStep, number: int, due_on: date, *, course: Course, today: date) -> str | None:
    if due_on < today:
        return "A date cannot be moved into the past."
    dated = {o.number: o for o in occurrences(step, course=course)}
    ours = dated.pop(number)
    for other in dated.values():  # one on the very day it stands on now is not passed by leaving it
        ways = (other.due_on - ours.due_on).days * (other.due_on - due_on).days
        if other.due_on != ours.due_on and ways <= 0:
            return f"It would pass the one due on {day(other.due_on)}."
    return None


def _why_not_mid_course(last: date | None, following: date | None, *, today: date) -> str | None:
    if last is None and following is None:
        return "Give the day of the last one done, of the next one due, or both."
    if last is not None and last > today:
        return "The last one cannot have been done in the future."
    if last is not None and following is not None and following <= last:
        return "The next one is due after the last one done."
    return None
