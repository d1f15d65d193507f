"""What a named person confirms: that a restore was tried, that the use of RMS here is clinically safe."""

from datetime import date

import msgspec

from rms.web.fields import a_date, a_text, a_tick
from rms.web.forms import FieldError, FieldErrors, Form


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """What was done or read, on which day. `sure` is ticked by the one who answers for it."""

    on_day: date
    said: str
    sure: bool


def note_form(*, today: date, missing: str) -> Form[Confirmed]:
    """The form; `missing` says what to write."""
    return Form(
        Confirmed,
        on_day=a_date(
            label="The day", missing="Enter the day", not_after=today, too_late="The day must be today or in the past"
        ),
        said=a_text(missing=missing, label="The note", longest=1000),
        sure=a_tick(),
    )


def faults_of(confirmed: Confirmed) -> FieldErrors:
    """A name is put under it only with the tick."""
    if confirmed.sure:
        return FieldErrors()
    return FieldErrors(all=(FieldError(field="sure", message="Tick the box to put your name under it"),))
