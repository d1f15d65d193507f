"""Published doubling times and velocities, to the last digit they are printed with."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from rms.alerts.model import Facts, FindingOutcome, Reading
from rms.alerts.rules import as_of, evaluate
from rms.alerts.rules.kinetics import doubling_months, points_of, velocity_per_year
from rms.dates import add_months
from rms.plans.protocol import load_library


def test_two_points_sixteen_months_apart() -> None:
    months = doubling_months([(0, 4), (16, 5)])
    assert months is not None
    assert f"{months:.2f}" == "49.70"


def test_the_same_by_the_calendar() -> None:
    months = doubling_months(points_of([(date(2009, 1, 1), Decimal(4)), (date(2010, 5, 1), Decimal(5))]))
    assert months is not None
    assert f"{months:.2f}" == "49.50"


def test_a_series_that_doubles_every_six_months() -> None:
    assert doubling_months([(0, 0.2), (6, 0.4), (12, 0.8)]) == pytest.approx(6.0, abs=1e-9)


def test_a_regression() -> None:
    series = [(0, 0.10), (3, 0.15), (6, 0.20), (9, 0.35)]
    months, per_year = doubling_months(series), velocity_per_year(series)
    assert months is not None
    assert f"{months:.3f} {per_year:.3f}" == "5.140 0.320"


def test_what_does_not_rise_does_not_double() -> None:
    assert doubling_months([(0, 0.4), (6, 0.4)]) is None
    assert doubling_months([(0, 0.8), (6, 0.4)]) is None
    assert doubling_months([(0, 0.4)]) is None
    assert doubling_months([(3, 0.4), (3, 0.9)]) is None


def test_a_nadir_of_1_2_fails_at_3_2() -> None:
    rule = load_library()["prostate-after-radiotherapy"].rule("psa-nadir-plus-2")
    assert rule is not None

    def outcome(latest: str) -> FindingOutcome:
        series = (("2026-06-01", "1.9"), ("2026-12-01", "1.2"), ("2027-06-01", latest))
        readings = tuple(
            Reading(analyte="psa", number=Decimal(v), unit="ug/L", sample_on=date.fromisoformat(on), ref=on)
            for on, v in series
        )
        anchors = {"end_of_treatment": date(2026, 1, 1)}
        return evaluate(rule, Facts(today=date(2027, 7, 1), readings=readings, anchors=anchors)).outcome

    assert outcome("3.2") is FindingOutcome.BREACH
    assert outcome("3.1999") is FindingOutcome.CLEAR


@pytest.mark.test_data
def test_a_hundred_courses_after_radiotherapy_fail_where_others_say(test_data: Path) -> None:
    rule = load_library()["prostate-after-radiotherapy"].rule("psa-nadir-plus-2")
    assert rule is not None
    with (test_data / "numeric" / "psa_postrt_expected.csv").open() as file:
        expected = {row["ID"]: row for row in csv.DictReader(file)}
    courses: dict[str, list[Decimal]] = {}
    with (test_data / "numeric" / "psa_postrt_series.csv").open() as file:
        for row in csv.DictReader(file):
            courses.setdefault(row["ID"], []).append(Decimal(row["psa"]))
    assert len(courses) == len(expected) == 100
    started = date(2000, 1, 1)
    for key, values in courses.items():
        readings = tuple(
            # One reading a month keeps the order of the series and gives every reading a day of its own.
            Reading(analyte="psa", number=v, unit="ug/L", sample_on=add_months(started, i + 1), ref=str(i))
            for i, v in enumerate(values)
        )
        facts = Facts(today=date(2020, 1, 1), readings=readings, anchors={"end_of_treatment": started})
        failures = [
            index
            for index, reading in enumerate(readings, start=1)
            if evaluate(rule, as_of(facts, day=reading.sample_on)).outcome is FindingOutcome.BREACH
        ]
        first = expected[key]["phoenix_index"]
        assert (str(failures[0]) if failures else "") == first, msgspec.json.encode(facts.readings)
