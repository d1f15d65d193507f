"""What holds for one person: the protocol version with the changes laid over it, in the one function that does so."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from rms.alerts.rules import Rule
from rms.messages.model import Channel
from rms.plans.model import (
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

    A change that finds nothing to change is not lost: it comes back in `unplaced`.
    """
    steps = {step.key: _as_written(step) for step in protocol.steps}
    limits: dict[str, Decimal] = {}
    unplaced: list[tuple[Override, str]] = []
    for override in overrides:
        match override.change:
            case LimitChange(rule=key, value=value):
                if protocol.rule(key) is None:
                    unplaced.append((override, f"This version of the protocol has no rule {key}."))
                else:
                    limits[key] = value
            case ChannelChange(step=None, channel=channel):
                steps = {key: msgspec.structs.replace(step, channel=channel) for key, step in steps.items()}
            case change:
                key = change.step or ""
                changed = _changed(steps[key], override) if key in steps else f"This version has no step {key}."
                if isinstance(changed, str):
                    unplaced.append((override, changed))
                else:
                    steps[key] = changed
    return EffectivePlan(protocol=protocol, steps=tuple(steps.values()), limits=limits, unplaced=tuple(unplaced))


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


def _changed(step: EffectiveStep, override: Override) -> EffectiveStep | str:
    """The step with one change, or why the change finds nothing."""
    replace = msgspec.structs.replace
    match override.change:
        case Skip(number=number):
            return replace(step, skipped={**step.skipped, number: override})
        case Move(number=number):
            return replace(step, moved={**step.moved, number: override})
        case Add():
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
    """Keep the months before the changed number, then go on at the new interval to the last month of the protocol."""
    kept = step.months[: change.from_number - 1]
    if len(kept) < change.from_number - 1:
        return f"This version asks for {len(step.months)} of this step, so there is no number {change.from_number}."
    start = kept[-1] if kept else 0
    months = (*kept, *range(start + change.every_months, step.months[-1] + 1, change.every_months))
    changed_from = {n: o for n, o in step.changed_from.items() if n < change.from_number}
    return msgspec.structs.replace(step, months=months, changed_from={**changed_from, change.from_number: override})
