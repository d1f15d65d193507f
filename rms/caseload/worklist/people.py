"""A person and an owner as a line of a list shows them. Pure. Lists have no identity bar; each line has enough to be sure."""

from datetime import date
from typing import Protocol
from uuid import UUID

import msgspec

from rms.caseload.identity import born_words
from rms.caseload.words import number
from rms.dates import PartialDate
from rms.messages.compose import day_in_words
from rms.people.model import PersonName
from rms.people.names import full_name

NOBODY_KNOWN = "Nobody known"


class HasPerson(Protocol):
    """A row with somebody's particulars; all None when nobody is known."""

    @property
    def person_ref(self) -> UUID | None: ...
    @property
    def family_name(self) -> str | None: ...
    @property
    def given_names(self) -> str | None: ...
    @property
    def title(self) -> str | None: ...
    @property
    def born_text(self) -> str | None: ...
    @property
    def nhs_number(self) -> str | None: ...


class PersonCell(msgspec.Struct, frozen=True, kw_only=True):
    """Who a line is about; `href` and the rest are None and empty when nobody is known."""

    name: str
    href: str | None
    born: str
    nhs_number: str


class OwnerCell(msgspec.Struct, frozen=True, kw_only=True):
    """Who has it; `warning` is set when they are away: then it says who covers, or that nobody does."""

    name: str
    warning: str
    is_uncovered: bool


def person_cell(row: HasPerson, *, today: date) -> PersonCell:
    """The person of a line."""
    if row.person_ref is None or row.family_name is None:
        return PersonCell(name=NOBODY_KNOWN, href=None, born="", nhs_number="")
    name = PersonName(family=row.family_name, given=tuple((row.given_names or "").split()), prefix=row.title)
    return PersonCell(
        name=full_name(name), href=f"/people/{row.person_ref}", born=born_words(row.born_text or "", today=today),
        nhs_number=number(row.nhs_number),
    )  # fmt: skip


def person_in_line(family_name: str | None, *, given_names: str | None) -> str:
    """A name as lists show it, or words for nobody."""
    if family_name is None:
        return NOBODY_KNOWN
    return full_name(PersonName(family=family_name, given=tuple((given_names or "").split())))


def known_by(born_text: str, *, nhs_number: str | None) -> str:
    """What tells two people of one name apart in a line: `born 3 April 1950, NHS number 999 000 0018`."""
    exact = PartialDate.parse(born_text).exact
    born = f"born {day_in_words(exact) if exact else born_text}"
    return f"{born}, NHS number {number(nhs_number)}" if nhs_number else f"{born}, no NHS number"


def owner_cell(
    *, owner_id: int | None, owner: str | None, away_until: date | None, covered_by: str | None, me: int
) -> OwnerCell:
    """The owner of a line."""
    if owner_id is None or owner is None:
        return OwnerCell(name="Nobody has taken it", warning="", is_uncovered=False)
    if owner_id == me:
        return OwnerCell(name="You", warning="", is_uncovered=False)
    if away_until is None:
        return OwnerCell(name=owner, warning="", is_uncovered=False)
    away = f"Away until {day_in_words(away_until)}"
    if covered_by is None:
        return OwnerCell(name=owner, warning=f"{away}: no cover", is_uncovered=True)
    return OwnerCell(name=owner, warning=f"{away}: {covered_by} covers", is_uncovered=False)
