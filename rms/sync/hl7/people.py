"""PID and MRG: who a message is about. Every number with the authority that gave it; an NHS number only beyond doubt."""

from datetime import date

from rms.nhs_number import NhsNumber, fault_in
from rms.results.model import Identifier, PatientFacts, PersonName
from rms.sync.hl7.facts import Note
from rms.sync.hl7.splitter import EMPTY_FIELDS, Reader
from rms.sync.hl7.times import whole_day

# How NHS numbers are marked in CX-5 and CX-4 by English systems.
_NHS_TYPES = frozenset({"NH", "NHS", "NHSNMBR", "NHSNBR", "NHSNO", "NHSNUMBER"})
_NHS_AUTHORITIES = frozenset({"NHS", "NHSNBR", "NHSNO", "NHSNMBR", "NHSNUMBER"})
# Those that mean the NHS number wherever they stand in CX-4: its object identifier and its address in FHIR.
_NHS_IDENTIFIERS = frozenset({"2.16.840.1.113883.2.1.4.1", "HTTPS://FHIR.NHS.UK/ID/NHS-NUMBER"})
_NOT_CURRENT = frozenset({"M", "A", "S", "P", "B", "PREVIOUS", "MAIDEN", "ALIAS"})
_YES = "Y"
_CX_PARTS = [""] * 5


def read_patient(fields: list[str], *, reader: Reader, place: str, notes: list[Note]) -> PatientFacts:
    """Read one PID. What was sent but cannot be used is a note; a second, different NHS number is a fault."""
    pid = fields + EMPTY_FIELDS
    identifiers = [
        *read_identifiers(pid[3], reader=reader, place=f"{place}-3"),
        *read_identifiers(pid[2], reader=reader, place=f"{place}-2"),
        *read_identifiers(pid[4], reader=reader, place=f"{place}-4"),
        *read_identifiers(pid[19], reader=reader, place=f"{place}-19"),
    ]
    number, where, fault = _nhs_number(identifiers)
    if fault:
        notes.append(Note(where, fault, is_fault=True))
    return PatientFacts(
        identifiers=tuple(identifiers),
        nhs_number=number,
        nhs_number_place=where,
        nhs_number_trace=reader.first(pid[32]),
        nhs_number_fault=fault,
        names=_names(pid[5], pid[9], reader=reader),
        born_on=_day(pid[7], reader=reader, place=f"{place}-7", what="birth", notes=notes),
        sex=reader.first(pid[8]),
        is_dead=reader.first(pid[30]).upper() == _YES or bool(reader.first(pid[29])),
        died_on=_day(pid[29], reader=reader, place=f"{place}-29", what="death", notes=notes),
    )


def read_identifiers(field: str, *, reader: Reader, place: str) -> list[Identifier]:
    """Read a CX field: each repetition's number, assigning authority (its name, else its identifier) and type."""
    if not field:
        return []
    found = []
    for position, repetition in enumerate(reader.repetitions(field), start=1):
        parts = reader.components(repetition) + _CX_PARTS
        value = reader.plain(parts[0])
        if value:
            named = [plain for part in reader.subcomponents(parts[3]) if (plain := reader.plain(part))]
            authority = next((one for one in named if one.upper() in _NHS_IDENTIFIERS), named[0] if named else "")
            where = place if position == 1 else f"{place}[{position}]"
            found.append(Identifier(value=value, authority=authority, type=reader.plain(parts[4]), place=where))
    return found


def _nhs_number(identifiers: list[Identifier]) -> tuple[str | None, str, str]:
    """Give the NHS number, its place and what is wrong: no number and no fault when none was sent."""
    marked = [one for one in identifiers if _is_marked_nhs(one)]
    if not marked:
        return None, "", ""
    place = marked[0].place
    for one in marked:
        if fault := fault_in(one.value):
            return None, one.place, fault
    numbers = {one.value if one.value.isdigit() else str(NhsNumber.parse(one.value)) for one in marked}
    if len(numbers) > 1:
        return None, place, "Two different NHS numbers were sent for one person."
    return numbers.pop(), place, ""


def _is_marked_nhs(identifier: Identifier) -> bool:
    kind = "".join(letter for letter in identifier.type.upper() if letter.isalnum())
    authority = identifier.authority.upper().replace(" ", "").replace("_", "")
    if kind in _NHS_TYPES:
        return True
    return authority in (_NHS_AUTHORITIES | _NHS_IDENTIFIERS) and kind in ("", "NI", "PI", "SS")


def _names(current: str, aliases: str, *, reader: Reader) -> tuple[PersonName, ...]:
    """Read XPN fields: the current name first. A name type that says former, maiden or alias goes behind the others."""
    found = [
        name for field in (current, aliases) for one in reader.repetitions(field) if (name := _name(one, reader=reader))
    ]
    if len(found) > 1:
        found.sort(key=lambda name: name.type.upper() in _NOT_CURRENT)
    return tuple(found)


def _name(repetition: str, *, reader: Reader) -> PersonName | None:
    parts = [*reader.components(repetition), "", "", "", "", "", "", ""]
    family = reader.plain(reader.subcomponents(parts[0])[0])
    given = tuple(name for part in parts[1:3] if (name := reader.plain(part)))
    return PersonName(family=family, given=given, type=reader.plain(parts[6])) if family or given else None


def _day(field: str, *, reader: Reader, place: str, what: str, notes: list[Note]) -> date | None:
    text = reader.first(field)
    if not text:
        return None
    day = whole_day(text)
    if day is None:
        notes.append(Note(place, f"The date of {what} is not a whole date."))
    return day
