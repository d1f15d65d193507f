"""What a judge hands back, and the steps all judges of readings share: choosing, ordering and doubting readings."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import msgspec

from rms.alerts.analytes import name_of
from rms.alerts.model import AlertKind, Facts, FindingOutcome, Reading
from rms.alerts.rules.bounds import WEIGHT, bounds_of
from rms.alerts.rules.sentences import amount, day, value_on


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A finding before it knows its rule. `kind` None means: as the rule says."""

    outcome: FindingOutcome
    sentence: str
    inputs: Mapping[str, object] = {}
    kind: AlertKind | None = None
    repeat_from: date | None = None
    repeat_by: date | None = None
    look_again_on: date | None = None


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The number a condition is judged with, and whether it was set for this person."""

    number: Decimal
    personal: bool


def clear(sentence: str, **inputs: object) -> Judgement:
    """Nothing to act on."""
    return Judgement(outcome=FindingOutcome.CLEAR, sentence=sentence, inputs=inputs)


def breach(sentence: str, **inputs: object) -> Judgement:
    """The rule speaks."""
    return Judgement(outcome=FindingOutcome.BREACH, sentence=sentence, inputs=inputs)


def cannot_tell(sentence: str, **inputs: object) -> Judgement:
    """A person must look, and the sentence says why."""
    return Judgement(outcome=FindingOutcome.CANNOT_TELL, sentence=sentence, inputs=inputs)


def in_order(facts: Facts, *, analyte: str, after: date | None = None) -> list[Reading]:
    """The readings of an analyte by sample date, whatever the order they arrived in; `after` is itself left out."""
    chosen = (r for r in facts.readings if r.analyte == analyte and (after is None or r.sample_on > after))
    return sorted(chosen, key=lambda r: (r.sample_on, bounds_of(r).low, r.number, r.comparator, r.ref))


def split_at_latest(readings: list[Reading]) -> tuple[list[Reading], list[Reading]]:
    """Part ordered readings into those before the latest day and those of that day (two laboratories, one morning)."""
    latest_on = readings[-1].sample_on
    return [r for r in readings if r.sample_on < latest_on], [r for r in readings if r.sample_on == latest_on]


def worst(judgements: Iterable[Judgement]) -> Judgement:
    """The gravest of several judgements; of equals the last, which is the highest value."""
    return max(reversed(list(judgements)), key=lambda judgement: WEIGHT[judgement.outcome])


def none_yet(analyte: str) -> Judgement:
    """There is nothing to judge; whether something should be there is the business of the missing rule."""
    return clear(f"There is no {name_of(analyte)} reading to judge yet.")


def wrong_unit(reading: Reading, *, unit: str) -> Judgement | None:
    """Say so when a reading is not in the rule's unit."""
    if reading.unit == unit:
        return None
    return cannot_tell(f"{value_on(reading)} is not in {unit}, the unit of the rule.", reading=plain(reading))


def other_method(one: Reading, other: Reading, *, facts: Facts) -> Judgement | None:
    """Say so when two readings come from methods that nobody has said may be compared."""
    methods = {one.method, other.method} - {""}
    if len(methods) < 2 or methods <= facts.accepted_methods:
        return None
    return cannot_tell(
        f"{value_on(one)} was measured by another method than that of {day(other.sample_on)} it is compared with.",
        reading=plain(one),
        compared_with=plain(other),
    )


def plain(reading: Reading) -> dict[str, object]:
    """A reading as values that can be stored beside a finding."""
    return {
        "analyte": reading.analyte,
        "value": f"{reading.comparator}{amount(reading.number)}",
        "unit": reading.unit,
        "sample_on": reading.sample_on.isoformat(),
        "ref": reading.ref,
        "method": reading.method,
        "upper_limit": None if reading.upper_limit is None else amount(reading.upper_limit),
    }
