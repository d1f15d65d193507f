"""Whether a message that nobody could match may be about a person. Pure; says yes when in doubt.

Matching asks for agreement in everything; this asks for agreement in anything: a number, the birth date, or a name. A
message that names nobody at all is no reason to stop: it stands in the list of unmatched messages for everybody.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec


class Stray(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an unmatched message names. `name_key` is the folded name, family name first; empty when none was sent.

    `anybody`: there are more such messages than can be compared, so it may be about everybody.
    """

    nhs_number: str | None = None
    born_on: date | None = None
    name_key: str = ""
    anybody: bool = False


def may_be_about(stray: Stray, row: Mapping[str, Any]) -> bool:
    """`row` has nhs_number, born_on and name_key of a person on file."""
    same_number = stray.nhs_number is not None and stray.nhs_number == row["nhs_number"]
    same_day = stray.born_on is not None and stray.born_on == row["born_on"]
    same_family = bool(stray.name_key) and stray.name_key.split()[0] == str(row["name_key"]).split(" ")[0]
    return stray.anybody or same_number or same_day or same_family
