"""Judges of a trend over several readings: rises in a row, doubling time, velocity.

Too few readings is clear, and the sentence says how many there are: people in their first year would otherwise all be
cannot tell. Values with a comparator are left out of the fits and named in the inputs, never taken as their number.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

from rms.alerts.analytes import name_of
from rms.alerts.model import Comparator, Comparison, Facts, FindingOutcome, Reading
from rms.alerts.rules.bounds import WEIGHT, ZERO, beyond, bounds_of
from rms.alerts.rules.judgement import (
    Judgement,
    Limit,
    breach,
    cannot_tell,
    clear,
    in_order,
    none_yet,
    plain,
    split_at_latest,
    worst,
    wrong_unit,
)
from rms.alerts.rules.kinds import ConsecutiveRises, DoublingTime, Velocity
from rms.alerts.rules.kinetics import Point, doubling_months, points_of, velocity_per_year
from rms.alerts.rules.sentences import amount, count, day, value_on


def _readings(condition: ConsecutiveRises | DoublingTime | Velocity, facts: Facts) -> list[Reading] | Judgement:
    anchored_on = None
    if condition.anchor is not None:
        anchored_on = facts.anchors.get(condition.anchor)
        if anchored_on is None:
            return cannot_tell(
                f"{name_of(condition.analyte)} cannot be judged: the date of {condition.anchor.replace('_', ' ')} "
                "is not known."
            )
    readings = in_order(facts, analyte=condition.analyte, after=anchored_on)
    if not readings:
        return none_yet(condition.analyte)
    return wrong_unit(readings[-1], unit=condition.unit) or [r for r in readings if r.unit == condition.unit]


def _ends(readings: list[Reading]) -> list[list[Reading]]:
    """The series once for each reading of its latest day: of two laboratories one morning the graver one counts."""
    earlier, latest = split_at_latest(readings)
    return [[*earlier, one] for one in latest]


def judge_rises(condition: ConsecutiveRises, facts: Facts, limit: Limit | None) -> Judgement:
    """Judge whether each of the last readings lies above the one before it."""
    readings = _readings(condition, facts)
    if isinstance(readings, Judgement):
        return readings
    return worst(_rises(condition, ends, limit) for ends in _ends(readings))


def _rises(condition: ConsecutiveRises, readings: list[Reading], limit: Limit | None) -> Judgement:
    chain = _spaced_backwards(readings, least_gap_days=condition.least_gap_days.value)
    needed = condition.count.value + 1
    inputs: dict[str, object] = {"readings": [plain(reading) for reading in chain[-needed:]]}
    if len(chain) < needed:
        have = count(len(chain), "reading")
        return clear(f"{value_on(chain[-1])}: rises in a row need {needed} readings, there are {have}.", **inputs)
    pairs = list(zip(chain[-needed:], chain[-needed + 1 :], strict=False))
    outcomes = [
        beyond(bounds_of(later), comparison=Comparison.ABOVE, limit=bounds_of(before)) for before, later in pairs
    ]
    rises = f"{count(condition.count.value, 'rise')} in a row"
    match min(outcomes, key=lambda outcome: WEIGHT[outcome]):
        case FindingOutcome.BREACH:
            return breach(f"{value_on(chain[-1])} ends {rises}, counted from {day(pairs[0][0].sample_on)}.", **inputs)
        case FindingOutcome.CLEAR:
            return clear(f"{value_on(chain[-1])} does not end {rises}.", **inputs)
        case FindingOutcome.CANNOT_TELL:
            return cannot_tell(
                f"{value_on(chain[-1])}: a value without a plain number hides whether it is {rises}.", **inputs
            )


def _spaced_backwards(readings: list[Reading], *, least_gap_days: int) -> list[Reading]:
    """Choose readings from the latest back, each far enough before the next; which ones does not depend on values."""
    chosen = [readings[-1]]
    for reading in reversed(readings[:-1]):
        if (chosen[-1].sample_on - reading.sample_on).days >= max(least_gap_days, 1):
            chosen.append(reading)
    return chosen[::-1]


def judge_doubling(condition: DoublingTime, facts: Facts, limit: Limit) -> Judgement:
    """Judge the doubling time; a latest value below the least one that counts is clear whatever came before."""
    readings = _readings(condition, facts)
    if isinstance(readings, Judgement):
        return readings
    return worst(_doubling(condition, ends, limit) for ends in _ends(readings))


def _doubling(condition: DoublingTime, readings: list[Reading], limit: Limit) -> Judgement:
    floor = condition.least_value.value
    latest = bounds_of(readings[-1])
    if latest.high is not None and (latest.high < floor or (latest.high == floor and not latest.has_high)):
        return clear(f"{value_on(readings[-1])} is too low for a doubling time.", reading=plain(readings[-1]))

    def say(points: Sequence[Point]) -> tuple[bool, str]:
        months = doubling_months(points)
        if months is None:
            return False, f"{name_of(condition.analyte)} does not double"
        return (
            Decimal(str(months)) < limit.number,
            f"{name_of(condition.analyte)} doubles in {months:.1f} months (limit {amount(limit.number)} months)",
        )

    return _fitted(condition, readings, least_value=floor, say=say)


def judge_velocity(condition: Velocity, facts: Facts, limit: Limit) -> Judgement:
    """Judge the rise a year."""
    readings = _readings(condition, facts)
    if isinstance(readings, Judgement):
        return readings
    return worst(_velocity(condition, ends, limit) for ends in _ends(readings))


def _velocity(condition: Velocity, readings: list[Reading], limit: Limit) -> Judgement:

    def say(points: Sequence[Point]) -> tuple[bool, str]:
        per_year = velocity_per_year(points) or 0.0
        return (
            Decimal(str(round(per_year, 9))) >= limit.number,
            f"{name_of(condition.analyte)} moves {per_year:.3f} {condition.unit} a year (limit {amount(limit.number)})",
        )

    return _fitted(condition, readings, least_value=ZERO, say=say)


def _fitted(
    condition: DoublingTime | Velocity,
    readings: list[Reading],
    *,
    least_value: Decimal,
    say: Callable[[Sequence[Point]], tuple[bool, str]],
) -> Judgement:
    """Fit the plain numbers. A latest value like `>50` may breach with that bound, else it is cannot tell."""
    latest = readings[-1]
    plain_numbers = [
        reading
        for reading in readings
        if reading.number >= least_value
        and (reading.comparator is Comparator.EXACT or _open_ended(reading, latest))
        and (reading.number > 0 or isinstance(condition, Velocity))
    ]
    left_out = [plain(reading) for reading in readings if reading not in plain_numbers]
    inputs: dict[str, object] = {"readings": [plain(reading) for reading in plain_numbers], "left_out": left_out}
    needed, span = condition.least_points.value, condition.least_span_days.value
    if len(plain_numbers) < needed or (plain_numbers[-1].sample_on - plain_numbers[0].sample_on).days < span:
        have = count(len(plain_numbers), "usable reading")
        sentence = f"{value_on(latest)}: a trend needs {needed} usable readings over {span} days, there are {have}."
        return clear(sentence, **inputs)
    breaches, words = say(points_of([(reading.sample_on, reading.number) for reading in plain_numbers]))
    sentence = f"{words}, by {count(len(plain_numbers), 'reading')} up to {day(plain_numbers[-1].sample_on)}."
    if breaches and (latest.comparator is Comparator.EXACT or latest in plain_numbers):
        return breach(sentence, **inputs)
    if latest.comparator is not Comparator.EXACT:
        return cannot_tell(
            f"{value_on(latest)} is not a plain number, so its trend cannot be told. {sentence}", **inputs
        )
    return clear(sentence, **inputs)


def _open_ended(reading: Reading, latest: Reading) -> bool:
    return reading is latest and reading.comparator in (Comparator.ABOVE, Comparator.AT_LEAST)
