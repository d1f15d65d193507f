"""A whole plan before it starts: every date with why, where each step ends, and what stands in the way of starting."""

from datetime import date

import msgspec

from rms.dates import add_months
from rms.errors import Refused
from rms.plans.model import Course, Occurrence, Override, StandingToday
from rms.plans.protocol.checks import has_end
from rms.plans.protocol.language import Protocol
from rms.plans.schedule.effective import EffectivePlan, EffectiveStep, effective
from rms.plans.schedule.occurrences import occurrences
from rms.plans.schedule.standing import standing
from rms.plans.schedule.words import ANCHOR_WORDS, day

#: How far a step without an end is shown.
SHOWN_MONTHS = 120


class PreviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """One date of the plan and where it stands today."""

    occurrence: Occurrence
    today: StandingToday


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Every date by day, a sentence a step on how it ends, and the sentences that stop the plan from starting."""

    lines: tuple[PreviewLine, ...]
    endings: tuple[str, ...]
    faults: tuple[str, ...]


def preview(
    protocol: Protocol,
    *,
    course: Course,
    today: date,
    overrides: tuple[Override, ...] = (),
    upto: date | None = None,
) -> Preview:
    """Show what a plan would ask for. A step whose anchor is not known gives a fault and no lines.

    Of a step without an end, the next ten years are shown unless `upto` says how far.
    """
    plan = effective(protocol, overrides=overrides)
    lines: list[PreviewLine] = []
    endings: list[str] = []
    done = {(one.step, one.number): one.done_on for one in course.done}
    for step in plan.steps:
        try:
            dated = occurrences(step, course=course, upto=upto or _shown_until(step, today=today))
        except Refused:
            continue  # named by faults_in_course
        lines += [
            PreviewLine(occurrence=o, today=standing(o, today=today, done_on=done.get((o.step, o.number))))
            for o in dated
        ]
        endings.append(_ending(step, occurrences(step, course=course)))
    lines.sort(key=lambda line: (line.occurrence.due_on, line.occurrence.step, line.occurrence.number))
    return Preview(
        lines=tuple(lines), endings=tuple(endings), faults=faults_in_course(plan, course=course, today=today)
    )


def _shown_until(step: EffectiveStep, *, today: date) -> date | None:
    return None if has_end(step.step.schedule) else add_months(today, SHOWN_MONTHS)


def faults_in_course(plan: EffectivePlan, *, course: Course, today: date) -> tuple[str, ...]:
    """Name everything about a person's dates, and about changes that point at nothing, that must be put right first."""
    faults = []
    for anchor in plan.protocol.anchors:
        anchored_on = course.anchors.get(anchor)
        if anchored_on is None:
            faults.append(f"The date of {ANCHOR_WORDS[anchor]} is not known.")
        elif anchored_on > today:
            faults.append(f"The date of {ANCHOR_WORDS[anchor]}, {day(anchored_on)}, lies in the future.")
        elif course.born_on is not None and anchored_on < course.born_on:
            faults.append(f"The date of {ANCHOR_WORDS[anchor]}, {day(anchored_on)}, lies before the person was born.")
    if course.born_on is None and any(_depends_on_age(step) for step in plan.steps):
        faults.append("The date of birth is needed: a step of this protocol depends on age.")
    faults += [f"{why} The change made {override.because} needs a decision." for override, why in plan.unplaced]
    return tuple(faults)


def _depends_on_age(step: EffectiveStep) -> bool:
    return step.step.schedule.stop_at_age is not None or step.step.schedule.continue_until_age is not None


def _ending(step: EffectiveStep, dated: tuple[Occurrence, ...]) -> str:
    if step.stopped is not None:
        return f"{step.step.title}: stopped {step.stopped.because}."
    if not dated:
        return f"{step.step.title}: nothing more is due."
    if not has_end(step.step.schedule) and step.step.schedule.stop_at_age is None:
        return f"{step.step.title}: it goes on without an end, for as long as the plan does."
    age = step.step.schedule.stop_at_age
    stops = f" None falls due from the age of {age.value}." if age else ""
    return f"{step.step.title}: the last one is due on {day(dated[-1].due_on)}.{stops}"
