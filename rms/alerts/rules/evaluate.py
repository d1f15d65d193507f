"""The one door to the rules: a rule and the facts in, a finding out. The same facts always give the same finding."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import msgspec

from rms.alerts.model import AlertKind, Facts, Finding, FindingOutcome
from rms.alerts.rules import answers, changes, kinds, levels, trends
from rms.alerts.rules.bounds import WEIGHT
from rms.alerts.rules.judgement import Judgement, Limit, clear
from rms.alerts.rules.kinds import AllOf, AnyOf, Condition, NotSo, Rule, limit_of

Judge = Callable[[Any, Facts, Any], Judgement]

JUDGES: dict[type, Judge] = {
    kinds.Threshold: levels.judge_threshold,
    kinds.ConfirmedThreshold: levels.judge_confirmed,
    kinds.TimesUpperLimit: levels.judge_times_upper_limit,
    kinds.DeltaFromNadir: changes.judge_nadir,
    kinds.DeltaFromBaseline: changes.judge_baseline,
    kinds.PercentRise: changes.judge_percent_rise,
    kinds.ConsecutiveRises: trends.judge_rises,
    kinds.DoublingTime: trends.judge_doubling,
    kinds.Velocity: trends.judge_velocity,
    kinds.CodedReport: answers.judge_report,
    kinds.ScoreBeyond: answers.judge_score,
    kinds.RedFlagAnswer: answers.judge_red_flag,
    kinds.Missing: answers.judge_missing,
}


def evaluate(rule: Rule, facts: Facts) -> Finding:
    """Say what a rule finds in the facts, with the sentence a nurse reads and the inputs to store.

    A limit set for the person (`facts.limits`, by rule key) takes the place of the protocol's.
    """
    judged = _judge(rule.when, facts=facts, rule_key=rule.key)
    return Finding(
        outcome=judged.outcome,
        rule_key=rule.key,
        sentence=judged.sentence + _to_bear_in_mind(judged, facts),
        inputs={**judged.inputs, "today": facts.today.isoformat()},
        kind=_kind_of(judged, rule),
        repeat_from=judged.repeat_from,
        repeat_by=judged.repeat_by,
        look_again_on=judged.look_again_on,
    )


def as_of(facts: Facts, *, day: date) -> Facts:
    """The facts with samples up to a day only: to judge a late result in its own place, beside the latest one."""
    return msgspec.structs.replace(
        facts,
        readings=tuple(reading for reading in facts.readings if reading.sample_on <= day),
        reports=tuple(report for report in facts.reports if report.done_on <= day),
    )


def _kind_of(judged: Judgement, rule: Rule) -> AlertKind | None:
    if judged.outcome is FindingOutcome.CLEAR:
        return None
    if judged.kind is not None:
        return judged.kind
    if judged.outcome is FindingOutcome.CANNOT_TELL and rule.alert is AlertKind.ACT_TODAY:
        return AlertKind.LOOK_SOON
    return rule.alert


def _judge(condition: Condition, *, facts: Facts, rule_key: str) -> Judgement:
    match condition:
        case AllOf():
            return _together([_judge(c, facts=facts, rule_key=rule_key) for c in condition.of], every=True)
        case AnyOf():
            return _together([_judge(c, facts=facts, rule_key=rule_key) for c in condition.of], every=False)
        case NotSo():
            return _turned(_judge(condition.of, facts=facts, rule_key=rule_key))
        case _:
            return JUDGES[type(condition)](condition, facts, _limit(condition, facts=facts, rule_key=rule_key))


def _limit(condition: Condition, *, facts: Facts, rule_key: str) -> Limit | None:
    written = limit_of(condition)
    if written is None:
        return None
    personal = facts.limits.get(rule_key)
    return Limit(number=written if personal is None else personal, personal=personal is not None)


def _together(judged: list[Judgement], *, every: bool) -> Judgement:
    """Three-valued and/or: what decides is the mildest judgement of all, the gravest of any."""
    if not judged:
        return clear("There is nothing to judge.")
    weights = [WEIGHT[one.outcome] for one in judged]
    decisive = min(weights) if every else max(weights)
    deciding = [one for one, weight in zip(judged, weights, strict=True) if weight == decisive]
    return Judgement(
        outcome=deciding[0].outcome,
        sentence=" ".join(one.sentence for one in (judged if every and decisive else deciding)),
        inputs={"of": [dict(one.inputs) for one in judged]},
        look_again_on=_earliest(one.look_again_on for one in judged),
    )


def _turned(judged: Judgement) -> Judgement:
    opposite = {
        FindingOutcome.BREACH: FindingOutcome.CLEAR,
        FindingOutcome.CLEAR: FindingOutcome.BREACH,
        FindingOutcome.CANNOT_TELL: FindingOutcome.CANNOT_TELL,
    }
    return msgspec.structs.replace(
        judged, outcome=opposite[judged.outcome], kind=None, repeat_from=None, repeat_by=None
    )


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _to_bear_in_mind(judged: Judgement, facts: Facts) -> str:
    reading = judged.inputs.get("reading")
    if not isinstance(reading, dict):
        return ""
    sampled_on = date.fromisoformat(str(reading["sample_on"]))
    words = [flag.words for flag in facts.context if flag.from_on <= sampled_on <= flag.until_on]
    return f" Bear in mind: {'; '.join(words)}." if words else ""
