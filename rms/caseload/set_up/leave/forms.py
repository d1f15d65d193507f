"""A leave as it is typed."""

from collections.abc import Collection
from datetime import date

import msgspec

from rms.web.fields import a_choice, a_date
from rms.web.forms import FieldError, FieldErrors, Form


class LeaveTyped(msgspec.Struct, frozen=True, kw_only=True):
    """Who is away, both days included, and who covers; `cover` None: nobody does."""

    who: str
    from_on: date
    until_on: date
    cover: str | None


def leave_form(refs: Collection[str], *, today: date) -> Form[LeaveTyped]:
    """The form for the colleagues one may write down."""
    return Form(
        LeaveTyped,
        who=a_choice(tuple(refs), missing="Choose who is away"),
        from_on=a_date(label="The first day", missing="Enter the first day of leave"),
        until_on=a_date(label="The last day", missing="Enter the last day of leave", not_before=today),
        cover=a_choice(tuple(refs)),
    )


def faults_of(leave: LeaveTyped) -> FieldErrors:
    """What cannot be, seen together."""
    found = []
    if leave.until_on < leave.from_on:
        found.append(
            FieldError(field="until_on", message="The last day must be the first day or later", parts=("day",))
        )
    if leave.cover == leave.who:
        found.append(FieldError(field="cover", message="Choose somebody else: nobody covers for themselves"))
    return FieldErrors(all=tuple(found))
