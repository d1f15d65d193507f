"""What is typed to find a person: an NHS number, or the start of a name."""

import msgspec

from rms.errors import BadInput
from rms.nhs_number import BETWEEN, NhsNumber
from rms.people.names import fold
from rms.web.fields import parsed_by
from rms.web.forms import Form

SHORTEST = 2


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Either an NHS number, or the folded start of a name, family name first."""

    nhs_number: str | None = None
    name_key: str = ""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """The search of `/people`."""

    wanted: Wanted


def read_wanted(text: str) -> Wanted:
    """Read what was typed. BadInput, with a sentence, for a wrong NHS number or too little of a name."""
    if BETWEEN.sub("", text).isdigit():
        return Wanted(nhs_number=str(NhsNumber.parse(text)))
    key = fold(text)
    if len(key) < SHORTEST:
        raise BadInput(f"Enter at least {SHORTEST} letters of the family name, or an NHS number")
    return Wanted(name_key=key)


SEARCH = Form(Search, wanted=parsed_by(read_wanted, missing="Enter a family name or an NHS number"))
