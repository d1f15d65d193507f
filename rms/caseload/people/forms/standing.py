"""What stops or ends follow-up, and what takes it up again: a death, its reversal, a pause, an end; each with why."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from rms.caseload.people.words import OUTCOMES
from rms.dates import PartialDate
from rms.errors import BadInput
from rms.plans.schedule import FellInside, Inside, PauseRule
from rms.plans.schedule.words import day
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import Fault, Field, FieldError, FieldErrors, Form
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
    """Until when a plan stands still, why, and what is meant for what falls inside."""

    until: date
    why: str
    inside: str


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """To which team a plan goes, by its key, and why."""

    to: str
    why: str


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """By when somebody must have been seen, and why the plan stands still."""

    seen_by: date
    why: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was said when they were seen, and when somebody looks again."""

    said: str
    again: date


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a plan ends, and why."""

    outcome: str
    why: str


#: What is meant for what falls into a pause; whoever lets the plan go on sees it filled in.
INSIDE: Final[Mapping[str, str]] = {
    PauseRule.ASK: "Ask me about each when the plan goes on",
    PauseRule.SKIP: "Leave it out, except what must not be left out",
    PauseRule.SHIFT: "Ask for it after the pause",
}
#: What a nurse says of one date that fell into a pause.
BECOMES: Final[Mapping[Inside, str]] = {
    Inside.LATE: "It still counts: show it as late and chase it",
    Inside.MOVE: "Ask for it later: due on {move_to}",
    Inside.SKIP: "Leave it out",
}
_WHY = a_text(missing="Say why in a few words", label="The reason", longest=300)
REASON = Form(Reason, why=_WHY)
ENDING = Form(Ending, outcome=a_choice(tuple(ENDINGS), missing="Choose how it ends"), why=_WHY)


def pause_form(*, today: date) -> Form[Pause]:
    """The form of a pause, which ends on a day ahead."""
    until = a_date(label="The day the pause ends", missing="Enter the day the pause ends",
                   not_before=today + timedelta(days=1))  # fmt: skip
    return Form(
        Pause, until=until, why=_WHY, inside=a_choice(tuple(INSIDE), missing="Choose what happens to what falls inside")
    )


def transfer_form(keys: Sequence[str]) -> Form[Transfer]:
    """The form that gives a plan to one of some teams."""
    return Form(
        Transfer, to=a_choice(tuple(keys), missing="Choose the team that follows this person from now on"), why=_WHY
    )


def suspension_form(*, today: date) -> Form[Suspension]:
    """The form of a suspension; the day by which they are seen lies ahead."""
    seen_by = a_date(label="The day by which they are seen", missing="Enter the day by which they must have been seen",
                     not_before=today + timedelta(days=1))  # fmt: skip
    return Form(Suspension, seen_by=seen_by, why=_WHY)


def seen_form(*, today: date) -> Form[Seen]:
    """The form that says somebody was seen."""
    said = a_text(missing="Say who saw them, when, and what was said", label="What was said", longest=500)
    again = a_date(label="The day to look again", missing="Enter the day on which somebody looks at this plan again",
                   not_before=today + timedelta(days=1))  # fmt: skip
    return Form(Seen, said=said, again=again)


def inside_name(one: FellInside) -> str:
    """The name of the field of one date that fell into a pause."""
    return f"inside-{one.step}-{one.number}"


def decided_inside(
    sent: Submitted, inside: Sequence[FellInside]
) -> tuple[Mapping[tuple[str, int], Inside], FieldErrors]:
    """What was said of each date; a fault for each of which nothing was said, or what may not be said of it."""
    found: dict[tuple[str, int], Inside] = {}
    faults = []
    for one in inside:
        said = sent.one(inside_name(one))
        if said in one.choices:
            found[one.step, one.number] = Inside(said)
        else:
            faults.append(
                FieldError(
                    field=inside_name(one), message=f"Choose what becomes of {one.title}, due on {day(one.due_on)}"
                )
            )
    return found, FieldErrors(all=tuple(faults))


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
