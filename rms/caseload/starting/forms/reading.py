"""Reading fields whose names are known only when the page is made: those of a protocol. Pure."""

from collections.abc import Mapping
from typing import Any

from rms.web.forms import Fault, Field, FieldError
from rms.web.submitted import Submitted


def read_each(sent: Submitted, fields: Mapping[str, Field]) -> tuple[dict[str, Any], list[FieldError]]:
    """Read every field; a fault in one does not hide the fault in the next. A field with a fault has no value."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, field in fields.items():
        try:
            values[name] = field.read(sent, name)
        except Fault as fault:
            errors.append(FieldError(field=name, message=fault.message, parts=fault.parts))
    return values, errors


def revision_of(sent: Submitted) -> int:
    """Which saving of the plan the page showed; 0 before the first and for anything else."""
    text = sent.one("revision")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
