"""Codes and units: in a table, or held with a reason."""

from datetime import date
from decimal import Decimal

import pytest

from rms.alerts.analytes import ANALYTES
from rms.results.model import Code, Comparator, ObservationStatus, Quantity
from rms.results.units import (
    CONVERSIONS,
    DEFAULT_CODES,
    Held,
    Known,
    MappedCode,
    code_map,
    meaning,
    normalised_unit,
    suggested,
    to_stored,
)

DAY = date(2027, 3, 1)
PSA = Code(code="2857-1", text="Prostate specific Ag [Mass/volume] in Serum or Plasma", system="LN")


@pytest.mark.parametrize(
    ("analyte", "number", "unit", "stored"),
    [
        ("psa", "0.12", "ug/L", "0.12 ug/L"),
        ("psa", "0.12", "µg/L", "0.12 ug/L"),
        ("psa", "0.12", "μg/l", "0.12 ug/L"),
        ("psa", "0.12", "NG/ML", "0.12 ug/L"),
        ("psa", "0.12", " ng/ml ", "0.12 ug/L"),
        ("psa", "0.12", "Ug/L", "0.12 ug/L"),
        ("psa", "0.12", "ng/ML", "0.12 ug/L"),
        ("cea", "3", "ng/mL", "3 ug/L"),
        ("afp", "5", "kU/L", "5 kU/L"),
        ("afp", "5", "IU/mL", "5 kU/L"),
        ("haemoglobin", "13.5", "g/dL", "135.0 g/L"),
    ],
)
def test_a_known_unit_is_stored_in_ours(analyte: str, number: str, unit: str, stored: str) -> None:
    found = to_stored(Decimal(number), unit, analyte=analyte)
    assert isinstance(found, Quantity)
    assert str(found) == stored


@pytest.mark.parametrize(
    ("analyte", "unit", "because"),
    [
        ("psa", "", "without a unit"),
        ("psa", "  ", "without a unit"),
        ("psa", "ng/dL", "not one we know"),
        ("psa", "UGL", "not one we know"),
        ("psa", "mg/L", "not one we know"),
        ("psa", "kU/L", "not the quantity"),
        ("psa", "g/L", "not the quantity"),
        ("afp", "ug/L", "not the quantity"),
        ("mammogram", "ug/L", "not the quantity"),
    ],
)
def test_anything_else_is_held_with_its_reason(analyte: str, unit: str, because: str) -> None:
    found = to_stored(Decimal(1), unit, analyte=analyte)
    assert isinstance(found, Held)
    assert because in found.because


def test_the_comparator_stays_with_the_number() -> None:
    found = to_stored(Decimal("0.1"), "ng/mL", analyte="psa", comparator=Comparator.BELOW)
    assert str(found) == "<0.1 ug/L"


def test_the_tables_end_in_the_units_we_store() -> None:
    for (analyte, unit), (stored, factor) in CONVERSIONS.items():
        assert normalised_unit(unit) == unit
        assert factor > 0
        assert analyte not in ANALYTES or ANALYTES[analyte].unit == stored
    assert set(DEFAULT_CODES.values()) <= set(ANALYTES)


@pytest.mark.parametrize(
    "code",
    [
        PSA,
        Code(code="2857-1", text="", system="http://loinc.org"),
        Code(code="35741-8", text="PSA", system="LN"),
        Code(code="83112-3", text="Total PSA", system="2.16.840.1.113883.6.1"),
        Code(code="1000381000000105", text="Serum PSA (prostate specific antigen) level", system="SCT"),
        Code(code="1030791000000100", text="Prostate specific antigen mass concentration in serum", system="SCT"),
        Code(code="35741-8", text="PSA, 3rd generation", system="LN"),
    ],
)
def test_a_default_code_is_known(code: Code) -> None:
    found = meaning([code], sampled_on=DAY)
    assert isinstance(found, Known)
    assert found.analyte == "psa"


@pytest.mark.parametrize(
    ("codes", "because"),
    [
        ([], "No one has said"),
        ([Code(code="PSA", text="PSA", system="WinPath")], "No one has said"),
        ([Code(code="2857-1", text="PSA", system="")], "No one has said"),
        ([Code(code="10886-0", text="Free PSA", system="LN")], "No one has said"),
        ([Code(code="2857-1", text="CA 125", system="LN")], "names another test"),
        ([Code(code="2857-1", text="CEA", system="LN")], "names another test"),
        ([Code(code="2857-1", text="Free PSA", system="LN")], "is another test"),
        ([Code(code="2857-1", text="PSA free/total ratio", system="LN")], "is another test"),
        ([Code(code="2857-1", text="PSA ratio, new method", system="LN")], "is another test"),
        ([Code(code="2857-1", text="PSAratio", system="LN")], "is another test"),
        ([Code(code="2857-1", text="PSA ratios", system="LN")], "is another test"),
        ([Code(code="2857-1", text="Ferritin level", system="LN")], "names another test"),
        ([Code(code="2857-1", text="Sodium", system="LN")], "does not say so"),
        ([PSA, Code(code="X", text="CA125", system="L")], "names another test"),
        ([PSA, Code(code="2039-6", text="CEA", system="LN")], "different tests"),
    ],
)
def test_a_code_we_cannot_be_sure_of_is_held(codes: list[Code], because: str) -> None:
    found = meaning(codes, sampled_on=DAY)
    assert isinstance(found, Held)
    assert because in found.because


@pytest.mark.parametrize(
    ("text", "analyte"),
    [
        ("PSA, 3rd generation", "psa"),
        ("Prostate specific antigen concentration", "psa"),
        ("CEA mass concentration", "cea"),
        ("PSA ratio", None),
        ("Free PSA", None),
        ("Free:total PSA ratio (new)", None),
    ],
)
def test_words_that_only_contain_another_word_are_still_asked_about(text: str, analyte: str | None) -> None:
    assert suggested([Code(code="L1", text=text, system="L")]) == analyte


def test_a_senders_map_says_what_its_codes_mean_and_when() -> None:
    senders = code_map(
        [
            MappedCode(
                code="ZPSA", system="WinPath", analyte="psa", from_on=date(2026, 1, 1), until_on=date(2027, 6, 30)
            ),
            MappedCode(code="creatinine", analyte=None),
        ]
    )
    local = [Code(code="ZPSA", text="PSA monitoring", system="WINPATH")]
    assert meaning(local, senders=senders, sampled_on=DAY) == Known(analyte="psa", because="by the sender's map")
    assert isinstance(meaning(local, senders=senders, sampled_on=date(2027, 7, 1)), Held)
    assert isinstance(meaning(local, senders=senders, sampled_on=None), Held)
    assert isinstance(meaning([Code(code="ZPSA", text="CEA", system="WinPath")], senders=senders, sampled_on=DAY), Held)
    by_text = meaning([Code(code="", text="Creatinine", system="")], senders=senders, sampled_on=DAY)
    assert isinstance(by_text, Known)
    assert by_text.analyte is None


def test_a_map_against_the_default_is_held() -> None:
    senders = code_map([MappedCode(code="L1", system="L", analyte="cea")])
    assert isinstance(meaning([PSA, Code(code="L1", system="L")], senders=senders, sampled_on=DAY), Held)


def test_statuses_say_what_may_be_judged_and_what_takes_back() -> None:
    assert "".join(status for status in ObservationStatus if status.is_final) == "FCU"
    assert "".join(status for status in ObservationStatus if status.takes_back) == "XDW"
