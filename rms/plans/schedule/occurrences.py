"""The dates of one step for one person: counted from the anchor every time, so that nothing drifts."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from rms.dates import add_months, age_on
from rms.errors import Refused
from rms.plans.model import FIRST_ADDED, Add, Course, Interval, MidCourse, Move, Occurrence, Stop
from rms.plans.schedule.effective import EffectiveStep
from rms.plans.schedule.words import ANCHOR_WORDS, WAY_WORDS, day, months_later


class _Dated(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    due_on: date
    reason: str
    entered: bool = False  # by a person, as what a caseload in mid-course waits for


def occurrences(step: EffectiveStep, *, course: Course, upto: date | None = None) -> tuple[Occurrence, ...]:
    """Every occurrence of a step due up to a day (None: all), by due date; skipped ones stay in, with the reason.

    Not in it: what had closed before the plan started here, what a stop or an age stop leaves out. The date that was
    entered as the next one is always in it, however long ago it passed: somebody still waits for that test, and nobody
    who is admitted overdue may be forgotten. Refused when the anchor's date is not known.
    """
    dated = (one for one in _on_course(step, course) if not _stopped(one, step))
    whole = (_occurrence(one, step, course) for one in dated)
    kept = (o for o in whole if o.latest_on >= course.started_on and (upto is None or o.due_on <= upto))
    return tuple(sorted(kept, key=lambda o: (o.due_on, o.number)))


def _on_course(step: EffectiveStep, course: Course) -> Iterator[_Dated]:
    """The protocol's own occurrences after mid-course and last-done, and those that were added; each on its moved date."""
    dated = _counted(step, course)
    if step.mid_course is not None and isinstance(step.mid_course.change, MidCourse):
        dated = _from_where_they_stood(dated, step, step.mid_course.change)
    dated = [one for one in dated if not _past_the_age(one, step, course)]
    for one in (*dated, *_added(step)):
        override = step.moved.get(one.number)
        if override is not None and isinstance(override.change, Move):
            moved_to = override.change.due_on
            reason = f"Moved from {day(one.due_on)} {override.because}."
            yield _Dated(number=one.number, due_on=moved_to, reason=reason)
        else:
            yield one


def _added(step: EffectiveStep) -> Iterator[_Dated]:
    for one in step.added:
        if isinstance(one.change, Add):
            yield _Dated(number=one.change.number, due_on=one.change.due_on, reason=f"Added {one.because}.")


def _counted(step: EffectiveStep, course: Course) -> list[_Dated]:
    schedule = step.step.schedule
    anchored_on = course.anchors.get(schedule.anchor)
    if anchored_on is None:
        raise Refused(f"{step.step.title} needs the date of {ANCHOR_WORDS[schedule.anchor]}.")
    dated = []
    done = {d.number: d.done_on for d in course.done if d.step == step.step.key} if schedule.from_last_done else {}
    counted_from, base_month, last_done = anchored_on, 0, _done_before_the_plan(step)
    for number, month in enumerate(_months(step, course, anchored_on), start=1):
        due_on = add_months(counted_from, month - base_month)
        dated.append(
            _Dated(
                number=number, due_on=due_on, reason=_why(step, number, month - base_month, counted_from, base_month)
            )
        )
        if number in done:
            counted_from, base_month = done[number], month
        elif schedule.from_last_done and last_done and due_on - timedelta(days=step.early_days) <= last_done:
            counted_from, base_month = last_done, month
    return dated


def _done_before_the_plan(step: EffectiveStep) -> date | None:
    change = step.mid_course.change if step.mid_course else None
    return change.last_done_on if isinstance(change, MidCourse) else None


def _why(step: EffectiveStep, number: int, months: int, counted_from: date, base_month: int) -> str:
    after = "the last one, done" if base_month else ANCHOR_WORDS[step.step.schedule.anchor]
    because = f"{months_later(months)} after {after} on {day(counted_from)}"
    changes = [override for first, override in sorted(step.changed_from.items()) if number >= first]
    return f"{because}; interval changed {changes[-1].because}." if changes else f"{because}."


