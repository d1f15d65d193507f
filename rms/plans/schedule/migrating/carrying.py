"""The changes for one person, carried to another version: every one is kept; what needs a look is flagged."""

from collections.abc import Sequence

import msgspec

from rms.alerts.rules import limit_of
from rms.alerts.rules.sentences import amount
from rms.plans.model import (
    FIRST_ADDED,
    Add,
    Change,
    ChannelChange,
    Course,
    Interval,
    LimitChange,
    MidCourse,
    Move,
    Occurrence,
    Override,
    Skip,
    Stop,
    WindowChange,
)
from rms.plans.protocol.defaults import window_of
from rms.plans.protocol.language import Protocol
from rms.plans.schedule.effective import LOST, EffectiveStep, effective
from rms.plans.schedule.migrating.matching import asked_by, reaches, same_schedule
from rms.plans.schedule.migrating.model import Flag
from rms.plans.schedule.occurrences import occurrences
from rms.plans.schedule.words import day


def carry(
    old: Protocol, new: Protocol, *, overrides: Sequence[Override], course: Course
) -> tuple[tuple[Override, ...], tuple[Flag, ...]]:
    """Each change with the number it has in the other version, and a flag where what it changed is another.

    Each is laid on those before it, on both sides. Dates are compared as planned from the anchors, before anything was
    done, so that a number means the same on both sides.
    """
    planned = msgspec.structs.replace(course, done=())
    carried: list[Override] = []
    said: list[str | None] = []
    for index, one in enumerate(overrides):
        was, now = effective(old, overrides=tuple(overrides[:index])), effective(new, overrides=tuple(carried))
        change: Change = one.change
        sentence: str | None = None
        match change:
            case LimitChange():
                sentence = _other_limit(old, new, change=change)
            case ChannelChange():
                pass
            case on_step:
                change, sentence = _on_step(on_step, was=was.step(on_step.step), now=now.step(on_step.step),
                                            course=planned, lost=LOST + index)  # fmt: skip
        carried.append(msgspec.structs.replace(one, change=change))
        said.append(sentence)
    kept = tuple(carried)
    return kept, tuple(_flags(kept, said=said, before=old, overrides=overrides, protocol=new))


def _flags(
    kept: Sequence[Override],
    *,
    said: Sequence[str | None],
    before: Protocol,
    overrides: Sequence[Override],
    protocol: Protocol,
) -> list[Flag]:
    idle_before = [one for one, _ in effective(before, overrides=tuple(overrides)).unplaced]
    idle = effective(protocol, overrides=tuple(kept)).unplaced
    flags = []
    for one, former, sentence in zip(kept, overrides, said, strict=True):
        why = next((why for placed, why in idle if placed is one), None)
        was_idle = any(placed is former for placed in idle_before)
        if why is not None and not was_idle:
            flags.append(Flag(override=one, sentence=sentence or why, has_effect=False))
        elif sentence is not None and not was_idle:
            flags.append(Flag(override=one, sentence=sentence, has_effect=True))
    return flags


def _other_limit(old: Protocol, new: Protocol, *, change: LimitChange) -> str | None:
    was, now = old.rule(change.rule), new.rule(change.rule)
    if was is None or now is None or was.when == now.when:
        return None
    before, after = limit_of(was.when), limit_of(now.when)
    if before is None or after is None or before == after:
        return f"“{now.title}” is worked out in another way. The limit of {amount(change.value)} set for this person stays."
    return (
        f"The limit of “{now.title}” was {amount(before)} and is {amount(after)}."
        f" The {amount(change.value)} set for this person stays."
    )


def _on_step(
    change: Skip | Add | Move | Interval | WindowChange | Stop | MidCourse,
    *,
    was: EffectiveStep | None,
    now: EffectiveStep | None,
    course: Course,
    lost: int,
) -> tuple[Change, str | None]:
    if was is None or now is None:
        return change, None  # `effective` says that it points at nothing
    title = now.step.title
    if asked_by(was.step) != asked_by(now.step):
        return change, f"{title} asks for something else now than when this was decided."
    match change:
        case WindowChange():
            return change, _other_window(was, now)
        case Skip(number=number) | Move(number=number) if number < FIRST_ADDED:
            return _on_number(change, was=was, now=now, course=course, lost=lost)
        case Interval():
            return _from_number(change, was=was, now=now, course=course, lost=lost)
        case Stop() | MidCourse() if not same_schedule(was, now):
            return change, f"The dates of {title} are others now than when this was decided."
        case _:
            return change, None


def _other_window(was: EffectiveStep, now: EffectiveStep) -> str | None:
    before, after = window_of(was.step), window_of(now.step)
    if (before.early_days, before.late_days) == (after.early_days, after.late_days):
        return None
    return (
        f"The window of {now.step.title} was {before.early_days} days before to {before.late_days} after, and is"
        f" {after.early_days} before to {after.late_days} after. The one set for this person stays."
    )


def _on_number(
    change: Skip | Move, *, was: EffectiveStep, now: EffectiveStep, course: Course, lost: int
) -> tuple[Change, str | None]:
    if same_schedule(was, now):
        return change, None
    former = next((o for o in occurrences(was, course=course) if o.number == change.number), None)
    place = None if former is None else _nearest(former, occurrences(now, course=course))
    if former is None or place is None:
        due = f" due on {day(former.due_on)}" if former else ""
        return msgspec.structs.replace(change, number=lost), (
            f"It changed the {now.step.title}{due}. There is none near that date any more, so the change has no effect."
        )
    sentence = None if place.due_on == former.due_on else (
        f"It changed the {now.step.title} due on {day(former.due_on)}, which is due on {day(place.due_on)} now."
    )  # fmt: skip
    return msgspec.structs.replace(change, number=place.number), sentence


def _nearest(former: Occurrence, dated: Sequence[Occurrence]) -> Occurrence | None:
    fits = [o for o in dated if o.number < FIRST_ADDED and reaches(former, o)]
    return min(fits, key=lambda o: (abs(o.due_on - former.due_on), o.due_on), default=None)


def _from_number(
    change: Interval, *, was: EffectiveStep, now: EffectiveStep, course: Course, lost: int
) -> tuple[Change, str | None]:
    if same_schedule(was, now):
        return change, None
    former = next((o for o in occurrences(was, course=course) if o.number == change.from_number), None)
    dated = occurrences(now, course=course)
    place = None if former is None else _nearest(former, dated) or next(
        (o for o in dated if former.due_on <= o.due_on and o.number < FIRST_ADDED), None
    )  # fmt: skip
    if place is None:
        return msgspec.structs.replace(change, from_number=lost), (
            f"No more of {now.step.title} falls due from where this interval began, so the change has no effect."
        )
    return msgspec.structs.replace(change, from_number=place.number), (
        f"The interval of {now.step.title} is another now. The one set for this person, every {change.every_months} months,"
        f" stays, from {day(place.due_on)} on."
    )
