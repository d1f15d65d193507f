"""Reading telephone numbers and addresses the way people write them.

Only what can be used is given back: a UK number in the international form, an address with an at sign and a domain.
Anything else is refused with a sentence; nothing is completed or guessed.
"""

import re

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.people.model import ContactKind, ContactPoint, ContactSource

_FILLERS = re.compile(r"[\s().\-‐‑–]+")
_UK_NUMBER = re.compile(r"(?:\+44|0044|0)(\d{9,10})")
_EMAIL = re.compile(r"[^@\s<>,;]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+")


def uk_number(text: str) -> str:
    """Read a UK telephone number and give it as `+44…`; BadInput says what is wrong with it."""
    digits = _FILLERS.sub("", text.replace("+44(0)", "+44").replace("+44 (0)", "+44"))
    if re.fullmatch(r"7\d{9}", digits):
        raise BadInput("This telephone number lost its leading zero: format the column as text and type it again.")
    match = _UK_NUMBER.fullmatch(digits)
    if match is None or match[1].startswith("0"):
        raise BadInput("This is not a UK telephone number: write it as 07700 900123 or +44 7700 900123.")
    if match[1].startswith("7") and len(match[1]) != 10:
        raise BadInput("This mobile number has the wrong number of digits.")
    return f"+44{match[1]}"


def is_mobile(number: str) -> bool:
    """Say whether a number in the international form can receive texts; 070 and 076 are forwarding and pagers."""
    return bool(re.fullmatch(r"\+447(?:[1-57-9]\d{8}|624\d{6})", number))


def telephone(
    text: str, *, source: ContactSource = ContactSource.REGISTER, as_of: PartialDate | None = None
) -> ContactPoint:
    """Read a number as a mobile or a landline; BadInput says what is wrong with it."""
    number = uk_number(text)
    kind = ContactKind.MOBILE if is_mobile(number) else ContactKind.PHONE
    return ContactPoint(kind=kind, value=number, source=source, as_of=as_of)


def email(text: str) -> str:
    """Read an email address; BadInput when it cannot be one. The domain is folded to lower case, the rest is kept."""
    address = text.strip()
    if not _EMAIL.fullmatch(address) or len(address) > 254:
        raise BadInput("This is not an email address.")
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def as_read_out(number: str) -> str:
    """A number as one reads it out: a UK one with its zero, in two groups; any other as it is."""
    return f"0{number[3:7]} {number[7:]}" if number.startswith("+44") else number
