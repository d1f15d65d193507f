"""Whether a protocol that can be read also makes sense: contradictions between its parts, each with key and reason."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from rms.alerts.analytes import ANALYTES
from rms.alerts.model import URGENCY, Count, Figure
from rms.alerts.rules import Condition, Rule, conditions_in
from rms.alerts.rules.kinds import AllOf, AnyOf, CodedReport, ConfirmedThreshold, Missing, RedFlagAnswer, ScoreBeyond
from rms.plans.protocol import defaults
from rms.plans.protocol.language import Phase, Protocol, Schedule, Step, StepKind

SHORTEST_MONTH = 28
#: What goes on without an end is counted this far, fifty years: longer than anybody is followed.
HORIZON_MONTHS = 600

Found = Iterator[tuple[str, str]]


def contradictions(protocol: Protocol) -> Found:
    """Name everything that does not fit together, as (key, reason)."""
    yield from _unique("steps", [step.key for step in protocol.steps])
    yield from _unique("rules", [rule.key for rule in protocol.rules])
    yield from _sources(protocol)
    yield from _anchors(protocol)
    if not protocol.steps:
        yield "steps", "A protocol asks for at least one thing."
    for index, step in enumerate(protocol.steps):
        for key, reason in _step(step, protocol):
            yield f"steps[{index}].{key}", f"{reason} ({step.key})"
    for index, rule in enumerate(protocol.rules):
        for key, reason in _rule(rule, protocol):
            yield f"rules[{index}].{key}", f"{reason} ({rule.key})"


def months_of(schedule: Schedule) -> tuple[int, ...]:
    """The months a schedule names, in order; without an end, those of the next fifty years."""
    if schedule.listed is not None:
        return schedule.listed.months
    return tuple(
        month for phase in schedule.phases for month in range(phase.from_month, _until(phase) + 1, phase.every_months)
    )


def has_end(schedule: Schedule) -> bool:
    """Whether a last one is named."""
    return not schedule.phases or schedule.phases[-1].until_month is not None


def _until(phase: Phase) -> int:
    return HORIZON_MONTHS if phase.until_month is None else phase.until_month


def _unique(where: str, keys: list[str]) -> Found:
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield where, f"The key {key} is used more than once."


def sources_named(part: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every (key, tag) below a part: one for each clinical number or group of numbers."""
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            value = getattr(part, name)
            here = f"{at}.{name}" if at else name
            if name == "source" and isinstance(value, str):
                yield here, value
            elif here != "sources":
                yield from sources_named(value, here)
    elif isinstance(part, tuple):
        for index, item in enumerate(part):
            yield from sources_named(item, f"{at}[{index}]")


def _sources(protocol: Protocol) -> Found:
    named = list(sources_named(protocol))
    for key, tag in named:
        if tag not in protocol.sources and tag != defaults.TAG:
            yield key, f"The source {tag!r} is not in the list of sources."
    for tag in protocol.sources:
        if tag == defaults.TAG:
            yield f"sources.{tag}", "This tag is kept for the defaults of the system."
        elif tag not in {used for _, used in named}:
            yield f"sources.{tag}", "No number names this source."


def _anchors(protocol: Protocol) -> Found:
    used = {step.schedule.anchor for step in protocol.steps}
    used |= {
        anchor for rule in protocol.rules for c in conditions_in(rule.when) if (anchor := getattr(c, "anchor", None))
    }
    declared = set(protocol.anchors)
    for anchor in sorted(used - declared):
        yield "anchors", f"{anchor} is counted from, but not in the list."
    for anchor in sorted(declared - used):
        yield "anchors", f"Nothing counts from {anchor}."


def _step(step: Step, protocol: Protocol) -> Found:
    yield from _subject(step)
    schedule = step.schedule
    if (schedule.listed is not None) == bool(schedule.phases):
        yield "schedule", "A schedule has either phases or a list of months."
        return
    yield from _phases(schedule)
    yield from _listed(schedule)
    months = months_of(schedule)
    if not months:
        yield "schedule", "This step never falls due."
        return
    end = protocol.duration_months
    if end is not None and not has_end(schedule):
        yield "schedule", "This step has no end, but the protocol has one."
    elif end is not None and months[-1] > end.value:
        yield "schedule", f"Month {months[-1]} lies after the end of the protocol."
    if schedule.continue_until_age is not None and not has_end(schedule):
        yield "schedule.continue_until_age", "A schedule without an end goes on at every age."
    if schedule.continue_until_age is not None and not schedule.phases:
        yield "schedule.continue_until_age", "Only a schedule with phases can go on."
    yield from _window(step, gap_months=min((b - a for a, b in pairwise(months)), default=None))


