"""What can be an NHS number, how it is read and how it is shown."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.errors import BadInput
from rms.nhs_number import NhsNumber, check_digit, fault_in

nines = st.integers(0, 99_999_999).map(lambda number: f"9{number:08}")


@pytest.mark.test_data
def test_numbers_of_others_are_told_apart(test_data: Path) -> None:
    numbers = json.loads((test_data / "identifiers" / "nhs-numbers.json").read_text(encoding="utf-8"))["synthetic_999"]
    assert len(numbers["valid"]) == len(numbers["invalid_check_digit"]) == 40
    assert [number for number in numbers["valid"] if fault_in(number)] == []
    assert [number for number in numbers["invalid_check_digit"] if not fault_in(number)] == []


@pytest.mark.parametrize(
    "text", ["999 000 0018", "9990000018", " 999-000-0018 ", "999\u00a0000\u20130018", "99 90 00 00 18"]
)
def test_spaces_and_hyphens_do_not_count(text: str) -> None:
    number = NhsNumber.parse(text)
    assert (str(number), number.shown) == ("9990000018", "999 000 0018")
    assert number.is_for_tests


FAULTS = {
    "": "No NHS number was given.",
    " - ": "No NHS number was given.",
    "999 000 001X": "An NHS number has digits only.",
    "９９９０００００１８": "An NHS number has digits only.",
    "999 000 001": "An NHS number has 10 digits; this has 9.",
    "999 000 00180": "An NHS number has 10 digits; this has 11.",
    "9999999999": "An NHS number is never the same digit ten times.",
    "0000000000": "An NHS number is never the same digit ten times.",
    "999 000 0019": "The last digit does not fit the others, so one of them is wrong.",
}


@pytest.mark.parametrize(("text", "sentence"), FAULTS.items())
def test_a_fault_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        NhsNumber.parse(text)
    assert str(refused.value) == sentence


def test_a_value_keeps_ten_bare_digits_only() -> None:
    for text in ("999 000 0018", "9990000019"):
        with pytest.raises(ValueError):
            NhsNumber(text)


def test_a_repr_does_not_give_the_number_away() -> None:
    assert "999000" not in repr(NhsNumber("9990000018"))


@given(nine=nines, place=st.integers(0, 8), shift=st.integers(1, 9))
def test_one_wrong_digit_is_always_found(nine: str, place: int, shift: int) -> None:
    last = check_digit(nine)
    if last is None:
        assert all(fault_in(f"{nine}{digit}") for digit in range(10))
        return
    wrong = nine[:place] + str((int(nine[place]) + shift) % 10) + nine[place + 1 :]
    assert fault_in(f"{wrong}{last}") is not None


@given(nine=nines, place=st.integers(0, 7))
def test_two_neighbours_changed_about_are_found(nine: str, place: int) -> None:
    changed = nine[:place] + nine[place + 1] + nine[place] + nine[place + 2 :]
    last = check_digit(nine)
    if changed != nine and last is not None:
        assert fault_in(f"{changed}{last}") is not None
