"""What came of a call, as it is typed: the outcome, a day, which number, a note; and the two that ask again first."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.web.fields import a_choice, a_date, a_text, a_tick
from rms.web.forms import Fault, Field, FieldError, FieldErrors, Form
from rms.web.submitted import Submitted

LONGEST_NOTE: Final = 1000


class ContactOutcome(StrEnum):
    """What came of a contact, in the order of the page."""

    WILL_HAVE_IT = "will_have_it"
    CALL_AGAIN = "call_again"
    HAD_ELSEWHERE = "had_elsewhere"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    DOES_NOT_WANT = "does_not_want"
    MOVED = "moved"
    DIED = "died"
    OTHER = "other"


WORDS: Final[Mapping[ContactOutcome, str]] = {
    ContactOutcome.WILL_HAVE_IT: "Will have it",
    ContactOutcome.CALL_AGAIN: "Call again on another day",
    ContactOutcome.HAD_ELSEWHERE: "Had it elsewhere",
    ContactOutcome.NO_ANSWER: "No answer",
    ContactOutcome.WRONG_NUMBER: "Wrong number",
    ContactOutcome.DOES_NOT_WANT: "Does not want follow-up",
    ContactOutcome.MOVED: "Has moved away",
    ContactOutcome.DIED: "Has died",
    ContactOutcome.OTHER: "Something else",
}
#: These stop something, so a page asks again before anything is done.
ASKS_AGAIN: Final = frozenset({ContactOutcome.DOES_NOT_WANT, ContactOutcome.DIED})
#: These change how a person is reached.
CHANGES_CONTACT: Final = frozenset({ContactOutcome.WRONG_NUMBER, ContactOutcome.MOVED})
_NEEDS_A_NOTE: Final = {
    ContactOutcome.HAD_ELSEWHERE: "Say when and where the test was done",
    ContactOutcome.MOVED: "Say where to, as far as you know",
    ContactOutcome.OTHER: "Say what came of it",
}


class MadeContact(msgspec.Struct, frozen=True, kw_only=True):
    """One contact. `on`: when they will have it, or when to call again. `number`: the detail that was wrong, by its id."""

    outcome: str
    on: date | None
    number: str | None
    note: str | None

    @property
    def kind(self) -> ContactOutcome:
        """The outcome."""
        return ContactOutcome(self.outcome)


class ToldOfDeath(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said that the person died: when, as far as it is known, and who said so."""

    died_on: PartialDate | None
    note: str


class Declines(msgspec.Struct, frozen=True, kw_only=True):
    """The person wants no follow-up: what they said, and whether messages stop as well."""

    note: str
    stop_messages: bool


def contact_form(numbers: Collection[int]) -> Form[MadeContact]:
    """The form for a person with these contact details, by id."""
    return Form(
        MadeContact,
        outcome=a_choice(tuple(ContactOutcome), missing="Choose what came of the call"),
        on=a_date(label="The day"),
        number=a_choice(tuple(str(number) for number in numbers)),
        note=a_text(label="The note", longest=LONGEST_NOTE),
    )


def faults_of(made: MadeContact, *, numbers: Collection[int], today: date) -> FieldErrors:
    """What is missing or cannot be, seen together."""
    found = []
    if made.kind is ContactOutcome.CALL_AGAIN and made.on is None:
        found.append(FieldError(field="on", message="Enter the day on which to call again", parts=("day",)))
    elif made.on is not None and made.on < today + timedelta(days=made.kind is ContactOutcome.CALL_AGAIN):
        found.append(FieldError(field="on", message="The day must lie ahead", parts=("day",)))
    if made.kind is ContactOutcome.WRONG_NUMBER and made.number is None and numbers:
        found.append(FieldError(field="number", message="Choose which number is wrong"))
    if made.kind in _NEEDS_A_NOTE and made.note is None:
        found.append(FieldError(field="note", message=_NEEDS_A_NOTE[made.kind]))
    return FieldErrors(all=tuple(found))


def _a_partial_date() -> Field:
    """A date of which the day, or day and month, may be left out; nothing at all is None."""

    def read(sent: Submitted, name: str) -> PartialDate | None:
        day, month, year = (sent.one(f"{name}-{part}") for part in ("day", "month", "year"))
        if not (day or month or year):
            return None
        if not year or (day and not month):
            raise Fault(
                "Enter the year, the month and year, or the whole date", parts=("year" if not year else "month",)
            )
        try:
            return PartialDate.parse("-".join([year, *(part.rjust(2, "0") for part in (month, day) if part)]))
        except BadInput as error:
            raise Fault("The date of death must be a real date, such as 3 5 2027", parts=("day",)) from error

    return Field(read=read)


DEATH: Final = Form(
    ToldOfDeath,
    died_on=_a_partial_date(),
    note=a_text(missing="Say who told you", label="The note", longest=LONGEST_NOTE),
)
DECLINES: Final = Form(
    Declines,
    note=a_text(missing="Say what they told you", label="The note", longest=LONGEST_NOTE),
    stop_messages=a_tick(),
)


def faults_of_death(told: ToldOfDeath, *, today: date) -> FieldErrors:
    """A death lies in the past."""
    if told.died_on is not None and told.died_on.earliest > today:
        return FieldErrors(all=(FieldError(field="died_on", message="The date of death must be today or in the past",
                                           parts=("day",)),))  # fmt: skip
    return FieldErrors()