def _subject(step: Step) -> Found:
    if (step.kind is StepKind.TEST) != (step.analyte is not None):
        yield "analyte", "A test, and only a test, names what is measured or looked at."
    elif step.analyte is not None and step.analyte not in ANALYTES:
        yield "analyte", f"{step.analyte!r} is not known."
    if step.ways and step.kind is not StepKind.REVIEW:
        yield "ways", "Only a review is held in one way or another."
    if (step.kind is StepKind.QUESTIONNAIRE) != (step.questionnaire is not None):
        yield "questionnaire", "A questionnaire step, and only that, names a questionnaire."


def _phases(schedule: Schedule) -> Found:
    for index, phase in enumerate(schedule.phases):
        if phase.until_month is None:
            if phase is not schedule.phases[-1]:
                yield f"schedule.phases[{index}]", "Only the last phase has no end."
        elif phase.until_month < phase.from_month:
            yield f"schedule.phases[{index}]", "This phase ends before it begins."
        elif (phase.until_month - phase.from_month) % phase.every_months:
            yield (
                f"schedule.phases[{index}]",
                f"Month {phase.until_month} is not reached in steps of {phase.every_months}.",
            )
    for index, (before, after) in enumerate(pairwise(schedule.phases), start=1):
        if after.from_month <= (before.from_month if before.until_month is None else before.until_month):
            yield f"schedule.phases[{index}]", "This phase overlaps the one before it."


def _listed(schedule: Schedule) -> Found:
    if schedule.listed is not None and any(b <= a for a, b in pairwise(schedule.listed.months)):
        yield "schedule.listed.months", "The months must rise."


def _window(step: Step, *, gap_months: int | None) -> Found:
    window, reminders, chase = defaults.window_of(step), defaults.reminders_of(step), defaults.chase_after(step)
    if (
        gap_months is not None
        and gap_months > 0
        and window.early_days + window.late_days >= gap_months * SHORTEST_MONTH
    ):
        yield "window", "The windows of two occurrences would overlap."
    if any(b <= a for a, b in pairwise(reminders.days)):
        yield "reminders.days", "The days must rise."
    if reminders.days and reminders.days[-1] > window.late_days:
        yield "reminders.days", "A reminder would go out after the window has closed."
    if chase.value < 1 or chase.value > window.late_days:
        yield "chase_after_days", "The team is asked to chase after the due day and before the window closes."


def _rule(rule: Rule, protocol: Protocol) -> Found:
    for condition in conditions_in(rule.when):
        yield from _measured(condition)
        yield from _numbers(condition)
        yield from _points_at(condition, protocol)
        if isinstance(condition, ConfirmedThreshold) and URGENCY[condition.first_alert] >= URGENCY[rule.alert]:
            yield "when.first_alert", "A confirmed breach must be more urgent than the first one."


def _measured(condition: Condition) -> Found:
    key = getattr(condition, "analyte", None)
    if key is None:
        return
    analyte = ANALYTES.get(key)
    if analyte is None:
        yield "when.analyte", f"{key!r} is not known."
        return
    if (unit := getattr(condition, "unit", None)) is not None and unit != analyte.unit:
        yield "when.unit", f"{analyte.name} is stored in {analyte.unit or 'no unit'}, not {unit!r}."
    if isinstance(condition, CodedReport) and set(condition.breach_codes) & set(condition.clear_codes):
        yield "when.clear_codes", "A code cannot be clear and a breach."


def _numbers(condition: Condition) -> Found:
    for name in condition.__struct_fields__:
        number = getattr(condition, name)
        if isinstance(number, Figure | Count) and number.value < 0:
            yield f"when.{name}", "This number cannot be negative."
        if isinstance(number, Figure) and not number.value.is_finite():
            yield f"when.{name}", "This must be a plain number."
    if isinstance(condition, ConfirmedThreshold):
        if condition.repeat_from_days.value >= condition.confirm_within_days.value:
            yield "when.repeat_from_days", "The repeat must open before it is too late."
        if condition.least_gap_days < 1:
            yield "when.least_gap_days", "The second reading is of another day."
    if isinstance(condition, AllOf | AnyOf) and not condition.of:
        yield "when.of", "This joins no conditions."


def _points_at(condition: Condition, protocol: Protocol) -> Found:
    if isinstance(condition, Missing):
        step = protocol.step(condition.step)
        if step is None:
            yield "when.step", f"There is no step {condition.step!r}."
        elif condition.after_days.value != defaults.chase_after(step).value:
            yield "when.after_days", "The step itself says another number of days."
    if isinstance(condition, RedFlagAnswer | ScoreBeyond):
        asked = {step.questionnaire for step in protocol.steps}
        if condition.questionnaire not in asked:
            yield "when.questionnaire", f"No step asks {condition.questionnaire!r}."
