"""What must hold of rules for any series: order of arrival is nothing, and a worse value never lowers a finding."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rms.alerts.model import Comparator, Comparison, Facts, FindingOutcome, Reading
from rms.alerts.rules import Rule, evaluate
from rms.alerts.rules.bounds import beyond, bounds_of, exactly
from rms.plans.protocol import load_library

ANCHOR = date(2026, 1, 1)
RULES = [
    rule
    for protocol in load_library().values()
    for rule in protocol.rules
    if getattr(rule.when, "unit", None) == "ug/L"
]
_SHELL = {
    "title": "A rule",
    "owner_role": "nurse_specialist",
    "response": "Look at it.",
    "patient_words": "We will call.",
}
RULES += [
    msgspec.convert({"key": when["kind"].replace("_", "-"), "alert": "look_soon", "when": when, **_SHELL}, Rule)
    for when in (
        {
            "kind": "percent_rise",
            "percent": {"value": 25, "source": "s"},
            "within_days": {"value": 183, "source": "s"},
            "analyte": "psa",
            "unit": "ug/L",
        },
        {
            "kind": "doubling_time",
            "shorter_than_months": {"value": 12, "source": "s"},
            "least_points": {"value": 3, "source": "s"},
            "least_value": {"value": 1, "source": "s"},
            "least_span_days": {"value": 60, "source": "s"},
            "analyte": "psa",
            "unit": "ug/L",
        },
        {
            "kind": "velocity",
            "per_year": {"value": "0.75", "source": "s"},
            "least_points": {"value": 3, "source": "s"},
            "least_span_days": {"value": 60, "source": "s"},
            "analyte": "psa",
            "unit": "ug/L",
        },
    )
]
CONFIRMED = [rule for rule in RULES if rule.key in ("psa-above-limit", "cea-above-limit")]

numbers = st.decimals(min_value=0, max_value=30, places=2, allow_nan=False)


@st.composite
def series(draw: st.DrawFn) -> tuple[Reading, ...]:
    days = draw(st.lists(st.integers(1, 900), min_size=1, max_size=7))
    return tuple(
        Reading(
            analyte="psa",
            number=draw(numbers),
            unit="ug/L",
            sample_on=ANCHOR + timedelta(days=day),
            ref=f"r{index}",
            comparator=draw(st.sampled_from([*[Comparator.EXACT] * 4, *Comparator])),
        )
        for index, day in enumerate(days)
    )


def facts_of(readings: tuple[Reading, ...], rule: Rule, today: date) -> Facts:
    analyte: str = rule.when.analyte  # type: ignore[union-attr]
    ours = tuple(msgspec.structs.replace(reading, analyte=analyte) for reading in readings)
    return Facts(today=today, readings=ours, anchors={"end_of_treatment": ANCHOR, "surgery": ANCHOR})


todays = st.integers(900, 1000).map(lambda days: ANCHOR + timedelta(days=days))


@given(readings=series(), today=todays, rule=st.sampled_from(RULES), chance=st.randoms())
def test_order_of_arrival_is_nothing(readings: tuple[Reading, ...], today: date, rule: Rule, chance: object) -> None:
    shuffled = list(readings)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert evaluate(rule, facts_of(tuple(shuffled), rule, today)) == evaluate(rule, facts_of(readings, rule, today))


@given(readings=series(), today=todays, rule=st.sampled_from(RULES), more=numbers)
def test_a_worse_latest_value_never_lowers_a_finding(
    readings: tuple[Reading, ...], today: date, rule: Rule, more: Decimal
) -> None:
    latest = max(readings, key=lambda reading: (reading.sample_on, reading.ref))
    worse = msgspec.structs.replace(latest, number=latest.number + more)
    changed = tuple(worse if reading is latest else reading for reading in readings)
    before = evaluate(rule, facts_of(readings, rule, today))
    assert evaluate(rule, facts_of(changed, rule, today)).weight >= before.weight


@given(readings=series(), today=todays, rule=st.sampled_from(CONFIRMED), more=numbers, which=st.integers(0, 6))
def test_a_worse_value_anywhere_never_lowers_a_confirmed_limit(
    readings: tuple[Reading, ...], today: date, rule: Rule, more: Decimal, which: int
) -> None:
    chosen = readings[which % len(readings)]
    worse = msgspec.structs.replace(chosen, number=chosen.number + more)
    changed = tuple(worse if reading is chosen else reading for reading in readings)
    before = evaluate(rule, facts_of(readings, rule, today))
    assert evaluate(rule, facts_of(changed, rule, today)).weight >= before.weight


@given(readings=series(), rule=st.sampled_from(RULES), today=todays)
def test_nothing_changes_before_the_day_to_look_again(readings: tuple[Reading, ...], rule: Rule, today: date) -> None:
    finding = evaluate(rule, facts_of(readings, rule, today))
    until = finding.look_again_on or today + timedelta(days=60)
    last = evaluate(rule, facts_of(readings, rule, until - timedelta(days=1)))
    assert (last.outcome, last.kind) == (finding.outcome, finding.kind)
    if finding.look_again_on:
        assert evaluate(rule, facts_of(readings, rule, until)).weight > finding.weight


@given(
    number=numbers,
    limit=numbers,
    comparator=st.sampled_from(Comparator),
    comparison=st.sampled_from(Comparison),
    true_value=st.decimals(min_value=0, max_value=40, places=3, allow_nan=False),
)
def test_bounds_never_say_surely_what_a_possible_value_contradicts(
    number: Decimal, limit: Decimal, comparator: Comparator, comparison: Comparison, true_value: Decimal
) -> None:
    reading = Reading(analyte="psa", number=number, unit="ug/L", sample_on=ANCHOR, ref="r", comparator=comparator)
    possible = {
        Comparator.EXACT: true_value == number,
        Comparator.BELOW: true_value < number,
        Comparator.AT_MOST: true_value <= number,
        Comparator.ABOVE: true_value > number,
        Comparator.AT_LEAST: true_value >= number,
    }[comparator]
    if not possible and comparator is not Comparator.EXACT:
        return
    value = number if comparator is Comparator.EXACT else true_value
    truly = {
        Comparison.ABOVE: value > limit,
        Comparison.AT_LEAST: value >= limit,
        Comparison.BELOW: value < limit,
        Comparison.AT_MOST: value <= limit,
    }[comparison]
    said = beyond(bounds_of(reading), comparison=comparison, limit=exactly(limit))
    assert said is not (FindingOutcome.CLEAR if truly else FindingOutcome.BREACH)
    if comparator is Comparator.EXACT:
        assert said is not FindingOutcome.CANNOT_TELL
