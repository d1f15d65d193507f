"""People found by a search, as strings."""

from collections.abc import Sequence
from datetime import date

import msgspec

from rms.caseload.identity import born_words
from rms.caseload.people.store import FoundPerson
from rms.caseload.words import number
from rms.people.model import PersonName
from rms.people.names import full_name
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())
_DEATH = {None: "", "formal": "Has died", "informal": "May have died: not confirmed yet"}


class FoundLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person found."""

    href: str
    name: str
    born: str
    nhs_number: str
    note: str


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/search.html`. `said` is empty before the first search; `add` leads on when nobody is found."""

    typed: Submitted = NOTHING_TYPED
    errors: FieldErrors = NO_ERRORS
    people: tuple[FoundLine, ...] = ()
    said: str = ""
    add: str | None = None


def present_found(
    people: Sequence[FoundPerson], *, nearly: bool = False, typed: Submitted, most: int, today: date
) -> SearchPage:
    """The people found, or the sentence that nobody was. `most` is how many a search gives at most.

    `nearly`: nobody is called what was typed, and these have a name like it.
    """
    if not people:
        said = "Nobody of your teams was found. Check the spelling, or search by NHS number or date of birth."
    elif nearly:
        said = f"Nobody’s name starts exactly like that. {len(people)} with a name like it, the nearest first."
    elif len(people) < most:
        said = f"{len(people)} found, by family name."
    else:
        said = f"{most} or more found; the first {most} by family name are shown. Type more of the name to see fewer."
    return SearchPage(typed=typed, people=tuple(_line(one, today=today) for one in people), said=said)


def _line(found: FoundPerson, *, today: date) -> FoundLine:
    return FoundLine(
        href=f"/people/{found.ref}",
        name=full_name(
            PersonName(family=found.family_name, given=tuple(found.given_names.split()), prefix=found.title)
        ),
        born=born_words(found.born_text, today=today),
        nhs_number=number(found.nhs_number),
        note=_DEATH[found.death_state],
    )
