"""A register's bundle (of the types below) as people, with every fault by its JSON path.

Every entry is accounted for: used, held back with the person it is about, or ignored for a reason that is counted.
"""

import gzip
import io
from collections.abc import Collection, Mapping
from functools import partial

import msgspec

from rms.errors import BadInput
from rms.people.model import Death, GpPractice, Person, RegisterPerson
from rms.sync.fhir.cases import Case, read_condition, read_procedure
from rms.sync.fhir.entries import Entries, said_by
from rms.sync.fhir.patient import PatientReader
from rms.sync.fhir.resources import Bundle, Condition, Organization, Patient, Procedure, Reference
from rms.sync.fhir.values import ODS_CODE, business_key
from rms.sync.reading import Counts, Reading, refused

BUNDLE_TYPES = ("collection", "transaction", "batch", "searchset", "message", "document")
LARGEST = 256_000_000


def unpacked(raw: bytes) -> bytes:
    """Give the bytes of a file, unpacked when it is gzip. BadInput when it is broken or larger than `LARGEST`."""
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as packed:
            content = packed.read(LARGEST + 1)
    except (OSError, EOFError):
        raise BadInput("The file looks packed with gzip but cannot be unpacked.") from None
    if len(content) > LARGEST:
        raise BadInput("The unpacked file is too large.")
    return content


def read_register_bundle(raw: bytes) -> Reading:
    """Read a bundle of the register, plain or gzip. What is no such bundle gives one fault and no people."""
    try:
        bundle = msgspec.json.decode(unpacked(raw).removeprefix(b"\xef\xbb\xbf"), type=Bundle)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        path, sentence = said_by(error)
        return refused(sentence, place=f"$.{path}" if path else "$")
    except BadInput as refusal:
        return refused(str(refusal), place="$")
    if bundle.resource_type != "Bundle" or bundle.type not in BUNDLE_TYPES:
        what = f"bundle of the type {bundle.type}" if bundle.resource_type == "Bundle" else bundle.resource_type
        sentence = f"Only bundles of these types are read: {', '.join(BUNDLE_TYPES)}; this is a {what[:60]}."
        return refused(sentence, place="$.type")
    if any(one.relation == "next" for one in bundle.link) or (bundle.total or 0) > len(bundle.entry):
        more = "This is one page of several: the register has more of the same list. Fetch all of them into one bundle."
        return refused(more, place="$.link")
    return _read(Entries(bundle))


def _read(entries: Entries) -> Reading:
    readers = {
        index: PatientReader(patient, practice=partial(_practice, entries, patient))
        for index, patient in entries.patients.items()
    }
    persons = {index: reader.person() for index, reader in readers.items()}
    deaths = {index: reader.death() for index, reader in readers.items()}
    for index, reader in readers.items():
        for path, sentence in reader.faults:
            entries.fault(index, path, sentence)
    cases = _cases(entries, persons)
    _hold_back_whole_people(entries, cases)
    people = tuple(
        _person(entries.patients[index], person, readers[index], cases[index].values(), deaths[index])
        for index, person in persons.items()
        if person is not None and index not in entries.held
    )
    ignored, held = dict(sorted(entries.ignored.items())), len(entries.held)
    used = entries.total - held - sum(ignored.values())
    counts = Counts(read=entries.total, used=used, held_back=held, ignored=ignored)
    return Reading(people=people, faults=tuple(entries.faults), counts=counts)


def _cases(entries: Entries, persons: Mapping[int, Person | None]) -> dict[int, dict[int, Case]]:
    """Read what is about each patient: by the patient's position, then by the position of the record."""
    found: dict[int, dict[int, Case]] = {index: {} for index in persons}
    for index, condition in entries.conditions.items():
        whose = _whose(entries, index, condition.subject)
        if whose is not None:
            found[whose][index] = _read_case(entries, index, condition, person=persons[whose])
    diagnosed = {i: case.diagnosis.ref for by in found.values() for i, case in by.items() if case.diagnosis}
    for index, procedure in entries.procedures.items():
        whose = _whose(entries, index, procedure.subject)
        if whose is not None:
            reasons = (entries.position(reason) for reason in procedure.reason_reference)
            ref = next((diagnosed[i] for i in reasons if i in diagnosed), None)
            found[whose][index] = _read_case(entries, index, procedure, person=persons[whose], diagnosis_ref=ref)
    return found


def _whose(entries: Entries, index: int, subject: Reference) -> int | None:
    whose = entries.position(subject)
    if whose in entries.patients:
        return whose
    entries.fault(index, "subject", "This is about somebody who is not in this bundle, or who cannot be read.")
    return None


def _read_case(
    entries: Entries,
    index: int,
    record: Condition | Procedure,
    *,
    person: Person | None,
    diagnosis_ref: str | None = None,
) -> Case:
    if person is None:
        return Case()
    try:
        if isinstance(record, Condition):
            return read_condition(record, person=person)
        return read_procedure(record, diagnosis_ref=diagnosis_ref)
    except BadInput as refusal:
        entries.fault(index, "", str(refusal))
        return Case()


def _hold_back_whole_people(entries: Entries, cases: Mapping[int, Mapping[int, Case]]) -> None:
    """A fault in one record holds back all of the person: a plan must not start from half of a history."""
    broken = {entries.position(subject) for subject in entries.broken_about.values()}
    for index, records in cases.items():
        if index in broken or entries.held & {index, *records}:
            entries.held |= {index, *records}
        else:
            entries.ignored.update(case.ignored for case in records.values() if case.ignored)


def _person(
    patient: Patient, person: Person, reader: PatientReader, cases: Collection[Case], death: tuple[Death | None, bool]
) -> RegisterPerson:
    flags = (*reader.flags, *(case.flag for case in cases if case.flag))
    return RegisterPerson(
        ref=business_key("Patient", patient.id, patient.identifier) or f"nhs-number:{person.nhs_number}",
        person=person,
        diagnoses=tuple(case.diagnosis for case in cases if case.diagnosis),
        treatments=tuple(case.treatment for case in cases if case.treatment),
        death=death[0],
        said_alive=death[1],
        flags=tuple(dict.fromkeys(flags)),
    )


def _practice(entries: Entries, patient: Patient, reference: Reference) -> GpPractice | None:
    """Read a GP practice by its ODS code: given in place, contained in the patient, or an entry of the bundle."""
    said = reference.identifier
    if said and said.system == ODS_CODE and said.value:
        return GpPractice(code=said.value, name=reference.display)
    organization = entries.organization(reference) or _contained(patient, reference.reference)
    if organization is None:
        return GpPractice(name=reference.display) if reference.display else None
    code = next((i.value for i in organization.identifier if i.system == ODS_CODE and i.value), None)
    return GpPractice(code=code, name=organization.name or reference.display)


def _contained(patient: Patient, reference: str | None) -> Organization | None:
    return next((o for o in patient.contained if o.id and f"#{o.id}" == reference), None)
