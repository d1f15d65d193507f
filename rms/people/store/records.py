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


_FOUND = """
with found as (
  select id from patient where organisation_id = $1 and nhs_number = any($2)
  union select id from patient where organisation_id = $1 and register_ref = any($3)
  union select i.patient_id from patient_identifier i
          join jsonb_to_recordset($4) as wanted(system text, value text)
            on i.organisation_id = $1 and i.authority = wanted.system and i.value = wanted.value)
select p.id, p.nhs_number, p.register_ref, p.title, p.family_name, p.given_names, p.born_text, p.sex, p.language,
       p.interpreter_needed, p.needs, p.restricted, p.gp_code, p.gp_name, p.death_state, p.died_on,
       (select coalesce(jsonb_agg(jsonb_build_object('system', authority, 'value', value) order by id), '[]')
          from patient_identifier i where i.organisation_id = $1 and i.patient_id = p.id) as numbers,
       (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value, 'source', source, 'as_of', as_of,
                                                     'valid_from', valid_from) order by id), '[]')
          from contact_point c where c.organisation_id = $1 and c.patient_id = p.id and c.valid_until is null) as contacts,
       (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'source', source, 'ref', source_ref, 'site', tumour_site,
               'icd10', icd10, 'morphology', morphology, 'text', description, 'on', diagnosed_text) order by id), '[]')
          from register_case c where c.organisation_id = $1 and c.patient_id = p.id) as cases,
       (select coalesce(jsonb_agg(jsonb_build_object('source', t.source, 'ref', t.source_ref, 'kind', t.kind, 'code', t.code,
               'intent', t.intent, 'text', t.description, 'started', t.started_text, 'ended', t.ended_text,
               'diagnosis_ref', c.source_ref) order by t.id), '[]')
          from treatment t left join register_case c on c.organisation_id = $1 and c.id = t.case_id
         where t.organisation_id = $1 and t.patient_id = p.id) as treatments
  from patient p where p.organisation_id = $1 and p.id in (select id from found) and p.merged_into_id is null
 order by p.id
"""


async def records_of(tx: Tx, *, organisation_id: int, people: Collection[RegisterPerson]) -> list[RecordOnFile]:
    """Everybody on file who shares an NHS number, a hospital number or the register's key with one of these people."""
    found: dict[int, RecordOnFile] = {}
    listed = list(people)
    for start in range(0, len(listed), CHUNK):
        chunk = listed[start : start + CHUNK]
        rows = await tx.fetch(
            _FOUND, organisation_id, [str(r.person.nhs_number) for r in chunk if r.person.nhs_number],
            [r.ref for r in chunk], [number for r in chunk for number in r.person.hospital_numbers],
        )  # fmt: skip
        found |= {row["id"]: _record(row) for row in rows}
    return list(found.values())


def _record(row: Mapping[str, Any]) -> RecordOnFile:
    cases = tuple(_case(one) for one in row["cases"])
    died = row["died_on"]
    person = Person(
        name=PersonName(family=row["family_name"], given=tuple(row["given_names"].split()), prefix=row["title"]),
        born_on=PartialDate.parse(row["born_text"]),
        sex=Sex(row["sex"]),
        nhs_number=NhsNumber(row["nhs_number"]) if row["nhs_number"] else None,
        hospital_numbers=tuple(HospitalNumber(**number) for number in row["numbers"]),
        contacts=tuple(_contacts(row["contacts"])),
        gp=GpPractice(code=row["gp_code"], name=row["gp_name"]) if row["gp_code"] or row["gp_name"] else None,
        language=row["language"],
        interpreter_needed=row["interpreter_needed"],
        needs=tuple(msgspec.convert(row["needs"], list[Need])),
        restricted=row["restricted"],
    )
    record = RegisterPerson(
        ref=row["register_ref"] or f"on-file:{row['id']}",
        person=person,
        diagnoses=tuple(case.diagnosis for case in cases),
        treatments=tuple(_treatment(one) for one in row["treatments"]),
        death=None if row["death_state"] is None else Death(
            died_on=PartialDate.parse(died) if died else None, formal=row["death_state"] == "formal", source="on file"
        ),
    )  # fmt: skip
    sources = {one["ref"]: one["source"] for one in row["treatments"]}
    return RecordOnFile(patient_id=row["id"], record=record, cases=cases, treatment_sources=sources)


def _contacts(stored: Iterable[Mapping[str, Any]]) -> Iterable[ContactPoint]:
    for one in stored:
        source = ContactSource(one["source"])
        # What staff or the person told us was right on the day they told it; a register says so itself or not at all.
        as_of = one["as_of"] or (None if source is ContactSource.REGISTER else one["valid_from"])
        yield ContactPoint(kind=ContactKind(one["kind"]), value=one["value"], source=source, as_of=_partial(as_of))


def _case(one: Mapping[str, Any]) -> CaseOnFile:
    diagnosis = Diagnosis(
        ref=one["ref"], site=TumourSite(one["site"]) if one["site"] else None, icd10=one["icd10"],
        morphology=one["morphology"], text=one["text"], diagnosed_on=_partial(one["on"]),
    )  # fmt: skip
    return CaseOnFile(id=one["id"], source=one["source"], diagnosis=diagnosis)


def _treatment(one: Mapping[str, Any]) -> Treatment:
    return Treatment(
        ref=one["ref"], kind=TreatmentKind(one["kind"]), diagnosis_ref=one["diagnosis_ref"],
        intent=TreatmentIntent(one["intent"]), started_on=_partial(one["started"]), ended_on=_partial(one["ended"]),
        code=one["code"], text=one["text"],
    )  # fmt: skip


def _partial(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None
