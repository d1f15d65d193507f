"""Which occurrence of another version is the same as one that stands: the same step, and a day that counts for both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from rms.plans.model import FIRST_ADDED, Course, Done, Occurrence
from rms.plans.protocol.language import Step
from rms.plans.schedule.effective import EffectiveStep
from rms.plans.schedule.migrating.model import Held
from rms.plans.schedule.occurrences import occurrences

#: Who finds a place first: what was done is never asked for twice.
_RANK: Final[Mapping[str, int]] = {"done": 0, "open": 1, "ahead": 1, "missed": 2, "skipped": 3, "void": 3}


def asked_by(step: Step) -> tuple[str | None, ...]:
    """What a step asks for; two steps of one key that ask for different things are two steps."""
    return (step.kind, step.analyte, step.questionnaire)


def same_schedule(old: EffectiveStep, new: EffectiveStep) -> bool:
    """Whether a number means the same date in both, whatever else differs."""
    return _counts(old) == _counts(new)


def _counts(step: EffectiveStep) -> tuple[object, ...]:
    plan = step.step.schedule
    ages = [one.value if one else None for one in (plan.stop_at_age, plan.continue_until_age)]
    every = plan.phases[-1].every_months if plan.phases else None
    return (step.months, plan.anchor, plan.from_last_done, *ages, every)


def places_of(
    held: Sequence[Held], *, old: EffectiveStep | None, new: EffectiveStep, course: Course, upto: date
) -> tuple[dict[int, Occurrence], tuple[Occurrence, ...]]:
    """For each place in `held` the occurrence of the other version that it is, those without one left out; and all of
    the other version's up to a day, counted with what was done.

    Where the schedule is the same, number stays number. Else what was done answers the date in whose window it was done,
    the nearest first, and what is waited for is the date whose window reaches it.
    """
    found: dict[int, Occurrence] = {}
    known = tuple(d for d in course.done if d.step != new.step.key)
    dated = occurrences(new, course=msgspec.structs.replace(course, done=known), upto=upto)
    same = old is not None and same_schedule(old, new)
    for at in sorted(range(len(held)), key=lambda at: (_RANK[held[at].state] > 0, held[at].due_on, held[at].number)):
        one = held[at]
        if _RANK[one.state] > 0:
            break
        place = _answered_by(one, dated=_free(dated, found.values()), same=same)
        if place is None:
            continue
        found[at] = place
        if new.step.schedule.from_last_done and one.done_on is not None:
            known = (*known, Done(step=new.step.key, number=place.number, done_on=one.done_on))
            dated = occurrences(new, course=msgspec.structs.replace(course, done=known), upto=upto)
            numbered = {o.number: o for o in dated}
            found = {n: numbered.get(o.number, o) for n, o in found.items()}
    waiting = {at: one for at, one in enumerate(held) if _RANK[one.state] > 0}
    return found | _nearest(waiting, dated=_free(dated, found.values()), same=same), dated


def _answered_by(one: Held, *, dated: Sequence[Occurrence], same: bool) -> Occurrence | None:
    if (same and one.number > 0) or one.number >= FIRST_ADDED:
        return next((o for o in dated if o.number == one.number), None)
    on = one.done_on or one.due_on
    fits = [o for o in dated if o.due_on == one.due_on or o.earliest_on <= on <= o.latest_on]
    return min(fits, key=lambda o: (abs(o.due_on - one.due_on), o.due_on), default=None)


def _free(dated: Iterable[Occurrence], taken: Iterable[Occurrence]) -> list[Occurrence]:
    numbers = {one.number for one in taken}
    return [one for one in dated if one.number not in numbers]


def _nearest(waiting: Mapping[int, Held], *, dated: Sequence[Occurrence], same: bool) -> dict[int, Occurrence]:
    """Each with the date nearest to it, the nearest pair of all first; those that were left out come last."""
    found: dict[int, Occurrence] = {}
    taken: set[int] = set()
    numbered = {o.number: o for o in dated}
    for at, one in waiting.items():
        if ((same and one.number > 0) or one.number >= FIRST_ADDED) and one.number in numbered:
            found[at] = numbered[one.number]
            taken.add(one.number)
    pairs = sorted(
        (_RANK[one.state], abs(o.due_on - one.due_on), one.due_on, at, o.number)
        for at, one in waiting.items()
        if at not in found and not (one.number >= FIRST_ADDED or (same and one.number > 0))
        for o in dated
        if o.number < FIRST_ADDED and reaches(one, o)
    )
    for _, _, _, at, number in pairs:
        if at not in found and number not in taken:
            found[at] = numbered[number]
            taken.add(number)
    return found


def reaches(one: Held | Occurrence, other: Occurrence) -> bool:
    """Whether the due date of one lies in the window of the other, either way round."""
    return (
        other.earliest_on <= one.due_on <= other.latest_on
        or one.earliest_on <= other.due_on <= one.latest_on
        or one.due_on == other.due_on
    )
