"""What is sent from the pages of a review."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from rms.alerts.moves import DecisionKind
from rms.errors import BadInput
from rms.followup.review.cases import why_note_wanted
from rms.web.fields import a_choice, a_date, a_text, parsed_by
from rms.web.forms import Fault, Field, Form
from rms.web.submitted import Submitted

LONGEST_NOTE: Final = 1000
#: Nothing is set aside for longer: by then the next test is due.
LONGEST_ASIDE: Final = timedelta(days=92)
#: The buttons of a case. Some need a note: see `why_note_wanted`.
BUTTONS: Final = tuple(kind.value for kind in (
    DecisionKind.IN_RANGE, DecisionKind.OTHER, DecisionKind.REPEAT, DecisionKind.CALL, DecisionKind.REFER))  # fmt: skip


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the buttons."""

    kind: str
    note: str | None
    token: UUID


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """Setting aside: why, and until which day."""

    why: str
    until: date
    token: UUID


def read_token(text: str) -> UUID:
    """The reference of the page that was shown. BadInput for anything else."""
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput("This page was not shown by us. Open the case again.") from error


_TOKEN = parsed_by(read_token, missing="This page was open too long. Open the case again.")


def _note() -> Field:
    """The note, which some of the buttons need: whoever reads it later must know to whom, and about what."""
    text = a_text(label="The note", longest=LONGEST_NOTE)

    def read(sent: Submitted, name: str) -> object:
        note = text.read(sent, name)
        wanted = why_note_wanted(sent.one("kind"), str(note or ""))
        if wanted:
            raise Fault(wanted)
        return note

    return Field(read=read)


CHOICE = Form(
    Choice,
    kind=a_choice(BUTTONS, missing="Choose what to do"),
    note=_note(),
    token=_TOKEN,
)


def aside_form(today: date) -> Form[Aside]:
    """The form on a day: at the earliest tomorrow, because today it is looked at now."""
    return Form(
        Aside,
        why=a_text(missing="Say why you set it aside", label="The reason", longest=LONGEST_NOTE),
        until=a_date(
            label="The day it comes back", missing="Enter the day it comes back, for example 27 3 2027",
            not_before=today + timedelta(days=1), not_after=today + LONGEST_ASIDE,
        ),
        token=_TOKEN,
    )  # fmt: skip


def left_out_in(sent: Submitted) -> tuple[UUID, ...]:
    """The results that were ticked to be left out; what is no reference names nothing on the page."""
    found = []
    for text in sent.all("leave_out"):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return tuple(found)
