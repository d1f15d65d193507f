"""Which rules a piece of news concerns. Pure: an unrelated result never opens an old alert again."""

from collections.abc import Iterable

from rms.alerts.rules import Rule, conditions_in
from rms.alerts.rules.kinds import Missing, RedFlagAnswer, ScoreBeyond
from rms.plans.schedule.effective import EffectivePlan


def about_analyte(rules: Iterable[Rule], analyte: str) -> tuple[Rule, ...]:
    """The rules that look at readings or reports of an analyte."""
    return tuple(rule for rule in rules if any(_analytes(c) >= {analyte} for c in conditions_in(rule.when)))


def follows(plan: EffectivePlan, analyte: str) -> bool:
    """Whether a plan looks at an analyte: a rule of it does, or it has a step for it."""
    return bool(about_analyte(plan.rules, analyte)) or any(one.step.analyte == analyte for one in plan.steps)


def about_questionnaire(rules: Iterable[Rule], questionnaire: str) -> tuple[Rule, ...]:
    """The rules that look at answers or scores of a questionnaire."""
    return tuple(rule for rule in rules if any(_questionnaire(c) == questionnaire for c in conditions_in(rule.when)))


def about_red_flags(rules: Iterable[Rule], questionnaire: str) -> tuple[Rule, ...]:
    """The rules that speak as soon as one answer is saved."""
    return tuple(
        rule
        for rule in rules
        if any(isinstance(c, RedFlagAnswer) and c.questionnaire == questionnaire for c in conditions_in(rule.when))
    )


def moved_by_time(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that time alone can change, besides those about silence, which the sweep looks after."""
    return tuple(rule for rule in rules if not isinstance(rule.when, Missing | RedFlagAnswer | ScoreBeyond))


def _analytes(condition: object) -> set[str]:
    """The analytes a condition names, under whatever field it names them."""
    names = ("analyte", "numerator", "denominator")
    return {value for name in names if isinstance(value := getattr(condition, name, None), str)}


def _questionnaire(condition: object) -> str | None:
    value = getattr(condition, "questionnaire", None)
    return value if isinstance(value, str) else None
