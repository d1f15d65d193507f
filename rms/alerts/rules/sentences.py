"""The words of findings: plain English, the value as it was reported, the unit every time, the date in full."""

from datetime import date
from decimal import Decimal

from rms.alerts.analytes import name_of
from rms.alerts.model import Comparator, Comparison, Reading

COMPARATOR_WORDS = {
    Comparator.EXACT: "",
    Comparator.BELOW: "less than ",
    Comparator.AT_MOST: "at most ",
    Comparator.ABOVE: "more than ",
    Comparator.AT_LEAST: "at least ",
}
BREACH_WORDS = {
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at or above",
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at or below",
}
CLEAR_WORDS = {
    Comparison.ABOVE: "not above",
    Comparison.AT_LEAST: "below",
    Comparison.BELOW: "not below",
    Comparison.AT_MOST: "above",
}


def day(on: date) -> str:
    """3 March 2027"""
    return f"{on.day} {on:%B %Y}"


def amount(number: Decimal) -> str:
    """A number without exponent, never rounded, with the digits it was given."""
    return f"{number:f}"


def value(reading: Reading) -> str:
    """less than 0.1 ug/L"""
    return f"{COMPARATOR_WORDS[reading.comparator]}{amount(reading.number)} {reading.unit}"


def value_on(reading: Reading) -> str:
    """PSA 0.31 ug/L on 3 March 2027"""
    return f"{name_of(reading.analyte)} {value(reading)} on {day(reading.sample_on)}"


def whose(*, personal: bool, noun: str = "limit") -> str:
    """A personal limit is named as such, so that nobody looks for it in the protocol."""
    return f"this person's {noun}" if personal else f"the {noun}"


def count(number: int, noun: str) -> str:
    """1 reading, 2 readings"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