def _months(step: EffectiveStep, course: Course, anchored_on: date) -> Iterator[int]:
    yield from step.months
    until_age = step.step.schedule.continue_until_age
    if until_age is None or course.born_on is None or not step.step.schedule.phases:
        return
    every = _going_on_every(step)
    month = (step.months[-1] if step.months else 0) + every
    while age_on(add_months(anchored_on, month), born_on=course.born_on) < until_age.value:
        yield month
        month += every


def _going_on_every(step: EffectiveStep) -> int:
    """The interval after the last month that is named: the person's own where it was changed."""
    own = step.changed_from[max(step.changed_from)].change if step.changed_from else None
    if isinstance(own, Interval):
        return own.every_months
    return step.step.schedule.phases[-1].every_months


def _from_where_they_stood(dated: list[_Dated], step: EffectiveStep, stood: MidCourse) -> list[_Dated]:
    """Leave out what was done before the plan; put the next one on the date that was entered for it.

    The entered date takes the place of the occurrence nearest to it; those after it stay on the protocol's calendar.
    """
    if stood.last_done_on is not None:
        early = timedelta(days=step.early_days)
        dated = [one for one in dated if one.due_on - early > stood.last_done_on]
    if stood.next_due_on is None:
        return dated
    next_due_on = stood.next_due_on
    reason = f"Next due on {day(next_due_on)}, as entered when the plan began here."
    if not dated:
        return [_Dated(number=len(step.months) + 1, due_on=next_due_on, reason=reason, entered=True)]
    nearest = min(dated, key=lambda one: (abs(one.due_on - next_due_on), one.number))
    later = [one for one in dated if one.number > nearest.number]
    return [_Dated(number=nearest.number, due_on=next_due_on, reason=reason, entered=True), *later]


def _stopped(one: _Dated, step: EffectiveStep) -> bool:
    stop = step.stopped.change if step.stopped else None
    return isinstance(stop, Stop) and one.due_on >= stop.from_on


def _past_the_age(one: _Dated, step: EffectiveStep, course: Course) -> bool:
    """Whether the protocol's age stop leaves it out; never what a person asked for by a date, moved or entered."""
    age = step.step.schedule.stop_at_age
    if age is None or course.born_on is None or one.entered:
        return False
    return age_on(one.due_on, born_on=course.born_on) >= age.value


def _occurrence(one: _Dated, step: EffectiveStep, course: Course) -> Occurrence:
    skipped = step.skipped.get(one.number)
    # Overdue when the plan began: its last day counts from that beginning, so that it is open, chased and answered for.
    counted_from = max(one.due_on, course.started_on) if one.entered else one.due_on
    return Occurrence(
        step=step.step.key,
        number=one.number,
        kind=step.step.kind,
        title=_title(step, one.number),
        due_on=one.due_on,
        earliest_on=one.due_on - timedelta(days=step.early_days),
        latest_on=counted_from + timedelta(days=step.late_days),
        reason=one.reason,
        skipped_because=f"Skipped {skipped.because}." if skipped else None,
    )


def _title(step: EffectiveStep, number: int) -> str:
    """The step's title; the ways of a review take turns by its number, and one that was added has none of its own."""
    ways = step.step.ways
    if not ways or number >= FIRST_ADDED:
        return step.step.title
    return f"{step.step.title} ({WAY_WORDS[ways[(number - 1) % len(ways)]]})"


class Upcoming(msgspec.Struct, frozen=True, kw_only=True):
    """The occurrence a step waits for now and the one after it; `sentence` says why there is none when there is none."""

    current: Occurrence | None
    following: Occurrence | None
    sentence: str


def current_and_next(
    step: EffectiveStep, *, course: Course, today: date, dated: tuple[Occurrence, ...] | None = None
) -> Upcoming:
    """Give the first two occurrences that are neither done nor skipped and whose window is still to close.

    One that was missed is not among them: its row and its alert stay until a person decides, and the step goes on.
    `dated`: all occurrences of the step, where the caller has them already.
    """
    done = {one.number for one in course.done if one.step == step.step.key}
    waiting = [
        one
        for one in (occurrences(step, course=course) if dated is None else dated)
        if one.number not in done and one.skipped_because is None and one.latest_on >= today
    ]
    current, following = (*waiting[:2], None, None)[:2]
    sentence = f"{step.step.title}: {current.reason}" if current else f"{step.step.title}: nothing more is due."
    return Upcoming(current=current, following=following, sentence=sentence)
