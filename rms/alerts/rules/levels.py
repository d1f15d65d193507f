"""Judges of a level: is the latest value beyond a limit, and did a second one say the same."""

from datetime import date, timedelta

from rms.alerts.model import Facts, FindingOutcome, Reading
from rms.alerts.rules.bounds import beyond, bounds_of, exactly
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
from rms.alerts.rules.kinds import ConfirmedThreshold, Threshold, TimesUpperLimit
from rms.alerts.rules.sentences import BREACH_WORDS, CLEAR_WORDS, amount, day, value_on, whose


def judge_threshold(condition: Threshold, facts: Facts, limit: Limit) -> Judgement:
    """Judge the latest day's reading against the limit."""
    readings = in_order(facts, analyte=condition.analyte)
    if not readings:
        return none_yet(condition.analyte)
    return worst(_judge_one(reading, condition, limit) for reading in split_at_latest(readings)[1])


def _judge_one(reading: Reading, condition: Threshold | ConfirmedThreshold, limit: Limit) -> Judgement:
    if doubt := wrong_unit(reading, unit=condition.unit):
        return doubt
    words = f"{whose(personal=limit.personal)} of {amount(limit.number)} {condition.unit}"
    inputs: dict[str, object] = {"reading": plain(reading), "limit": amount(limit.number), "personal": limit.personal}
    match beyond(bounds_of(reading), comparison=condition.comparison, limit=exactly(limit.number)):
        case FindingOutcome.BREACH:
            return breach(f"{value_on(reading)} is {BREACH_WORDS[condition.comparison]} {words}.", **inputs)
        case FindingOutcome.CLEAR:
            return clear(f"{value_on(reading)} is {CLEAR_WORDS[condition.comparison]} {words}.", **inputs)
        case FindingOutcome.CANNOT_TELL:
            return cannot_tell(f"{value_on(reading)} cannot be compared with {words}.", **inputs)


def judge_confirmed(condition: ConfirmedThreshold, facts: Facts, limit: Limit) -> Judgement:
    """Judge the run of breaches that the latest reading ends: none, one that waits for its repeat, or confirmed.

    A clear reading ends a run; one that cannot be told neither ends nor confirms it.
    """
    days = _by_day(in_order(facts, analyte=condition.analyte), condition, limit)
    if not days:
        return none_yet(condition.analyte)
    run = _run_at_the_end(days)
    if not run:
        return days[-1][1]
    (first_on, first) = run[0]
    confirming = [
        (on, judged)
        for on, judged in run[1:]
        if judged.outcome is FindingOutcome.BREACH and (on - first_on).days >= condition.least_gap_days
    ]
    if confirming:
        last = confirming[-1][1]
        return breach(
            f"{last.sentence} The sample of {day(first_on)} was too, so it is confirmed.",
            **last.inputs,
            first=first.inputs["reading"],
        )
    return _unconfirmed(condition, first_on=first_on, first=first, today=facts.today)


def _unconfirmed(condition: ConfirmedThreshold, *, first_on: date, first: Judgement, today: date) -> Judgement:
    repeat_from = first_on + timedelta(days=condition.repeat_from_days.value)
    repeat_by = first_on + timedelta(days=condition.confirm_within_days.value)
    if today > repeat_by:
        return breach(f"{first.sentence} No repeat that settles it was taken by {day(repeat_by)}.", **first.inputs)
    return Judgement(
        outcome=FindingOutcome.BREACH,
        sentence=f"{first.sentence} A repeat is needed between {day(repeat_from)} and {day(repeat_by)}.",
        inputs=first.inputs,
        kind=condition.first_alert,
        repeat_from=repeat_from,
        repeat_by=repeat_by,
        look_again_on=repeat_by + timedelta(days=1),
    )


Day = tuple[date, Judgement]


def _by_day(readings: list[Reading], condition: ConfirmedThreshold, limit: Limit) -> list[Day]:
    days: dict[date, list[Judgement]] = {}
    for reading in readings:
        days.setdefault(reading.sample_on, []).append(_judge_one(reading, condition, limit))
    return [(on, worst(judged)) for on, judged in sorted(days.items())]


def _run_at_the_end(days: list[Day]) -> list[Day]:
    """The days since the last clear one, from the first breach on."""
    run: list[Day] = []
    for on, judged in days:
        if judged.outcome is FindingOutcome.CLEAR:
            run = []
        elif run or judged.outcome is FindingOutcome.BREACH:
            run.append((on, judged))
    return run


def judge_times_upper_limit(condition: TimesUpperLimit, facts: Facts, limit: Limit) -> Judgement:
    """Judge the latest reading against a multiple of the upper limit its own laboratory reported."""
    readings = in_order(facts, analyte=condition.analyte)
    if not readings:
        return none_yet(condition.analyte)
    return worst(_judge_against_own(reading, condition, limit) for reading in split_at_latest(readings)[1])


def _judge_against_own(reading: Reading, condition: TimesUpperLimit, limit: Limit) -> Judgement:
    if doubt := wrong_unit(reading, unit=condition.unit):
        return doubt
    if reading.upper_limit is None:
        return cannot_tell(f"{value_on(reading)} came without the laboratory's upper limit.", reading=plain(reading))
    allowed = limit.number * reading.upper_limit
    words = (
        f"{amount(limit.number)} times the laboratory's upper limit "
        f"({amount(allowed)} {reading.unit} from {amount(reading.upper_limit)})"
    )
    comparison = condition.comparison
    inputs: dict[str, object] = {"reading": plain(reading), "factor": amount(limit.number), "personal": limit.personal}
    match beyond(bounds_of(reading), comparison=comparison, limit=exactly(allowed)):
        case FindingOutcome.BREACH:
            return breach(f"{value_on(reading)} is {BREACH_WORDS[comparison]} {words}.", **inputs)
        case FindingOutcome.CLEAR:
            return clear(f"{value_on(reading)} is {CLEAR_WORDS[comparison]} {words}.", **inputs)
        case FindingOutcome.CANNOT_TELL:
            return cannot_tell(f"{value_on(reading)} cannot be compared with {words}.", **inputs)
