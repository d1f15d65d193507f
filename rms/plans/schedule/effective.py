"""What holds for one person: the protocol version with the changes laid over it, in the one function that does so."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from rms.alerts.rules import Rule, limit_of
from rms.messages.model import Channel
from rms.plans.model import (
    FIRST_ADDED,
    Add,
    ChannelChange,
    Interval,
    LimitChange,
    MidCourse,
    Move,
    Override,
    Skip,
    Stop,
    WindowChange,
)
from rms.plans.protocol.checks import months_of
from rms.plans.protocol.defaults import chase_after, reminders_of, window_of
from rms.plans.protocol.language import Protocol, Step

#: From here to the added ones no schedule has a number: where a change points that lost its date to another version.
LOST = 700


class EffectiveStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step as it holds for a person.

    `months` are the months from the anchor in order: occurrence 1 is the first. `changed_from` names the interval change
    that an occurrence number and those after it follow.
    """

    step: Step
    months: tuple[int, ...]
    early_days: int
    late_days: int
    reminder_days: tuple[int, ...]
    chase_after_days: int
    channel: Channel | None = None
    changed_from: Mapping[int, Override] = {}
    skipped: Mapping[int, Override] = {}
    moved: Mapping[int, Override] = {}
    added: tuple[Override, ...] = ()
    stopped: Override | None = None
    mid_course: Override | None = None


class EffectivePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan as it holds for a person. `unplaced` are changes that point at nothing in this version, with why."""

    protocol: Protocol
    steps: tuple[EffectiveStep, ...]
    limits: Mapping[str, Decimal]
    unplaced: tuple[tuple[Override, str], ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules; the limits set for the person travel beside them, in `limits`."""
        return self.protocol.rules

    def step(self, key: str) -> EffectiveStep | None:
        """The step of that key."""
        return next((step for step in self.steps if step.step.key == key), None)


def effective(protocol: Protocol, *, overrides: tuple[Override, ...] = ()) -> EffectivePlan:
    """Lay the changes over the protocol, in the order they were made; of two that say the same thing the later holds.

    A change that finds nothing to change, or that a later one took the ground from, is not lost: it comes back in
    `unplaced`. So does what would leave out a step that this version says must not be left out.
    """
    steps = {step.key: _as_written(step) for step in protocol.steps}
    limits: dict[str, Decimal] = {}
    unplaced: list[tuple[Override, str]] = []
    for override in overrides:
        match override.change:
            case LimitChange() as change:
                if why_not := why_not_limit(protocol, change):
                    unplaced.append((override, why_not))
                else:
                    limits[change.rule] = change.value
            case ChannelChange(step=None, channel=channel):
                steps = {key: msgspec.structs.replace(step, channel=channel) for key, step in steps.items()}
            case change:
                key = change.step or ""
                changed = with_change(steps[key], override) if key in steps else f"This version has no step {key}."
                if isinstance(changed, str):
                    unplaced.append((override, changed))
                else:
                    unplaced += _overtaken(steps[key], override)
                    steps[key] = changed
    unplaced += [lost for step in steps.values() for lost in _pointing_at_nothing(step)]
    return EffectivePlan(protocol=protocol, steps=tuple(steps.values()), limits=limits, unplaced=tuple(unplaced))


def why_not_limit(protocol: Protocol, change: LimitChange) -> str | None:
    """Say why a rule cannot have this limit; None when it can. A number in another unit is another number."""
    rule = protocol.rule(change.rule)
    if rule is None:
        return f"This version of the protocol has no rule {change.rule}."
    if limit_of(rule.when) is None:
        return f"“{rule.title}” has no single limit that could be another."
    unit = getattr(rule.when, "unit", None)
    if change.unit != unit:
        return f"The limit of “{rule.title}” is given in {unit or 'no unit'}, not {change.unit or 'no unit'}."
    if not change.value.is_finite() or change.value < 0:
        return "A limit is a number that is not negative."
    return None


