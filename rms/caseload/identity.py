"""The bar that says who a page is about, on top of every page about one person and never on a list.

Its order is fixed: family name, given name (title); born, with age; sex; NHS number.
"""

from datetime import date

import msgspec

from rms.caseload.words import day, in_words, number
from rms.dates import age_on
from rms.people.names import full_name
from rms.people.store import PersonOnFile


class IdentityBar(msgspec.Struct, frozen=True, kw_only=True):
    """`components/identity.html`. `warnings` are what must not be overlooked; `href` leads to the person's page."""

    name: str
    born: str
    sex: str
    nhs_number: str
    href: str
    warnings: tuple[str, ...]


def identity_bar(person: PersonOnFile, *, today: date) -> IdentityBar:
    """Who this is, as of `today`."""
    warnings = (
        {None: "", "formal": "Has died", "informal": "May have died: not confirmed yet"}[person.death_state],
        f"No messages: {person.messages_stopped_why}" if person.messages_stopped_at else "",
        "Restricted record: address and telephone are withheld on purpose" if person.restricted else "",
        "No NHS number yet: compare name and date of birth with care" if person.nhs_number is None else "",
    )
    return IdentityBar(
        name=full_name(person.name),
        born=born_words(person.born_text, today=today),
        sex=in_words(person.sex),
        nhs_number=number(person.nhs_number),
        href=f"/people/{person.ref}",
        warnings=tuple(filter(None, warnings)),
    )


def born_words(born_text: str, *, today: date) -> str:
    """A date of birth with the age behind it: `14 March 1948 (78y)`; a partial one as it is known."""
    if len(born_text) != len("1948-03-14"):
        return f"{born_text} (the day is not known)"
    born_on = date.fromisoformat(born_text)
    return f"{day(born_on)} ({age_on(today, born_on=born_on)}y)"
