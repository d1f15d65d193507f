"""The closed set of conditions a rule can have, as a protocol file writes them (`"when": {"kind": "threshold", ...}`).

To add a kind: a struct here, a judge beside the others, a line in `evaluate.JUDGES`, and a row in the spec tables.
Every number carries the tag of its source; the protocol lists the sources.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

import msgspec

from rms.alerts.model import AlertKind, Anchor, Comparison, Count, Figure
from rms.people.model import Role

Key = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{1,60}$")]
Words = Annotated[str, msgspec.Meta(min_length=3, max_length=600)]


class _Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all conditions share: strict decoding and the name of their kind."""


class Threshold(_Condition, frozen=True, kw_only=True, tag="threshold"):
    """The latest reading lies beyond a limit."""

    analyte: Key
    limit: Figure
    unit: str
    comparison: Comparison = Comparison.ABOVE


class ConfirmedThreshold(_Condition, frozen=True, kw_only=True, tag="confirmed_threshold"):
    """The latest reading lies beyond a limit and a second one says the same.

    The first breach is `first_alert` at once and asks for a repeat `repeat_from_days` to `confirm_within_days` after
    the sample. A second breach at least `least_gap_days` after it, or no repeat by then, is the full alert of the rule.
    """

    analyte: Key
    limit: Figure
    unit: str
    repeat_from_days: Count
    confirm_within_days: Count
    comparison: Comparison = Comparison.ABOVE
    least_gap_days: int = 1
    first_alert: AlertKind = AlertKind.LOOK_SOON


class DeltaFromNadir(_Condition, frozen=True, kw_only=True, tag="delta_from_nadir"):
    """The latest reading lies `delta` or more above the lowest one since the anchor (Phoenix: nadir + 2)."""

    analyte: Key
    delta: Figure
    unit: str
    anchor: Anchor
    comparison: Comparison = Comparison.AT_LEAST


class DeltaFromBaseline(_Condition, frozen=True, kw_only=True, tag="delta_from_baseline"):
    """The latest reading lies `delta` above this person's baseline.

    The baseline is what a clinician set, else the first reading after the anchor; with neither, a person is asked.
    """

    analyte: Key
    delta: Figure
    unit: str
    anchor: Anchor
    comparison: Comparison = Comparison.AT_LEAST


class PercentRise(_Condition, frozen=True, kw_only=True, tag="percent_rise"):
    """The latest reading lies `percent` above the lowest one of the `within_days` before it."""

    analyte: Key
    percent: Figure
    unit: str
    within_days: Count
    comparison: Comparison = Comparison.AT_LEAST


class TimesUpperLimit(_Condition, frozen=True, kw_only=True, tag="times_upper_limit"):
    """The latest reading is `factor` times the upper limit that its own laboratory reported with it."""

    analyte: Key
    factor: Figure
    unit: str
    comparison: Comparison = Comparison.ABOVE


class ConsecutiveRises(_Condition, frozen=True, kw_only=True, tag="consecutive_rises"):
    """The last readings rose `count` times in a row, each at least `least_gap_days` after the one before."""

    analyte: Key
    count: Count
    unit: str
    least_gap_days: Count
    anchor: Anchor | None = None


class DoublingTime(_Condition, frozen=True, kw_only=True, tag="doubling_time"):
    """The value doubles in fewer months than `shorter_than_months`, by least squares through the logarithms.

    Only plain numbers of `least_value` or more count, at least `least_points` of them over `least_span_days`.
    """

    analyte: Key
    shorter_than_months: Figure
    unit: str
    least_points: Count
    least_value: Figure
    least_span_days: Count
    anchor: Anchor | None = None


class Velocity(_Condition, frozen=True, kw_only=True, tag="velocity"):
    """The value rises by `per_year` or more each year, by a straight line through the plain numbers."""

    analyte: Key
    per_year: Figure
    unit: str
    least_points: Count
    least_span_days: Count
    anchor: Anchor | None = None


class CodedReport(_Condition, frozen=True, kw_only=True, tag="coded_report"):
    """The latest report has one of the codes that need a person; any code not listed as clear is cannot tell."""

    analyte: Key
    breach_codes: tuple[str, ...]
    clear_codes: tuple[str, ...]
    source: str


class ScoreBeyond(_Condition, frozen=True, kw_only=True, tag="score"):
    """The latest score of a questionnaire lies beyond a limit."""

    questionnaire: Key
    score: Key
    limit: Figure
    comparison: Comparison = Comparison.AT_LEAST


class RedFlagAnswer(_Condition, frozen=True, kw_only=True, tag="red_flag"):
    """An answer of the questionnaire needs a person.

    With no `items` every flagged item counts, at the urgency its questionnaire gives; named items count at the rule's.
    """

    questionnaire: Key
    items: tuple[str, ...] = ()


class Missing(_Condition, frozen=True, kw_only=True, tag="missing"):
    """Nothing has come back for a step `after_days` after it was due."""

    step: Key
    after_days: Count


class AllOf(_Condition, frozen=True, kw_only=True, tag="all"):
    """Every condition holds."""

    of: tuple["Condition", ...]


class AnyOf(_Condition, frozen=True, kw_only=True, tag="any"):
    """At least one condition holds."""

    of: tuple["Condition", ...]


class NotSo(_Condition, frozen=True, kw_only=True, tag="not"):
    """The condition does not hold."""

    of: "Condition"


Measured = (
    Threshold
    | ConfirmedThreshold
    | DeltaFromNadir
    | DeltaFromBaseline
    | PercentRise
    | TimesUpperLimit
    | ConsecutiveRises
    | DoublingTime
    | Velocity
)
Condition = Measured | CodedReport | ScoreBeyond | RedFlagAnswer | Missing | AllOf | AnyOf | NotSo


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of a protocol: when it speaks, how loudly, who answers and how, what the patient reads."""

    key: Key
    title: Words
    alert: AlertKind
    owner_role: Role
    response: Words
    patient_words: Words
    when: Condition
    suspends_plan: bool = False


def conditions_in(condition: Condition) -> Iterator[Condition]:
    """Walk a condition and everything inside it."""
    yield condition
    if isinstance(condition, AllOf | AnyOf):
        for inner in condition.of:
            yield from conditions_in(inner)
    elif isinstance(condition, NotSo):
        yield from conditions_in(condition.of)


def limit_of(condition: Condition) -> Decimal | None:
    """The one number of a condition that may be set for a person; None when there is no single one."""
    match condition:
        case Threshold() | ConfirmedThreshold() | ScoreBeyond():
            return condition.limit.value
        case DeltaFromNadir() | DeltaFromBaseline():
            return condition.delta.value
        case PercentRise():
            return condition.percent.value
        case TimesUpperLimit():
            return condition.factor.value
        case DoublingTime():
            return condition.shorter_than_months.value
        case Velocity():
            return condition.per_year.value
        case _:
            return None
