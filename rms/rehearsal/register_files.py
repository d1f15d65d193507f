"""Made-up people as a register would send them: a FHIR R4 bundle or the CSV file of `docs/reference/register-csv.md`.

Reading what is written here gives the same people back; a test holds reader and writer to that.
"""

import csv
import io
from collections.abc import Iterable
from typing import Any

from rms.people.model import ContactKind, Death, Diagnosis, Person, RegisterPerson, Treatment, TreatmentIntent
from rms.sync.fhir.cases import MCODE
from rms.sync.fhir.outcomes import ICD10
from rms.sync.fhir.patient import UK_CORE
from rms.sync.fhir.values import NHS_NUMBER, ODS_CODE, OPCS, SNOMED
from rms.sync.register_csv import COLUMNS

Json = dict[str, Any]
_TELECOM = {ContactKind.MOBILE: "phone", ContactKind.PHONE: "phone", ContactKind.EMAIL: "email"}
_INTENTS = {TreatmentIntent.CURATIVE: "373808002", TreatmentIntent.PALLIATIVE: "363676003"}


def bundle(people: Iterable[RegisterPerson]) -> Json:
    """Write people as a collection bundle: Patient, Conditions and Procedures of each."""
    resources = [resource for person in people for resource in _resources(person)]
    entries = [
        {"fullUrl": f"https://register.example.org/fhir/{r['resourceType']}/{r['id']}", "resource": r}
        for r in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _resources(record: RegisterPerson) -> Iterable[Json]:
    yield _patient(record)
    for diagnosis in record.diagnoses:
        yield _condition(diagnosis, subject=record.ref)
    for treatment in record.treatments:
        yield _procedure(treatment, subject=record.ref)


def _patient(record: RegisterPerson) -> Json:
    person = record.person
    numbers = [{"system": n.system, "value": n.value} for n in person.hospital_numbers]
    if person.nhs_number:
        numbers.insert(0, {"system": NHS_NUMBER, "value": str(person.nhs_number)})
    name: Json = {"use": "official", "family": person.name.family, "given": list(person.name.given)}
    if person.name.prefix:
        name["prefix"] = [person.name.prefix]
    patient: Json = {
        "resourceType": "Patient",
        "id": record.ref.removeprefix("Patient/"),
        "identifier": numbers,
        "name": [name],
        "gender": str(person.sex),
        "birthDate": str(person.born_on),
        **_reached(person),
    }
    if person.gp:
        practice = {"system": ODS_CODE, "value": person.gp.code}
        patient["generalPractitioner"] = [{"identifier": practice, "display": person.gp.name}]
    if person.language:
        tag = {"coding": [{"system": "urn:ietf:bcp:47", "code": person.language}]}
        patient["communication"] = [{"language": tag, "preferred": True}]
    return patient | (
        _deceased(record.death) if record.death else {"deceasedBoolean": False} if record.said_alive else {}
    )


def _reached(person: Person) -> Json:
    since = next((str(contact.as_of) for contact in person.contacts if contact.as_of), None)
    telecom = [
        {"system": _TELECOM[c.kind], "value": c.value, **({"period": {"start": str(c.as_of)}} if c.as_of else {})}
        for c in person.contacts
        if c.kind in _TELECOM
    ]
    post = next((contact.value for contact in person.contacts if contact.kind is ContactKind.POST), None)
    found: Json = {"telecom": telecom} if telecom else {}
    if post:
        *lines, postcode = post.split("\n")
        period = {"period": {"start": since}} if since else {}
        found["address"] = [{"use": "home", "line": lines, "postalCode": postcode, **period}]
    return found


def _deceased(death: Death) -> Json:
    code, display = ("2", "Formal") if death.formal else ("1", "Informal")
    system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus"
    status = {"coding": [{"system": system, "code": code, "display": display}]}
    inner = {"url": "deathNotificationStatus", "valueCodeableConcept": status}
    extension = {"url": f"{UK_CORE}DeathNotificationStatus", "extension": [inner]}
    when: Json = {"deceasedDateTime": str(death.died_on)} if death.died_on else {"deceasedBoolean": True}
    return {"extension": [extension], **when}


def _condition(diagnosis: Diagnosis, *, subject: str) -> Json:
    condition: Json = {
        "resourceType": "Condition",
        "id": diagnosis.ref.removeprefix("Condition/"),
        "code": {"coding": [{"system": ICD10, "code": diagnosis.icd10}]},
        "subject": {"reference": subject},
    }
    if diagnosis.morphology:
        coding = {"system": "http://terminology.hl7.org/CodeSystem/icd-o-3", "code": diagnosis.morphology}
        concept = {"coding": [coding]}
        url = f"{MCODE}histology-morphology-behavior"
        condition["extension"] = [{"url": url, "valueCodeableConcept": concept}]
    if diagnosis.diagnosed_on:
        condition["onsetDateTime"] = str(diagnosis.diagnosed_on)
    return condition


def _procedure(treatment: Treatment, *, subject: str) -> Json:
    code: Json = {"coding": [{"system": OPCS, "code": treatment.code}], "text": treatment.text}
    period = {"start": str(treatment.started_on), "end": str(treatment.ended_on)}
    procedure: Json = {
        "resourceType": "Procedure",
        "id": treatment.ref.removeprefix("Procedure/"),
        "status": "completed",
        "code": code,
        "subject": {"reference": subject},
        "performedPeriod": {key: value for key, value in period.items() if value != "None"},
    }
    if treatment.intent in _INTENTS:
        concept = {"coding": [{"system": SNOMED, "code": _INTENTS[treatment.intent]}]}
        procedure["extension"] = [{"url": f"{MCODE}procedure-intent", "valueCodeableConcept": concept}]
    if treatment.diagnosis_ref:
        procedure["reasonReference"] = [{"reference": treatment.diagnosis_ref}]
    return procedure


def csv_file(people: Iterable[RegisterPerson]) -> bytes:
    """Write people as the documented CSV file, as a spreadsheet saves it: with a byte-order mark and CRLF."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=COLUMNS)
    writer.writeheader()
    for record in people:
        who = _who(record)
        cases = [_case(d, t) for d in record.diagnoses for t in record.treatments if t.diagnosis_ref == d.ref]
        writer.writerows(who | case for case in cases or [{}])
    return text.getvalue().encode("utf-8-sig")


def _who(record: RegisterPerson) -> dict[str, str]:
    person, death = record.person, record.death
    contacts = {contact.kind: contact for contact in person.contacts}
    *lines, postcode = contacts[ContactKind.POST].value.split("\n") if ContactKind.POST in contacts else [""]
    as_of = next((str(contact.as_of) for contact in person.contacts if contact.as_of), "")
    gp = person.gp
    status = "alive" if record.said_alive else ("formal" if death.formal else "informal") if death else ""
    return {
        "Register reference": record.ref,
        "NHS number": person.nhs_number.shown if person.nhs_number else "",
        "Hospital number": next((number.value for number in person.hospital_numbers), ""),
        "Title": person.name.prefix or "",
        "First names": " ".join(person.name.given),
        "Last name": person.name.family,
        "Date of birth": str(person.born_on),
        "Sex": person.sex,
        "Mobile": contacts[ContactKind.MOBILE].value if ContactKind.MOBILE in contacts else "",
        "Telephone": contacts[ContactKind.PHONE].value if ContactKind.PHONE in contacts else "",
        "Email": contacts[ContactKind.EMAIL].value if ContactKind.EMAIL in contacts else "",
        "Address": ", ".join(lines),
        "Postcode": postcode,
        "Contact details as of": as_of,
        "Language": person.language or "",
        "GP practice code": (gp.code if gp else None) or "",
        "GP practice name": (gp.name if gp else None) or "",
        "Death": status,
        "Date of death": str(death.died_on) if death and death.died_on else "",
    }


def _case(diagnosis: Diagnosis, treatment: Treatment) -> dict[str, str]:
    return {
        "Diagnosis reference": diagnosis.ref,
        "Diagnosis code": diagnosis.icd10 or "",
        "Morphology": diagnosis.morphology or "",
        "Date of diagnosis": str(diagnosis.diagnosed_on or ""),
        "Treatment reference": treatment.ref,
        "Treatment": treatment.kind.replace("_", " "),
        "Treatment intent": treatment.intent,
        "Treatment started": str(treatment.started_on or ""),
        "Treatment ended": str(treatment.ended_on or ""),
        "Procedure code": treatment.code or "",
        "Procedure": treatment.text or "",
    }
