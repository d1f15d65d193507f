"""Which dates of a plan move when something is different for its person. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from rms.plans.model import Course, Move, Occurrence, Override
from rms.plans.protocol import Protocol
from rms.plans.schedule import preview


class MovedDate(msgspec.Struct, frozen=True, kw_only=True):
    """One date before and after; None where it was not asked for, or is not any more."""

    title: str
    before: date | None
    after: date | None


def moved_dates(
    protocol: Protocol, *, course: Course, before: Sequence[Override], after: Sequence[Override], today: date
) -> tuple[MovedDate, ...]:
    """Every date that is another one, is left out or comes in, the first first. Done ones are never among them."""
    old, new = (_dates(protocol, course=course, overrides=tuple(some), today=today) for some in (before, after))
    one_by_one = {(one.change.step, one.change.number) for one in (*before, *after) if isinstance(one.change, Move)}
    moved = [_moved(old.pop(key, None), new.pop(key, None)) for key in sorted(one_by_one)]
    # Another interval numbers everything anew: what counts for people is which days go and which come.
    moved += [_moved(one, None) for one in old.values() if not _asked_for(one, new)]
    moved += [_moved(None, one) for one in new.values() if not _asked_for(one, old)]
    different = (one for one in moved if one.before != one.after)
    return tuple(sorted(different, key=lambda one: (one.before or one.after or today, one.title)))


def _moved(old: Occurrence | None, new: Occurrence | None) -> MovedDate:
    title = new.title if new is not None else old.title if old is not None else ""
    return MovedDate(title=title, before=_on(old), after=_on(new))


def _asked_for(one: Occurrence, others: Mapping[tuple[str, int], Occurrence]) -> bool:
    """Whether the same thing is asked for on the same day."""
    return any(other.step == one.step and _on(other) == _on(one) for other in others.values())


def _dates(
    protocol: Protocol, *, course: Course, overrides: tuple[Override, ...], today: date
) -> dict[tuple[str, int], Occurrence]:
    lines = preview(protocol, course=course, today=today, overrides=overrides).lines
    done = {(one.step, one.number) for one in course.done}
    keyed = {(line.occurrence.step, line.occurrence.number): line.occurrence for line in lines}
    return {key: one for key, one in keyed.items() if key not in done}


def _on(one: Occurrence | None) -> date | None:
    return None if one is None or one.skipped_because else one.due_on
