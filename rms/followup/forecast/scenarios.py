"""What is different in each scenario: which one is never done, from which day a value is too high, and which value that is.

Nothing here knows a limit by heart: values are tried on the plan's own rules until these are content, or speak.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from rms.alerts.model import Comparison, Facts, FindingOutcome, Reading
from rms.alerts.rules import Condition, Rule, conditions_in, evaluate, limit_of
from rms.dates import add_months
from rms.errors import Refused
from rms.followup.forecast.model import Scenario
from rms.followup.watching import about_analyte
from rms.plans.model import Course
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import EffectivePlan, EffectiveStep, occurrences

RISE_MONTH: Final = 30
#: What a laboratory may say is the upper end of its own range; rules that compare with it need one.
UPPER_LIMIT: Final = Decimal(4)
_TRIED: Final = tuple(map(Decimal, ("0.01", "0.1", "1", "3", "10", "30", "100", "200", "500", "1000")))
_TIMES: Final = tuple(map(Decimal, ("0.5", "1.5", "2", "4", "10", "40")))


def missed_in(scenario: Scenario, *, plan: EffectivePlan, course: Course, today: date) -> tuple[str, int] | None:
    """The one that is never done: the second of the first thing that is asked of the person, or the only one."""
    if scenario is not Scenario.ONE_MISSED:
        return None
    for step in plan.steps:
        if step.step.kind in (StepKind.TEST, StepKind.QUESTIONNAIRE):
            ahead = [o for o in occurrences(step, course=course) if o.due_on >= today and o.skipped_because is None]
            if ahead:
                one = ahead[min(1, len(ahead) - 1)]
                return one.step, one.number
    raise Refused("This plan asks nothing of the person from today on, so nothing can be missed.")


def rises_from(scenario: Scenario, *, plan: EffectivePlan, course: Course, today: date) -> tuple[str, date] | None:
    """The analyte that rises and the day from which: thirty months after its step's own first date, or from today on."""
    if scenario is not Scenario.RISE_AT_MONTH_30:
        return None
    for step in plan.steps:
        if any(_minds_a_rise(one) for one in numbers_of(plan.rules, step.step.analyte or "")):
            assert step.step.analyte is not None
            month = add_months(course.anchors[step.step.schedule.anchor], RISE_MONTH)
            return step.step.analyte, max(month, today)
    raise Refused("No rule of this plan minds that a number rises.")


def _minds_a_rise(condition: Condition) -> bool:
    return getattr(condition, "comparison", None) not in (Comparison.BELOW, Comparison.AT_MOST)


def numbers_of(rules: Iterable[Rule], analyte: str) -> list[Condition]:
    """The conditions that look at a number of an analyte and say in which unit."""
    return [
        one
        for rule in about_analyte(rules, analyte)
        for one in conditions_in(rule.when)
        if getattr(one, "analyte", None) == analyte and getattr(one, "unit", None)
    ]


def reading_on(day: date, *, step: EffectiveStep, plan: EffectivePlan, facts: Facts, raised: bool) -> Reading | None:
    """A value of that day about which the rules are content, or one about which a rule speaks; None: no number is known.

    Where none can be found that does what is wanted, the nearest to it: what the rules say of it is in the forecast.
    """
    analyte = step.step.analyte
    conditions = numbers_of(plan.rules, analyte) if analyte else []
    if analyte is None or not conditions:
        return None
    rules, unit = about_analyte(plan.rules, analyte), str(getattr(conditions[0], "unit", ""))
    before = [one.number for one in facts.readings if one.analyte == analyte]
    tried = [
        Reading(analyte=analyte, number=Decimal(f"{number.normalize():f}"), unit=unit, sample_on=day,
                ref=str(len(facts.readings)), upper_limit=UPPER_LIMIT)
        for number in _candidates(conditions, before, raised=raised, limits=facts.limits.values())
    ]  # fmt: skip
    spoken = [_spoken(one, rules, facts) for one in tried]
    wanted = max(spoken) if raised else min(spoken)
    return next(one for one, count in zip(tried, spoken, strict=True) if (raised and count[0]) or count == wanted)


def _spoken(reading: Reading, rules: Sequence[Rule], facts: Facts) -> tuple[int, int]:
    """How many rules would object to it, and how many could not tell."""
    facts = with_reading(facts, reading)
    outcomes = [evaluate(rule, facts).outcome for rule in rules]
    return outcomes.count(FindingOutcome.BREACH), outcomes.count(FindingOutcome.CANNOT_TELL)


def with_reading(facts: Facts, reading: Reading) -> Facts:
    """The facts of the reading's day, with it among them."""
    return msgspec.structs.replace(facts, today=reading.sample_on, readings=(*facts.readings, reading))


def _candidates(
    conditions: Sequence[Condition], before: Sequence[Decimal], *, raised: bool, limits: Iterable[Decimal]
) -> Iterator[Decimal]:
    """Numbers worth trying: the last one first, then from low to high, or from the last one up."""
    written = [limit for one in conditions if (limit := limit_of(one)) is not None]
    numbers = {
        *_TRIED,
        *(limit * times for limit in (*written, *limits, UPPER_LIMIT, *before[-1:]) for times in _TIMES),
    }
    last = before[-1] if before else None
    if last is not None:
        yield last
    yield from sorted(number for number in numbers if not raised or last is None or number > last)
