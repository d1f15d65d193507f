"""One person added by hand: the same reading and the same caution as a file, without a batch, approved by who adds them."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

import asyncpg
import msgspec

from rms.audit.model import Actor
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import BadInput, Conflict, Refused
from rms.people.model import ContactSource, Diagnosis, HospitalNumber, RegisterPerson, TumourSite
from rms.people.moves import CaseToPut, TreatmentToPut, add_person, put_cases, put_treatments
from rms.people.store import people_alike, records_of
from rms.sync.csv_table import read_date
from rms.sync.reading import Counts, Reading
from rms.sync.register_csv import COLUMNS, read_register_csv
from rms.sync.staging import Decision, Known, stage

#: What cases and treatments entered by hand are stored under, until the register tells of them.
SOURCE = "staff"
_NO_KEY = "on-paper"


def read_by_hand(
    details: Mapping[str, str],
    *,
    treatments: Sequence[Mapping[str, str]],
    site: TumourSite | None,
    hospital_system: str,
    today: date,
) -> RegisterPerson:
    """Read what was typed, by the columns of the register file. BadInput names every field that cannot be read.

    `site` is the tumour site that whoever types chose; with it a diagnosis needs no code.
    """
    rows = [dict(details) | dict(one) for one in treatments] or [dict(details)]
    if site is not None and not details.get("Diagnosis code"):
        diagnosis_columns = ("Date of diagnosis", "Diagnosis reference", "Morphology")
        rows = [{name: cell for name, cell in row.items() if name not in diagnosis_columns} for row in rows]
    # Nobody who is added by hand has a register's key; without it the reader asks for a number, and some have none.
    rows = [{"Register reference": _NO_KEY} | row for row in rows]
    reading = read_register_csv(_as_csv(rows), hospital_system=hospital_system, today=today)
    if reading.faults:
        told = dict.fromkeys(f"{fault.column or fault.place}: {fault.sentence}" for fault in reading.faults)
        raise BadInput("\n".join(told))
    (person,) = reading.people
    return _as_told_here(person, site=site, diagnosed_on=details.get("Date of diagnosis"), today=today)


def _as_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _as_told_here(
    record: RegisterPerson, *, site: TumourSite | None, diagnosed_on: str | None, today: date
) -> RegisterPerson:
    """Staff told it today; the site is theirs to choose."""
    replace = msgspec.structs.replace
    contacts = tuple(
        replace(contact, source=ContactSource.STAFF, as_of=PartialDate.of(today)) for contact in record.person.contacts
    )
    diagnoses, treatments = record.diagnoses, record.treatments
    if site is not None:
        diagnoses = tuple(replace(one, site=site) for one in diagnoses) or (_of_site(site, diagnosed_on),)
        treatments = tuple(replace(one, diagnosis_ref=diagnoses[0].ref) for one in treatments)
    return replace(record, person=replace(record.person, contacts=contacts), diagnoses=diagnoses, treatments=treatments)


def _of_site(site: TumourSite, diagnosed_on: str | None) -> Diagnosis:
    return Diagnosis(
        ref=f"{site}:{diagnosed_on or ''}",
        site=site,
        diagnosed_on=read_date(diagnosed_on) if diagnosed_on else None,
    )


async def add_by_hand(
    tx: Tx, *, organisation_id: int, record: RegisterPerson, even_if_alike: bool = False, by: Actor
) -> int:
    """Admit one person; returns the patient id. Refused, with the reason, when they may be on file already.

    Somebody of the same name and date of birth is on file when a command is typed twice; `even_if_alike` says that it is
    another person all the same.
    """
    found = await records_of(tx, organisation_id=organisation_id, people=[record])
    reading = Reading(people=(record,), faults=(), counts=Counts(read=1, used=1, held_back=0))
    (row,) = stage(reading, known=[Known(id=one.patient_id, record=one.record) for one in found]).rows
    if row.decision is not Decision.NEW:
        why = " ".join(row.reasons) or "Nothing was changed."
        raise Refused(f"A person with this number is on file here already. {why}")
    alike = await people_alike(tx, organisation_id=organisation_id, person=record.person)
    if alike and not even_if_alike:
        raise Refused(f"Somebody of this name and date of birth is on file here already: {alike[0]}.")
    flags = tuple(dict.fromkeys(flag.kind for flag in record.flags))
    try:
        patient_id = await add_person(
            tx, organisation_id=organisation_id, person=record.person, flags=flags, by=by, now=tx.now
        )
    except asyncpg.UniqueViolationError:
        raise Conflict("Somebody else added a person with this number just now. Nothing was changed.") from None
    cases = [CaseToPut(patient_id=patient_id, diagnosis=one, source=SOURCE) for one in record.diagnoses]
    case_ids = await put_cases(tx, organisation_id=organisation_id, cases=cases, by=by)
    treatments = [
        TreatmentToPut(patient_id=patient_id, case_id=case_ids.get((patient_id, one.diagnosis_ref or "")), treatment=one,
                       source=SOURCE)
        for one in record.treatments
    ]  # fmt: skip
    await put_treatments(tx, organisation_id=organisation_id, treatments=treatments, by=by)
    return patient_id


def hospital_number(text: str, *, own_system: str) -> HospitalNumber:
    """Read SYSTEM=VALUE; a bare number is of the organisation's own system."""
    system, sign, value = text.rpartition("=")
    if not value.strip() or (sign and not system.strip()):
        raise BadInput("Write the hospital number as SYSTEM=VALUE, such as RAA=H123456.")
    return HospitalNumber(system=system.strip() or own_system, value=value.strip())
