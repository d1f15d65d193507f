"""What a person typed becomes a value or a sentence about what is missing. Must not query or decide what follows."""

from datetime import date
from typing import Final

import msgspec

from rms.questionnaires.forms import ANSWER, ReadAnswer, read_answer
from rms.web.fields import a_choice, a_date
from rms.web.forms import Form

__all__ = ["ANSWER", "NOT_ME", "BirthDate", "ReadAnswer", "WhoseLink", "birth_date_form", "read_answer"]

_OLDEST: Final = 120


class BirthDate(msgspec.Struct, frozen=True, kw_only=True):
    """What the first form asks for."""

    born_on: date


class WhoseLink(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the link reached the right person: `mine` or `not_mine`."""

    whose: str


NOT_ME: Final = Form(WhoseLink, whose=a_choice(("mine", "not_mine"), missing="Choose one of the two answers"))


def birth_date_form(*, today: date) -> Form[BirthDate]:
    """Make the form that asks for the date of birth."""
    field = a_date(
        label="Date of birth",
        missing="Enter your date of birth",
        not_before=date(today.year - _OLDEST, 1, 1),
        not_after=today,
        too_late="Date of birth must be in the past",
    )
    return Form(BirthDate, born_on=field)
