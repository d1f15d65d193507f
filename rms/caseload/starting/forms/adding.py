"""A person typed by hand: the fields of `rms person add`, read exactly as a register's file would be."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from rms.caseload.starting.forms.reading import read_each
from rms.dates import PartialDate
from rms.errors import BadInput
from rms.people.model import RegisterPerson, Sex, TreatmentIntent, TreatmentKind, TumourSite
from rms.sync.imports.by_hand import read_by_hand
from rms.web.fields import a_choice, a_date, a_text, a_tick
from rms.web.forms import Fault, Field, FieldError, FieldErrors, Parsed
from rms.web.submitted import Submitted

#: Texts, with the column of the register file that each is.
TEXTS: Final[Mapping[str, str]] = {
    "family": "Last name",
    "given": "First names",
    "title": "Title",
    "nhs_number": "NHS number",
    "hospital_number": "Hospital number",
    "mobile": "Mobile",
    "phone": "Telephone",
    "email": "Email",
    "post": "Address",
    "postcode": "Postcode",
    "gp_name": "GP practice name",
    "gp_code": "GP practice code",
    "language": "Language",
    "icd10": "Diagnosis code",
}
TREATMENTS: Final = (1, 2, 3)
_PARTS = ("day", "month", "year")


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """Who was typed; `another` says that it is another person than the one of the same name and birth date."""

    record: RegisterPerson
    another: bool


def read_adding(sent: Submitted, *, sites: Collection[TumourSite], hospital_system: str, today: date) -> Parsed[Typed]:
    """Read the page; everything that is wrong with it at once, each fault at its field."""
    values, errors = read_each(sent, _fields(sites))
    details = {column: values.get(name) or "" for name, column in TEXTS.items()}
    details |= {"Date of birth": values.get("born") or "", "Sex": values.get("sex") or "",
                "Date of diagnosis": values.get("diagnosed") or ""}  # fmt: skip
    treatments = [one for number in TREATMENTS if (one := _treatment(values, number)) is not None]
    site = TumourSite(values["site"]) if values.get("site") else None
    record: RegisterPerson | None = None
    faults: list[FieldError] = []
    # One treatment at a time says which of them a fault is in; all of them together make the person.
    for number, some in [*((number, [one]) for number, one in treatments), (1, [one for _, one in treatments])]:
        try:
            record = read_by_hand(details, treatments=some, site=site, hospital_system=hospital_system, today=today)
        except BadInput as refusal:
            faults += _faults(str(refusal), number=number)
    known = {error.field for error in errors}
    errors += [fault for fault in dict.fromkeys(faults) if fault.field not in known]
    if errors or record is None:
        return Parsed(value=None, errors=FieldErrors(all=tuple(_in_order(errors, sites))), typed=sent)
    return Parsed(value=Typed(record=record, another=values["another"]), errors=FieldErrors(), typed=sent)


def a_partial_date(*, label: str, missing: str | None = None) -> Field:
    """A date of which the day, or the day and the month, may be left empty; the text of a register's cell, or None."""
    whole = a_date(label=label)

    def read(sent: Submitted, name: str) -> str | None:
        day, month, year = (sent.one(f"{name}-{part}") for part in _PARTS)
        if not (day or month or year):
            if missing is not None:
                raise Fault(missing, parts=_PARTS)
            return None
        if day or not year:
            found = whole.read(sent, name)
            return found.isoformat() if isinstance(found, date) else None
        text = f"{year}-{int(month):02}" if month.isascii() and month.isdigit() and len(month) < 3 else year
        if (month and text == year) or not (year.isascii() and year.isdigit()):
            raise Fault(f"{label} must be a real date", parts=("month", "year"))
        try:
            return str(PartialDate.parse(text))
        except BadInput:
            raise Fault(f"{label} must be a real date", parts=("month", "year")) from None

    return Field(read=read)


def _fields(sites: Collection[TumourSite]) -> dict[str, Field]:
    fields: dict[str, Field] = {name: a_text(label=column, longest=300) for name, column in TEXTS.items()}
    fields["family"] = a_text(missing="Enter the family name", label="The family name", longest=120)
    fields["born"] = a_partial_date(label="Date of birth", missing="Enter the date of birth")
    fields["sex"] = a_choice([str(one) for one in Sex], missing="Choose the sex")
    fields["site"] = a_choice([str(one) for one in sites], missing="Choose the tumour site")
    fields["diagnosed"] = a_partial_date(label="Date of diagnosis")
    for number in TREATMENTS:
        fields |= {
            f"kind-{number}": a_choice([str(one) for one in TreatmentKind]),
            f"intent-{number}": a_choice([str(one) for one in TreatmentIntent]),
            f"started-{number}": a_partial_date(label="The first day"),
            f"ended-{number}": a_partial_date(label="The last day"),
        }
    fields["another"] = a_tick()
    return fields


def _treatment(values: Mapping[str, Any], number: int) -> tuple[int, dict[str, str]] | None:
    """One treatment in the columns of a register file; None when nothing of it was typed."""
    typed = {
        "Treatment": values.get(f"kind-{number}"),
        "Treatment started": values.get(f"started-{number}"),
        "Treatment ended": values.get(f"ended-{number}"),
        "Treatment intent": values.get(f"intent-{number}"),
    }
    if not any(typed.values()):
        return None
    return number, {column: value or "" for column, value in typed.items()}


def _faults(text: str, *, number: int) -> Iterable[FieldError]:
    """The reader's sentences at the fields of this page; what belongs to no field is said at the name."""
    columns = {column: name for name, column in TEXTS.items()}
    columns |= {"Date of birth": "born", "Sex": "sex", "Date of diagnosis": "diagnosed", "Treatment": f"kind-{number}",
                "Treatment intent": f"intent-{number}", "Treatment started": f"started-{number}",
                "Treatment ended": f"ended-{number}"}  # fmt: skip
    for line in text.splitlines():
        column, _, sentence = line.partition(": ")
        field = columns.get(column, "family")
        parts = _PARTS if field.partition("-")[0] in ("born", "diagnosed", "started", "ended") else ()
        yield FieldError(field=field, message=sentence if column in columns else line, parts=parts)


def _in_order(errors: Iterable[FieldError], sites: Collection[TumourSite]) -> list[FieldError]:
    order = list(ORDER) + [name for name in _fields(sites) if name not in ORDER]
    return sorted(errors, key=lambda error: order.index(error.field))


#: The order of the page, where it is not that of the table above.
ORDER: Final = (
    "family",
    "given",
    "title",
    "born",
    "sex",
    "nhs_number",
    "hospital_number",
    "site",
    "icd10",
    "diagnosed",
)
