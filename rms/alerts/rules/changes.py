"""Judges of a change: how far the latest value lies above the nadir, the baseline, or the lowest of a period.

The nadir of a reading is the lowest reading between the anchor and it. While it is known only as `<0.1`, the limit is
known only by its bounds too, and what falls between them is cannot tell.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from rms.alerts.analytes import name_of
from rms.alerts.model import Comparison, Facts, FindingOutcome, Reading
from rms.alerts.rules.bounds import Bounds, beyond, bounds_of, lowest
from rms.alerts.rules.judgement import (
    Judgement,
    Limit,
    breach,
    cannot_tell,
    clear,
    in_order,
    none_yet,
    other_method,
    plain,
    split_at_latest,
    worst,
    wrong_unit,
)
from rms.alerts.rules.kinds import DeltaFromBaseline, DeltaFromNadir, PercentRise
from rms.alerts.rules.sentences import BREACH_WORDS, CLEAR_WORDS, amount, day, value, value_on, whose


def _compared(
    reading: Reading,
    *,
    with_these: list[Reading],
    facts: Facts,
    comparison: Comparison,
    moved: Callable[[Bounds], Bounds],
    limit_words: str,
    inputs: dict[str, object],
) -> Judgement:
    """Compare one reading with the lowest of several others, after `moved` has turned that into a limit."""
    low = min(with_these, key=lambda other: (bounds_of(other).high is None, bounds_of(other).high or 0, other.ref))
    inputs = {"reading": plain(reading), "compared_with": plain(low), **inputs}
    words = f"{limit_words} ({value(low)} on {day(low.sample_on)})"
    limit = moved(lowest([bounds_of(other) for other in with_these]))
    if doubt := other_method(reading, low, facts=facts):
        return doubt
    match beyond(bounds_of(reading), comparison=comparison, limit=limit):
        case FindingOutcome.BREACH:
            return breach(f"{value_on(reading)} is {BREACH_WORDS[comparison]} {words}.", **inputs)
        case FindingOutcome.CLEAR:
            return clear(f"{value_on(reading)} is {CLEAR_WORDS[comparison]} {words}.", **inputs)
        case FindingOutcome.CANNOT_TELL:
            return cannot_tell(f"{value_on(reading)} cannot be compared with {words}.", **inputs)


def _no_anchor(anchor: str, *, analyte: str) -> Judgement:
    return cannot_tell(
        f"{name_of(analyte)} cannot be judged: the date of {anchor.replace('_', ' ')} is not known.", anchor=anchor
    )


def judge_nadir(condition: DeltaFromNadir, facts: Facts, limit: Limit) -> Judgement:
    """Judge the latest reading against the lowest one since the anchor, by sample date."""
    anchored_on = facts.anchors.get(condition.anchor)
    if anchored_on is None:
        return _no_anchor(condition.anchor, analyte=condition.analyte)
    readings = in_order(facts, analyte=condition.analyte, after=anchored_on)
    if not readings:
        return none_yet(condition.analyte)
    usable = [reading for reading in readings if reading.unit == condition.unit]
    earlier = [reading for reading in usable if reading.sample_on < readings[-1].sample_on]

    def judged(reading: Reading) -> Judgement:
        if doubt := wrong_unit(reading, unit=condition.unit):
            return doubt
        if not earlier:
            return clear(f"{value_on(reading)} is the first reading after treatment.", reading=plain(reading))
        return _compared(
            reading,
            with_these=earlier,
            facts=facts,
            comparison=condition.comparison,
            moved=lambda low: low.plus(limit.number),
            limit_words=f"the lowest reading since treatment plus {_delta(limit, condition.unit)}",
            inputs={"delta": amount(limit.number), "personal": limit.personal},
        )

    return worst(map(judged, split_at_latest(readings)[1]))


def judge_baseline(condition: DeltaFromBaseline, facts: Facts, limit: Limit) -> Judgement:
    """Judge the latest reading against the baseline a clinician set, or else the first reading after the anchor."""
    anchored_on = facts.anchors.get(condition.anchor)
    if anchored_on is None:
        return _no_anchor(condition.anchor, analyte=condition.analyte)
    readings = in_order(facts, analyte=condition.analyte, after=anchored_on)
    if not readings:
        return none_yet(condition.analyte)
    earlier, latest = split_at_latest(readings)
    baseline = facts.baselines.get(condition.analyte) or (earlier[0] if earlier else None)

    def judged(reading: Reading) -> Judgement:
        if baseline is None:
            return cannot_tell(
                f"{value_on(reading)} is the first reading and no baseline is set: check it and set the baseline.",
                reading=plain(reading),
            )
        if doubt := wrong_unit(reading, unit=condition.unit) or wrong_unit(baseline, unit=condition.unit):
            return doubt
        return _compared(
            reading,
            with_these=[baseline],
            facts=facts,
            comparison=condition.comparison,
            moved=lambda base: base.plus(limit.number),
            limit_words=f"the baseline plus {_delta(limit, condition.unit)}",
            inputs={"delta": amount(limit.number), "personal": limit.personal},
        )

    return worst(map(judged, latest))


def judge_percent_rise(condition: PercentRise, facts: Facts, limit: Limit) -> Judgement:
    """Judge the latest reading against the lowest one of the period before it."""
    readings = in_order(facts, analyte=condition.analyte)
    if not readings:
        return none_yet(condition.analyte)
    earlier, latest = split_at_latest(readings)
    since = latest[0].sample_on - timedelta(days=condition.within_days.value)
    period = [r for r in earlier if r.sample_on >= since and r.unit == condition.unit]

    def judged(reading: Reading) -> Judgement:
        if doubt := wrong_unit(reading, unit=condition.unit):
            return doubt
        if not period:
            return clear(
                f"{value_on(reading)} has no reading of the {condition.within_days.value} days before to compare with.",
                reading=plain(reading),
            )
        return _compared(
            reading,
            with_these=period,
            facts=facts,
            comparison=condition.comparison,
            moved=lambda low: low.times(1 + limit.number / Decimal(100)),
            limit_words=f"the lowest reading of {condition.within_days.value} days plus {amount(limit.number)}%",
            inputs={"percent": amount(limit.number), "personal": limit.personal},
        )

    return worst(map(judged, latest))


def _delta(limit: Limit, unit: str) -> str:
    number = f"{amount(limit.number)} {unit}"
    return f"{number} ({whose(personal=True, noun='own allowance')})" if limit.personal else number
