"""The NHS number as a value: ten digits, the last of which proves the other nine (modulus 11).

It only says whether a number can be one; whether it belongs to this person is asked elsewhere. Faults are sentences for
the person who typed it and never repeat the number, so that they can be logged.
"""

import re

import msgspec

from rms.errors import BadInput

LENGTH = 10
# What people and letters put between the groups: any white space, hyphens and dashes.
BETWEEN = re.compile(r"[\s\u00ad\u2010-\u2015-]+")
DIGITS = re.compile(r"[0-9]+", re.ASCII)


class NhsNumber(msgspec.Struct, frozen=True, order=True):
    """Ten digits with a right check digit; made with `parse`. `str()` gives the bare digits."""

    digits: str

    def __post_init__(self) -> None:
        if (fault := fault_in(self.digits)) or len(self.digits) != LENGTH:
            raise ValueError(fault or "The digits of an NHS number are kept without spaces.")

    def __str__(self) -> str:
        return self.digits

    def __repr__(self) -> str:
        return f"NhsNumber(…{self.digits[-3:]})"  # a repr ends up in places where a person's number must not

    @classmethod
    def parse(cls, text: str) -> "NhsNumber":
        """Read a number as people write it, with spaces or hyphens. BadInput, with a sentence, if it cannot be one."""
        if fault := fault_in(text):
            raise BadInput(fault)
        return cls(BETWEEN.sub("", text))

    @property
    def shown(self) -> str:
        """The number in groups of 3, 3 and 4, as it stands on letters and pages."""
        return f"{self.digits[:3]} {self.digits[3:6]} {self.digits[6:]}"

    @property
    def is_for_tests(self) -> bool:
        """Whether it lies in the range from 999 that is never given to a person."""
        return self.digits.startswith("999")


def fault_in(text: str) -> str | None:
    """Say in a sentence why a text cannot be an NHS number; None when it can."""
    digits = BETWEEN.sub("", text)
    if not DIGITS.fullmatch(digits):
        return "An NHS number has digits only." if digits else "No NHS number was given."
    if len(digits) != LENGTH:
        return f"An NHS number has 10 digits; this has {len(digits)}."
    if len(set(digits)) == 1:
        return "An NHS number is never the same digit ten times."
    if check_digit(digits[:9]) != int(digits[9]):
        return "The last digit does not fit the others, so one of them is wrong."
    return None


def check_digit(nine: str) -> int | None:
    """Give the tenth digit for nine others; None when the sum asks for a 10, and no NHS number starts with them."""
    remainder = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    digit = (11 - remainder) % 11
    return None if digit == LENGTH else digit
