"""One row of the register file as values, or its faults."""

import re
from collections.abc import Iterable, Sequence

from rms.people.model import Death, Flag, FlagKind, Person, RegisterPerson
from rms.sync.csv_table import CellReader, Row
from rms.sync.reading import Fault
from rms.sync.register_csv.cases import read_death, read_diagnosis, read_treatment
from rms.sync.register_csv.who import read_person


class ReadRow:
    """One row as values; `faults` is empty when all of it could be read. Only this file sees it."""

    def __init__(self, *, number: int, key: str, part: RegisterPerson | None, faults: Sequence[Fault]) -> None:
        self.number = number
        self.key = key
        self.part = part
        self.faults = list(faults)


def read_row(cells: CellReader, *, hospital_system: str) -> ReadRow:
    person = read_person(cells, hospital_system=hospital_system)
    ref = cells.text("Register reference")
    diagnosis, flags = read_diagnosis(cells, person=person)
    treatment = read_treatment(cells, diagnosis=diagnosis)
    death, said_alive = read_death(cells)
    if person is not None and death and death.died_on and death.died_on.latest < person.born_on.earliest:
        cells.fault("Date of death", "The person would have died before being born.")
    key = _key(cells.row)
    if person is None or key is None or cells.faults:
        return ReadRow(number=cells.row.number, key=key or f"row {cells.row.number}", part=None, faults=cells.faults)
    part = RegisterPerson(
        ref=ref or key,
        person=person,
        diagnoses=(diagnosis,) if diagnosis else (),
        treatments=(treatment,) if treatment else (),
        death=death,
        said_alive=said_alive,
        flags=(*_person_flags(person, death), *flags),
    )
    return ReadRow(number=cells.row.number, key=key, part=part, faults=())


def _key(row: Row) -> str | None:
    """Say which rows belong together: the register's key, else the NHS number, else the hospital number.

    Read from the cells as they stand, so that a row with a fault is still known to be the same person's.
    """
    if ref := row.cells.get("Register reference"):
        return ref
    if number := re.sub(r"[^0-9A-Za-z]", "", row.cells.get("NHS number", "")):
        return f"nhs-number:{number}"
    number = row.cells.get("Hospital number", "")
    return f"hospital-number:{number}" if number else None


def _person_flags(person: Person, death: Death | None) -> Iterable[Flag]:
    if person.nhs_number is None:
        yield Flag(kind=FlagKind.NO_NHS_NUMBER, sentence="The register gives no NHS number for this person.")
    if person.born_on.exact is None:
        yield Flag(kind=FlagKind.PARTIAL_BIRTH_DATE, sentence="Only part of the date of birth is known.")
    if death is not None and death.died_on is None:
        yield Flag(kind=FlagKind.DEATH_DATE_UNKNOWN, sentence="The register reports a death without its date.")
