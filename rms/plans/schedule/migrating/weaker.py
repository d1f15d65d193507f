"""What another version asks for less of, or looks at less sharply: each in a sentence that a clinician answers for."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from rms.alerts.model import URGENCY
from rms.alerts.rules import Rule, limit_of
from rms.alerts.rules.kinds import DoublingTime, Missing
from rms.alerts.rules.sentences import amount
from rms.plans.schedule.effective import EffectivePlan, EffectiveStep
from rms.plans.schedule.migrating.matching import asked_by
from rms.plans.schedule.migrating.model import Line, What

#: The fields of a condition that hold its one limit.
_LIMITS: Final = ("limit", "delta", "percent", "factor", "shorter_than_months", "per_year")


def weaker(old: EffectivePlan, new: EffectivePlan, *, lines: tuple[Line, ...]) -> tuple[str, ...]:
    """Every way in which the plan asks for less than before. None when it is at least as careful in every respect."""
    said = [
        *(one for step in old.steps for one in _of_step(step, new.step(step.step.key), lines=lines)),
        *(line.sentence for line in lines if line.what is What.PASSED),
        *(one for rule in old.rules for one in _of_rule(rule, old=old, new=new)),
    ]
    return tuple(dict.fromkeys(said))


def _of_step(was: EffectiveStep, now: EffectiveStep | None, *, lines: tuple[Line, ...]) -> Iterator[str]:
    title = was.step.title
    if now is None:
        yield f"{title} is no longer asked for at all."
        return
    if asked_by(was.step) != asked_by(now.step):
        yield f"{title} asks for something else."
    ours = [line for line in lines if line.step == was.step.key]
    gone = sum(line.what is What.REMOVED for line in ours)
    moved = [(line.before, line.after) for line in ours if line.what is What.MOVED]
    later = sum(before is not None and after is not None and after > before for before, after in moved)
    if gone:
        yield f"{title}: {gone} {'date falls' if gone == 1 else 'dates fall'} away."
    if later:
        yield f"{title}: {later} {'date comes' if later == 1 else 'dates come'} later."
    if now.late_days > was.late_days or now.early_days > was.early_days:
        yield (
            f"{title}: the window becomes wider, from {was.early_days} days before to {was.late_days} after it is due, to"
            f" {now.early_days} before to {now.late_days} after."
        )
    if now.chase_after_days > was.chase_after_days:
        yield f"{title}: it is chased {now.chase_after_days} days after it was due, not {was.chase_after_days}."
    if len(now.reminder_days) < len(was.reminder_days):
        yield f"{title}: there are fewer reminders, {len(now.reminder_days)} and not {len(was.reminder_days)}."
    if was.step.must_not_skip and not now.step.must_not_skip:
        yield f"{title}: it may be left out from now on."


def _of_rule(rule: Rule, *, old: EffectivePlan, new: EffectivePlan) -> Iterator[str]:
    now = new.protocol.rule(rule.key)
    if now is None:
        yield f"“{rule.title}”: nobody looks for this any more."
        return
    if URGENCY[now.alert] < URGENCY[rule.alert] or (rule.suspends_plan and not now.suspends_plan):
        yield f"“{rule.title}”: it is less urgent."
    if _worked_out(rule) != _worked_out(now):
        if _is_sooner(rule, now):
            return
        yield f"“{rule.title}”: it is worked out in another way. Read both."
        return
    before, after = old.limits.get(rule.key, limit_of(rule.when)), new.limits.get(rule.key, limit_of(now.when))
    if before is not None and after is not None and _is_looser(now, before=before, after=after):
        yield f"“{rule.title}”: the limit becomes looser, {amount(after)} and not {amount(before)}."


def _is_sooner(rule: Rule, now: Rule) -> bool:
    """Whether both only wait for one step, and the other one no longer than this."""
    was, new = rule.when, now.when
    return (
        isinstance(was, Missing)
        and isinstance(new, Missing)
        and was.step == new.step
        and new.after_days.value <= was.after_days.value
    )


def _is_looser(rule: Rule, *, before: Decimal, after: Decimal) -> bool:
    comparison = getattr(rule.when, "comparison", ">=")
    speaks_below = isinstance(rule.when, DoublingTime) or str(comparison).startswith("<")
    return after < before if speaks_below else after > before


def _worked_out(rule: Rule) -> Any:
    """What a rule does, without the one limit and without where its numbers come from."""
    return _bare(msgspec.to_builtins(rule.when), top=limit_of(rule.when) is not None)


def _bare(tree: Any, *, top: bool = False) -> Any:
    if isinstance(tree, Mapping):
        return {
            name: _bare(part)
            for name, part in tree.items()
            if name != "source" and not (top and name in _LIMITS)
        }  # fmt: skip
    if isinstance(tree, list | tuple):
        return [_bare(part) for part in tree]
    return tree
