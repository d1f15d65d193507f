"""The part of a row that says who the person is and how to reach them."""

from rms.dates import PartialDate
from rms.people import contact_points
from rms.people.model import ContactKind, ContactPoint, GpPractice, HospitalNumber, Need, Person, PersonName, Sex
from rms.sync.csv_table import CellReader
from rms.sync.csv_words import language, mobile, nhs_number, ods_code, postcode, word, yes_or_no


def read_person(cells: CellReader, *, hospital_system: str) -> Person | None:
    number = cells.read("NHS number", nhs_number)
    hospital_number = cells.text("Hospital number")
    family = cells.text("Last name")
    born_on = cells.partial("Date of birth")
    if not family:
        cells.fault("Last name", "Every person needs a last name.")
    if not cells.row.cells.get("Date of birth"):
        cells.fault("Date of birth", "Every person needs a date of birth.")
    elif born_on == PartialDate(year=1900, month=1, day=1):
        cells.fault("Date of birth", "1 January 1900 stands for “not known”: give the year if no more is known.")
    if not (cells.row.cells.get("NHS number") or hospital_number or cells.text("Register reference")):
        cells.fault("NHS number", "The row needs an NHS number, a hospital number or a register reference.")
    sex = cells.read("Sex", word(Sex)) or Sex.UNKNOWN
    contacts = _contacts(cells)
    interpreter_needed = cells.read("Interpreter", yes_or_no) or False
    needs = tuple(Need(text=text.strip()) for text in (cells.text("Needs") or "").split(";") if text.strip())
    gp_code, gp_name = cells.read("GP practice code", ods_code), cells.text("GP practice name")
    spoken, prefix, given = cells.read("Language", language), cells.text("Title"), cells.text("First names")
    if not family or born_on is None:
        return None
    return Person(
        name=PersonName(family=family, given=tuple((given or "").split()), prefix=prefix),
        born_on=born_on,
        sex=sex,
        nhs_number=number,
        hospital_numbers=(HospitalNumber(system=hospital_system, value=hospital_number),) if hospital_number else (),
        contacts=contacts,
        gp=GpPractice(code=gp_code, name=gp_name) if gp_code or gp_name else None,
        language=spoken,
        interpreter_needed=interpreter_needed,
        needs=needs,
    )


def _contacts(cells: CellReader) -> tuple[ContactPoint, ...]:
    as_of = cells.partial("Contact details as of")
    texts, phone = cells.read("Mobile", mobile), cells.read("Telephone", contact_points.uk_number)
    email = cells.read("Email", contact_points.email)
    lines = [line.strip() for line in (cells.text("Address") or "").replace("\n", ",").split(",") if line.strip()]
    code = cells.read("Postcode", postcode)
    if code and not lines:
        cells.fault("Address", "There is a postcode but no address.")
    found = (
        (ContactKind.MOBILE, texts),
        (ContactKind.PHONE, phone),
        (ContactKind.EMAIL, email),
        (ContactKind.POST, "\n".join([*lines, *([code] if code else [])])),
    )
    return tuple(ContactPoint(kind=kind, value=value, as_of=as_of) for kind, value in found if value)
