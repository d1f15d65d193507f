"""People as a register would tell them, with all that is on file: what a file that comes in is compared with."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.nhs_number import NhsNumber
from rms.people.model import (
    ContactKind,
    ContactPoint,
    ContactSource,
    Death,
    Diagnosis,
    GpPractice,
    HospitalNumber,
    Need,
    Person,
    PersonName,
    RegisterPerson,
    Sex,
    Treatment,
    TreatmentIntent,
    TreatmentKind,
    TumourSite,
)

CHUNK = 2_000


class CaseOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A cancer on file and who told us of it."""

    id: int
    source: str
    diagnosis: Diagnosis


class RecordOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A person on file as a register would tell them, and where each cancer came from."""

    patient_id: int
    record: RegisterPerson
    cases: tuple[CaseOnFile, ...]
    treatment_sources: Mapping[str, str]


# One table at a time, by arrays of keys: plans that stay quick when thousands were added since the last ANALYZE, where a
# join of all of them does not.
_WHO = """
select id from patient where organisation_id = $1 and merged_into_id is null
   and (nhs_number = any($2::text[]) or register_ref = any($3::text[]) or id = any($4::bigint[]))
"""
_PATIENTS = """
select id, nhs_number, register_ref, title, family_name, given_names, born_text, sex, language, interpreter_needed, needs,
       restricted, gp_code, gp_name, death_state, died_on
  from patient where organisation_id = $1 and id = any($2) order by id
"""
_NUMBERS = """
select patient_id, authority as system, value from patient_identifier
 where organisation_id = $1 and {which} = any($2) order by id
"""
_CONTACTS = """
select patient_id, kind, value, source, as_of, valid_from from contact_point
 where organisation_id = $1 and patient_id = any($2) and valid_until is null order by id
"""
_CASES = """
select patient_id, id, source, source_ref as ref, tumour_site as site, icd10, morphology, description as text,
       diagnosed_text as on from register_case where organisation_id = $1 and patient_id = any($2) order by id
"""
_TREATMENTS = """
select patient_id, case_id, source, source_ref as ref, kind, code, intent, description as text, started_text as started,
       ended_text as ended from treatment where organisation_id = $1 and patient_id = any($2) order by id
"""


async def records_of(tx: Tx, *, organisation_id: int, people: Collection[RegisterPerson]) -> list[RecordOnFile]:
    """Everybody on file who shares an NHS number, a hospital number or the register's key with one of these people."""
    ids = await _who_it_may_be(tx, organisation_id=organisation_id, people=people)
    found: list[RecordOnFile] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        rows = await tx.fetch(_PATIENTS, organisation_id, chunk)
        numbers, contacts, cases, treatments = [
            _by_patient(await tx.fetch(sql, organisation_id, chunk))
            for sql in (_NUMBERS.format(which="patient_id"), _CONTACTS, _CASES, _TREATMENTS)
        ]
        found += [
            _record(row, numbers=numbers.get(row["id"], []), contacts=contacts.get(row["id"], []),
                    cases=cases.get(row["id"], []), treatments=treatments.get(row["id"], []))
            for row in rows
        ]  # fmt: skip
    return found


async def _who_it_may_be(tx: Tx, *, organisation_id: int, people: Collection[RegisterPerson]) -> list[int]:
    numbers = {(number.system, number.value) for r in people for number in r.person.hospital_numbers}
    rows = await tx.fetch(_NUMBERS.format(which="value"), organisation_id, sorted({value for _, value in numbers}))
    by_number = [row["patient_id"] for row in rows if (row["system"], row["value"]) in numbers]
    nhs_numbers = [str(r.person.nhs_number) for r in people if r.person.nhs_number]
    found = await tx.fetch(_WHO, organisation_id, nhs_numbers, [r.ref for r in people], by_number)
    return sorted(row["id"] for row in found)


_Rows = Iterable[Mapping[str, Any]]


def _by_patient(rows: _Rows) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["patient_id"], []).append(row)
    return found


def _record(
    row: Mapping[str, Any], *, numbers: _Rows, contacts: _Rows, cases: _Rows, treatments: Collection[Mapping[str, Any]]
) -> RecordOnFile:
    on_file = tuple(_case(one) for one in cases)
    refs = {case.id: case.diagnosis.ref for case in on_file}
    died = row["died_on"]
    person = Person(
        name=PersonName(family=row["family_name"], given=tuple(row["given_names"].split()), prefix=row["title"]),
        born_on=PartialDate.parse(row["born_text"]),
        sex=Sex(row["sex"]),
        nhs_number=NhsNumber(row["nhs_number"]) if row["nhs_number"] else None,
        hospital_numbers=tuple(HospitalNumber(system=one["system"], value=one["value"]) for one in numbers),
        contacts=tuple(_contacts(contacts)),
        gp=GpPractice(code=row["gp_code"], name=row["gp_name"]) if row["gp_code"] or row["gp_name"] else None,
        language=row["language"],
        interpreter_needed=row["interpreter_needed"],
        needs=tuple(msgspec.convert(row["needs"], list[Need])),
        restricted=row["restricted"],
    )
    record = RegisterPerson(
        ref=row["register_ref"] or f"on-file:{row['id']}",
        person=person,
        diagnoses=tuple(case.diagnosis for case in on_file),
        treatments=tuple(_treatment(one, refs=refs) for one in treatments),
        death=None if row["death_state"] is None else Death(
            died_on=PartialDate.parse(died) if died else None, formal=row["death_state"] == "formal", source="on file"
        ),
    )  # fmt: skip
    sources = {one["ref"]: one["source"] for one in treatments}
    return RecordOnFile(patient_id=row["id"], record=record, cases=on_file, treatment_sources=sources)


def _contacts(stored: _Rows) -> Iterable[ContactPoint]:
    for one in stored:
        source = ContactSource(one["source"])
        # What staff or the person told us was right on the day they told it; a register says so itself or not at all.
        told_on = None if source is ContactSource.REGISTER else PartialDate.of(one["valid_from"])
        as_of = _partial(one["as_of"]) or told_on
        yield ContactPoint(kind=ContactKind(one["kind"]), value=one["value"], source=source, as_of=as_of)


def _case(one: Mapping[str, Any]) -> CaseOnFile:
    diagnosis = Diagnosis(
        ref=one["ref"], site=TumourSite(one["site"]) if one["site"] else None, icd10=one["icd10"],
        morphology=one["morphology"], text=one["text"], diagnosed_on=_partial(one["on"]),
    )  # fmt: skip
    return CaseOnFile(id=one["id"], source=one["source"], diagnosis=diagnosis)


def _treatment(one: Mapping[str, Any], *, refs: Mapping[int, str]) -> Treatment:
    return Treatment(
        ref=one["ref"], kind=TreatmentKind(one["kind"]), diagnosis_ref=refs.get(one["case_id"]),
        intent=TreatmentIntent(one["intent"]), started_on=_partial(one["started"]), ended_on=_partial(one["ended"]),
        code=one["code"], text=one["text"],
    )  # fmt: skip


def _partial(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None