def _as_written(step: Step) -> EffectiveStep:
    window = window_of(step)
    return EffectiveStep(
        step=step,
        months=months_of(step.schedule),
        early_days=window.early_days,
        late_days=window.late_days,
        reminder_days=reminders_of(step).days,
        chase_after_days=chase_after(step).value,
    )


def with_change(step: EffectiveStep, override: Override) -> EffectiveStep | str:
    """The step with one change, or why the change finds nothing."""
    replace = msgspec.structs.replace
    match override.change:
        case Skip() | Stop() if step.step.must_not_skip:
            return f"{step.step.title} must not be left out. To end it is a decision about the whole plan."
        case Skip(number=number):
            return replace(step, skipped={**step.skipped, number: override})
        case Move(number=number):  # who gives a date to one that was left out asks for it again
            skipped = {other: one for other, one in step.skipped.items() if other != number}
            return replace(step, moved={**step.moved, number: override}, skipped=skipped)
        case Add(number=number):
            if number in _added_numbers(step):
                return f"{step.step.title} number {number} was added already."
            return replace(step, added=(*step.added, override))
        case Interval():
            return _other_interval(step, override.change, override)
        case WindowChange(early_days=early, late_days=late):
            return replace(step, early_days=early, late_days=late)
        case ChannelChange(channel=channel):
            return replace(step, channel=channel)
        case Stop():
            return replace(step, stopped=override)
        case MidCourse():
            return replace(step, mid_course=override)
        case LimitChange(rule=key):
            return f"{key} is a rule, not a step."


def _other_interval(step: EffectiveStep, change: Interval, override: Override) -> EffectiveStep | str:
    """Keep the months before the changed number, then go on at the new interval to the last month of the protocol.

    Skips and moves of what is counted anew fall away: the same number is another date now.
    """
    first = change.from_number
    kept = step.months[: first - 1]
    if first >= LOST:
        return f"What this changed is no part of {step.step.title} in this version."
    if len(kept) < first - 1 or not step.months:
        return f"This version asks for {len(step.months)} of this step, so there is no number {first}."
    start = kept[-1] if kept else 0
    months = (*kept, *range(start + change.every_months, step.months[-1] + 1, change.every_months))
    if len(months) < first and step.step.schedule.continue_until_age is None:
        return f"{change.every_months} months on, {step.step.title} has ended: number {first} would never fall due."
    return msgspec.structs.replace(
        step,
        months=months,
        changed_from={n: o for n, o in step.changed_from.items() if n < first} | {first: override},
        skipped={n: o for n, o in step.skipped.items() if not first <= n < FIRST_ADDED},
        moved={n: o for n, o in step.moved.items() if not first <= n < FIRST_ADDED},
    )


def _overtaken(step: EffectiveStep, override: Override) -> list[tuple[Override, str]]:
    """The skips and moves that a change of the interval takes the ground from."""
    change = override.change
    if not isinstance(change, Interval):
        return []
    return [
        (earlier, f"The interval of {step.step.title} was changed since, so number {number} is another date now.")
        for number, earlier in (*step.skipped.items(), *step.moved.items())
        if change.from_number <= number < FIRST_ADDED
    ]


def _pointing_at_nothing(step: EffectiveStep) -> list[tuple[Override, str]]:
    """Skips and moves of a number that the step does not reach. Where age says how far it goes, every number may come."""
    open_end = step.step.schedule.continue_until_age is not None
    entered = step.mid_course is not None
    known = {*range(1, LOST if open_end else len(step.months) + 1 + entered), *_added_numbers(step)}
    return [
        (override, _nothing_there(step, number))
        for number, override in (*step.skipped.items(), *step.moved.items())
        if number not in known and (number >= LOST or not open_end)
    ]


def _nothing_there(step: EffectiveStep, number: int) -> str:
    if LOST <= number < FIRST_ADDED:
        return f"What this changed is no part of {step.step.title} in this version."
    return f"This version asks for {len(step.months)} of {step.step.title}, so there is no number {number}."


def _added_numbers(step: EffectiveStep) -> set[int]:
    return {one.change.number for one in step.added if isinstance(one.change, Add)}
