"""What is typed about people who work here: a new one, a change, why a code is given, and several chosen at once."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from rms.people.model import Role
from rms.people.moves.working import Place
from rms.people.store import TeamOnFile
from rms.web.fields import a_choice, a_text, some_ticks
from rms.web.forms import FieldError, FieldErrors, Form
from rms.web.submitted import Submitted

LONGEST_NAME: Final = 80
#: Without a team these see nobody, so they are not let in without one.
NEEDS_A_TEAM: Final = frozenset({Role.NURSE_SPECIALIST, Role.SUPPORT_WORKER, Role.CONSULTANT, Role.TEAM_LEAD})


class Checked(StrEnum):
    """How whoever gives a code made sure who asks for it."""

    IN_PERSON = "in_person"
    CALLED_BACK = "called_back"
    VOUCHED = "vouched"


CHECKED_WORDS: Final[Mapping[Checked, str]] = {
    Checked.IN_PERSON: "I saw them, and I know them or saw their badge",
    Checked.CALLED_BACK: "I called them back on the number in our directory, and know their voice",
    Checked.VOUCHED: "Their manager, whom I know, stood beside them or confirmed it to me",
}


class WhatForSeveral(StrEnum):
    """What may be done with several people at once. Ending somebody's access is done one by one, on purpose."""

    CODES = "codes"
    BACK = "back"
    TEAM = "team"


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to let in."""

    display_name: str
    sign_in_name: str
    role: str


class ChangedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's name and role from now on."""

    display_name: str
    role: str


class CodeAsked(msgspec.Struct, frozen=True, kw_only=True):
    """How the identity was checked, and what there is to say about it."""

    checked: str
    note: str | None


class Several(msgspec.Struct, frozen=True, kw_only=True):
    """People by ref, and what is done with them."""

    chosen: tuple[str, ...]
    what: str
    team: str | None


_ROLE: Final = a_choice(tuple(Role), missing="Choose a role")

ADD: Final = Form(
    NewPerson,
    display_name=a_text(missing="Enter the name that colleagues see", label="The name", longest=LONGEST_NAME),
    sign_in_name=a_text(missing="Enter a sign-in name", label="The sign-in name", longest=100),
    role=_ROLE,
)
CHANGE: Final = Form(
    ChangedPerson,
    display_name=a_text(missing="Enter the name that colleagues see", label="The name", longest=LONGEST_NAME),
    role=_ROLE,
)
CODE: Final = Form(
    CodeAsked,
    checked=a_choice(tuple(Checked), missing="Choose how you made sure who asks"),
    note=a_text(label="The note", longest=500),
)


def several_form(refs: Collection[str], *, teams: Collection[str]) -> Form[Several]:
    """The form below the list, for the people who are on it."""
    return Form(
        Several,
        chosen=some_ticks(tuple(refs), missing="Choose at least one person"),
        what=a_choice(tuple(WhatForSeveral), missing="Choose what to do with them"),
        team=a_choice(tuple(teams)),
    )


def places_in(typed: Submitted, teams: Sequence[TeamOnFile]) -> dict[int, Place]:
    """Where somebody stands in each team, by its id; a team that is not named there is none of theirs."""
    named = {team.id: typed.one(f"team-{team.key}") for team in teams}
    return {team_id: Place(place) for team_id, place in named.items() if place in tuple(Place)}


def faults_of_places(role: str, places: Mapping[int, Place], teams: Sequence[TeamOnFile]) -> FieldErrors:
    """What is missing between a role and its teams."""
    if Role(role) not in NEEDS_A_TEAM or places:
        return FieldErrors()
    message = "Choose at least one team: without a team this role sees nobody"
    if not teams:
        message = "Add a team first: without a team this role sees nobody"
    return FieldErrors(all=(FieldError(field=f"team-{teams[0].key}" if teams else "role", message=message),))


def said(field: str, message: str) -> FieldErrors:
    """One fault at one field."""
    return FieldErrors(all=(FieldError(field=field, message=message),))
