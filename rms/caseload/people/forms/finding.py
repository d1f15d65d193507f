"""What is typed to find a person: an NHS number, a hospital number, a date of birth, or a name."""

import re
from datetime import date

import msgspec

from rms.errors import BadInput
from rms.nhs_number import BETWEEN, NhsNumber
from rms.people.names import fold
from rms.web.fields import a_date, parsed_by
from rms.web.forms import Fault, Form
from rms.web.submitted import Submitted

SHORTEST = 2
_DATE = re.compile(r"(\d{1,2})(?:[ ./-]+)(\d{1,2}|[A-Za-z]{3,9})(?:[ ./-]+)(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_BORN = a_date(label="The date of birth")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One of them is set. `name_key` is the folded name as typed: any part of it first, the family name as a rule."""

    nhs_number: str | None = None
    hospital_number: str | None = None
    born_on: date | None = None
    name_key: str = ""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """The search of `/people`."""

    wanted: Wanted


def read_wanted(text: str) -> Wanted:
    """Read what was typed. BadInput, with a sentence, for a wrong NHS number, no real date or too little of a name."""
    born_on = _born(text)
    if born_on is not None:
        return Wanted(born_on=born_on)
    together = BETWEEN.sub("", text)
    if together.isdigit() and len(together) == len("9991234567"):
        return Wanted(nhs_number=str(NhsNumber.parse(text)))
    if any(letter.isdigit() for letter in together):
        return Wanted(hospital_number=" ".join(text.split()))
    key = fold(text)
    if len(key) < SHORTEST:
        raise BadInput(f"Enter at least {SHORTEST} letters of the name, a number or a date of birth")
    return Wanted(name_key=key)


def _born(text: str) -> date | None:
    """The date that was typed: `3 4 1950`, `3/4/1950`, `3 April 1950` or `1950-04-03`; None when it is none."""
    found = _DATE.fullmatch(text)
    iso = _ISO.fullmatch(text)
    if found is None and iso is None:
        return None
    parts = found.groups() if found else iso.groups()[::-1] if iso else ()
    boxes = zip(("day", "month", "year"), parts, strict=True)
    try:
        born = _BORN.read(Submitted(pairs=tuple((f"born-{part}", value) for part, value in boxes)), "born")
    except Fault as fault:
        raise BadInput(fault.message) from fault
    return born if isinstance(born, date) else None


SEARCH = Form(Search, wanted=parsed_by(read_wanted, missing="Enter a name, an NHS number or a date of birth"))
