"""A submitted form becomes one typed value, or every fault in it at once. Must not know what happens with the value.

    BirthDate = a frozen Struct with `born_on: date`
    FORM = Form(BirthDate, born_on=a_date(missing="Enter your date of birth", label="Date of birth"))
    parsed = FORM.read(await read_submitted(request))
    if parsed.value is None: return the page again with status 422, parsed.errors and parsed.typed

The kinds of field are in `fields.py`. Sentences belong to the page that asks, so each field is given its own.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from rms.web.submitted import Submitted

S = TypeVar("S", bound=msgspec.Struct)


class Fault(Exception):
    """What is wrong with one field; `parts` names the boxes of a field that has several ("day", "year")."""

    def __init__(self, message: str, *, parts: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.parts = parts


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of field: how to read its value from what was sent, under a name. `read` raises Fault."""

    read: Callable[[Submitted, str], object]


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as a page shows it: at the field, and in the summary as a link to `href`."""

    field: str
    message: str
    parts: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        """The address of the first box that is wrong, on the same page."""
        return f"#{self.field}-{self.parts[0]}" if self.parts else f"#{self.field}"


class FieldErrors(msgspec.Struct, frozen=True, kw_only=True):
    """All faults of a form, in the order of its fields."""

    all: tuple[FieldError, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    def of(self, field: str) -> FieldError | None:
        """Give the fault of one field; None when it has none."""
        return next((error for error in self.all if error.field == field), None)


NO_ERRORS = FieldErrors()


class Parsed(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """Either `value`, or `errors` and what was typed, so that nobody has to type it again."""

    value: S | None
    errors: FieldErrors
    typed: Submitted


class Form(Generic[S]):
    """The fields of one form and the value they make."""

    def __init__(self, makes: type[S], /, **fields: Field) -> None:
        unknown = set(fields) ^ set(makes.__struct_fields__)
        if unknown:
            raise TypeError(f"The form and {makes.__name__} do not have the same fields: {', '.join(sorted(unknown))}.")
        self.makes = makes
        self.fields: Mapping[str, Field] = fields

    def read(self, sent: Submitted) -> Parsed[S]:
        """Read every field; a fault in one does not hide the fault in the next."""
        values: dict[str, object] = {}
        errors: list[FieldError] = []
        for name, field in self.fields.items():
            try:
                values[name] = field.read(sent, name)
            except Fault as fault:
                errors.append(FieldError(field=name, message=fault.message, parts=fault.parts))
        if errors:
            return Parsed(value=None, errors=FieldErrors(all=tuple(errors)), typed=sent)
        return Parsed(value=self.makes(**values), errors=NO_ERRORS, typed=sent)
