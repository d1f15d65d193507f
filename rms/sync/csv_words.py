"""Single cells that mean one thing: an NHS number, a mobile number, yes or no, one word of a list.

Each function takes the text of a cell and gives the value, or raises BadInput with a sentence for whoever made
it.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from rms.errors import BadInput
from rms.nhs_number import NhsNumber
from rms.people.contact_points import is_mobile, uk_number

_E = TypeVar("_E", bound=StrEnum)


def nhs_number(text: str) -> NhsNumber:
    """Read an NHS number; nine digits are what a spreadsheet leaves of a number with a leading zero."""
    if re.fullmatch(r"\d{9}", text):
        raise BadInput("An NHS number has 10 digits; this has 9, so a leading zero may be lost: format it as text.")
    return NhsNumber.parse(text)


def mobile(text: str) -> str:
    """Read a UK mobile number in the international form."""
    number = uk_number(text)
    if not is_mobile(number):
        raise BadInput("This is not a mobile number: put it in the column Telephone.")
    return number


def postcode(text: str) -> str:
    """Read a UK postcode, with one space before its last three characters."""
    bare = re.sub(r"\s+", "", text).upper()
    if not re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", bare):
        raise BadInput("This is not a UK postcode.")
    return f"{bare[:-3]} {bare[-3:]}"


def ods_code(text: str) -> str:
    """Read the ODS code of an organisation."""
    if not re.fullmatch(r"[A-Za-z0-9]{3,10}", text):
        raise BadInput("This is not an ODS code, such as A81001.")
    return text.upper()


def language(text: str) -> str:
    """Read a language tag such as `en`, `cy` or `zh-Hant`."""
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", text):
        raise BadInput("Write the language as a code, such as en, cy, pl or ur.")
    return text


def yes_or_no(text: str) -> bool:
    """Read yes or no."""
    if text.casefold() not in ("yes", "no"):
        raise BadInput("Write yes or no.")
    return text.casefold() == "yes"


def word(words: type[_E]) -> Callable[[str], _E]:
    """Make a reader for one word of a list, however its case and spaces are typed."""

    def read(text: str) -> _E:
        try:
            return words("_".join(text.casefold().split()))
        except ValueError:
            listed = ", ".join(value.replace("_", " ") for value in words)
            raise BadInput(f"Write one of: {listed}.") from None

    return read
