"""The numbers of a plan's rules in words, as they stand beside a result: "looked at when above 0.2 ug/L". Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from rms.alerts.rules import Condition, Rule, conditions_in, limit_of
from rms.alerts.rules import kinds as k
from rms.alerts.rules.sentences import BREACH_WORDS, amount
from rms.followup.review.model import LimitShown


def limits_of(rules: Iterable[Rule], *, analyte: str, personal: Mapping[str, Decimal]) -> tuple[LimitShown, ...]:
    """The limits that rules set for an analyte, the person's own in place of the protocol's."""
    return tuple(
        LimitShown(rule=rule.key, words=words, personal=rule.key in personal)
        for rule in rules
        for condition in conditions_in(rule.when)
        if getattr(condition, "analyte", None) == analyte
        if (words := _words(condition, number=personal.get(rule.key)))
    )


def line_of(rules: Iterable[Rule], *, analyte: str, personal: Mapping[str, Decimal]) -> Decimal | None:
    """The number a chart draws as a line: of the first plain threshold; None when there is none."""
    for rule in rules:
        for condition in conditions_in(rule.when):
            if isinstance(condition, k.Threshold | k.ConfirmedThreshold) and condition.analyte == analyte:
                return personal.get(rule.key, condition.limit.value)
    return None


def _words(condition: Condition, *, number: Decimal | None) -> str:
    written = limit_of(condition)
    if written is None:
        return f"{condition.count.value} rises in a row" if isinstance(condition, k.ConsecutiveRises) else ""
    limit = amount(written if number is None else number)
    match condition:
        case k.Threshold() | k.ConfirmedThreshold():
            return f"{BREACH_WORDS[condition.comparison]} {limit} {condition.unit}"
        case k.DeltaFromNadir():
            return f"{limit} {condition.unit} over the lowest"
        case k.DeltaFromBaseline():
            return f"{limit} {condition.unit} over the baseline"
        case k.PercentRise():
            return f"{limit}% over the lowest of {condition.within_days.value} days"
        case k.TimesUpperLimit():
            return f"{limit} times the laboratory's upper limit"
        case k.DoublingTime():
            return f"doubling in under {limit} months"
        case k.Velocity():
            return f"rising {limit} {condition.unit} a year"
        case _:
            return ""
