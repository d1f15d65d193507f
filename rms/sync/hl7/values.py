"""Is this text a number? Yes beyond doubt, or a reason why a person must read it; never a number by luck.

A number is ASCII digits with at most one decimal point, perhaps a minus sign, perhaps one comparator before it, and nothing
else. Everything that needs knowledge of the sender (`0.10*`, `1,5`, `5.9 (raised)`, `1.2e3`) is for a person.
"""

from decimal import Decimal

import msgspec

from rms.results.model import Comparator

MOST_DIGITS = 18
SHOWN_CHARACTERS = 60
_COMPARATORS = {
    "<": Comparator.BELOW,
    ">": Comparator.ABOVE,
    "<=": Comparator.AT_MOST,
    ">=": Comparator.AT_LEAST,
    "≤": Comparator.AT_MOST,
    "≥": Comparator.AT_LEAST,
    "": Comparator.EXACT,
}


class ReadValue(msgspec.Struct, frozen=True):
    """A number with its comparator, or None and the reason in a sentence."""

    number: Decimal | None
    comparator: Comparator = Comparator.EXACT
    not_understood: str = ""


def refused(because: str) -> ReadValue:
    """A value that a person must read."""
    return ReadValue(None, Comparator.EXACT, because)


def understand_value(text: str) -> ReadValue:
    """Read one value as a laboratory writes it."""
    trimmed = text.strip()
    if _is_plain_number(trimmed):
        return ReadValue(Decimal(trimmed))
    if not trimmed:
        return refused("There is no value.")
    if trimmed == '""':
        return refused("The sender deletes the value.")
    length = 2 if trimmed[:2] in ("<=", ">=") else 1
    sign, rest = trimmed[:length], trimmed[length:].strip()
    if sign in _COMPARATORS and _is_plain_number(rest):
        return ReadValue(Decimal(rest), _COMPARATORS[sign])
    return refused(_why_not(trimmed))


def structured_value(parts: list[str]) -> ReadValue:
    """Read an HL7 structured numeric (SN): comparator, number, separator, number. Only one number with a comparator is one."""
    comparator, first, separator, second = ([*(part.strip() for part in parts), "", "", "", ""])[:4]
    if separator or second:
        return refused(f"“{_shown('^'.join(parts))}” is a range, ratio or category.")
    sign = "" if comparator == "=" else comparator
    if sign not in _COMPARATORS:
        return refused(f"“{_shown(comparator)}” is not a comparator we know.")
    if not _is_plain_number(first):
        return refused(_why_not(first) if first else "There is no value.")
    return ReadValue(Decimal(first), _COMPARATORS[sign])


def _is_plain_number(text: str) -> bool:
    """Digits, perhaps a point with a digit after it, perhaps a minus before it; ASCII only, and not absurdly long."""
    digits = text[1:] if text[:1] == "-" else text
    whole, point, fraction = digits.partition(".")
    if not digits.isascii() or len(digits) > MOST_DIGITS:
        return False
    return (
        (whole.isdigit() and fraction.isdigit())
        or (whole.isdigit() and not point)
        or (not whole and fraction.isdigit())
    )


def _why_not(text: str) -> str:
    shown = f"“{_shown(text)}”"
    if not any(letter.isnumeric() for letter in text):
        return f"{shown} is not a number."
    if not text.isascii() and any(letter.isdigit() and not letter.isascii() for letter in text):
        return f"{shown} is written with unusual digits."
    if "," in text:
        return f"{shown} has a comma, which may be a decimal point or a thousands mark."
    if len(text) > MOST_DIGITS and _is_plain_number(text[:MOST_DIGITS].rstrip(".")):
        return f"{shown} has more digits than any result."
    return f"{shown} is not just a number."


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN_CHARACTERS else flat[:SHOWN_CHARACTERS] + "…"
