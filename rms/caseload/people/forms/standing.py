"""What stops or ends follow-up, and what takes it up again: a death, its reversal, a pause, an end; each with why."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec

from rms.caseload.people.words import OUTCOMES
from rms.dates import PartialDate
from rms.errors import BadInput
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import Fault, Field, Form
from rms.web.submitted import Submitted

SURE: Final[Mapping[str, str]] = {
    "formal": "Formally: from the register, a certificate, or a hospital or GP record",
    "informal": "Informally: a call, a relative, a letter that came back",
}
#: How a named person may end a plan by hand; a death has a page of its own.
ENDINGS: Final[Mapping[str, str]] = {code: words for code, words in OUTCOMES.items() if code != "died"}


class DeathTold(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody died, as far as we were told."""

    sure: str
    source: str
    died_on: PartialDate | None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why."""

    why: str


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a plan stands still, and why."""

    until: date
    why: str


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a plan ends, and why."""

    outcome: str
    why: str


_WHY = a_text(missing="Say why in a few words", label="The reason", longest=300)
REASON = Form(Reason, why=_WHY)
ENDING = Form(Ending, outcome=a_choice(tuple(ENDINGS), missing="Choose how it ends"), why=_WHY)


def pause_form(*, today: date) -> Form[Pause]:
    """The form of a pause, which ends on a day ahead."""
    until = a_date(label="The day the pause ends", missing="Enter the day the pause ends",
                   not_before=today + timedelta(days=1))  # fmt: skip
    return Form(Pause, until=until, why=_WHY)


def death_form(*, today: date, born: PartialDate) -> Form[DeathTold]:
    """The form of a death; it lies between the birth and today."""
    return Form(
        DeathTold,
        sure=a_choice(tuple(SURE), missing="Choose how we were told"),
        source=a_text(missing="Enter who told us, for example: His wife", label="Who told us", longest=100),
        died_on=_partial_date(today=today, born=born),
    )


def _partial_date(*, today: date, born: PartialDate) -> Field:
    """A day, a month of a year, or a year; empty when nothing is known."""

    def read(sent: Submitted, name: str) -> PartialDate | None:
        day, month, year = (sent.one(f"{name}-{part}") for part in ("day", "month", "year"))
        if not (day or month or year):
            return None
        if not year or (day and not month):
            raise Fault(
                "The date must have a year, and a month if it has a day", parts=("month",) if year else ("year",)
            )
        try:
            text = "-".join(filter(None, (year, month.zfill(2) if month else "", day.zfill(2) if day else "")))
            found = PartialDate.parse(text)
        except BadInput:
            raise Fault(
                "The date must be a real one, for example 27 3 2027, or 3 2027, or 2027", parts=("day",)
            ) from None
        if found.earliest > today:
            raise Fault("The date must be today or in the past", parts=("day", "month", "year"))
        if found.latest < born.earliest:
            raise Fault("The date must be after the date of birth", parts=("day", "month", "year"))
        return found

    return Field(read=read)
