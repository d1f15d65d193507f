"""What can happen to people, their contact details and their register cases inside an open transaction.

Each move names its organisation, so that it works in a member of staff's transaction and in the worker's alike.
"""

from datetime import datetime

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.clock import london_date
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.people.model import ContactKind, ContactPoint, Diagnosis, HospitalNumber, Person, Treatment
from rms.people.names import search_key

#: How somebody is reached until they say otherwise: a text when there is a mobile number, then email, then a letter.
_BY_KIND = ((ContactKind.MOBILE, "sms"), (ContactKind.EMAIL, "email"), (ContactKind.POST, "letter"))


def preferred_channel(person: Person) -> str:
    """The channel a new person starts with, from what is known of them; `phone` when nothing else is."""
    kinds = {contact.kind for contact in person.contacts}
    return next((channel for kind, channel in _BY_KIND if kind in kinds), "phone")


def _exact(partial: PartialDate | None) -> tuple[object, object]:
    """A partial date as its two columns: the day when it is known, and the text as it came."""
    return (None, None) if partial is None else (partial.exact, str(partial))


async def add_person(tx: Tx, *, organisation_id: int, person: Person, by: Actor, now: datetime) -> int:
    """Admit a person with their numbers and contact details; returns the patient id."""
    born_on, born_text = _exact(person.born_on)
    flags = [] if person.nhs_number else ["no_nhs_number"]
    patient_id: int = await tx.fetchval(
        "insert into patient (organisation_id, nhs_number, title, family_name, given_names, name_key, born_on,"
        " born_text, sex, language, interpreter_needed, needs, restricted, flags, gp_code, gp_name, prefers, created_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning id",
        organisation_id, str(person.nhs_number) if person.nhs_number else None, person.name.prefix, person.name.family,
        " ".join(person.name.given), search_key(person.name), born_on, born_text, person.sex, person.language,
        person.interpreter_needed, [need.text for need in person.needs], person.restricted, flags,
        person.gp.code if person.gp else None, person.gp.name if person.gp else None, preferred_channel(person),
        by.name,
    )  # fmt: skip
    for number in person.hospital_numbers:
        await add_identifier(tx, organisation_id=organisation_id, patient_id=patient_id, number=number)
    for contact in person.contacts:
        await set_contact(tx, organisation_id=organisation_id, patient_id=patient_id, contact=contact, by=by, now=now)
    await record(tx, by=by, verb="person.add", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id)  # fmt: skip
    return patient_id


async def change_person(
    tx: Tx, *, organisation_id: int, patient_id: int, person: Person, by: Actor, now: datetime
) -> None:
    """Take over who a person is from a newer source; contact details and numbers are added, never taken away."""
    born_on, born_text = _exact(person.born_on)
    await tx.execute(
        "update patient set nhs_number = coalesce($3, nhs_number), title = $4, family_name = $5, given_names = $6,"
        " name_key = $7, born_on = $8, born_text = $9, sex = $10, language = coalesce($11, language),"
        " interpreter_needed = $12, needs = $13, restricted = $14, gp_code = coalesce($15, gp_code),"
        " gp_name = coalesce($16, gp_name),"
        " flags = case when coalesce($3, nhs_number) is null then flags else flags - 'no_nhs_number' end"
        " where organisation_id = $1 and id = $2",
        organisation_id, patient_id, str(person.nhs_number) if person.nhs_number else None, person.name.prefix,
        person.name.family, " ".join(person.name.given), search_key(person.name), born_on, born_text, person.sex,
        person.language, person.interpreter_needed, [need.text for need in person.needs], person.restricted,
        person.gp.code if person.gp else None, person.gp.name if person.gp else None,
    )  # fmt: skip
    for number in person.hospital_numbers:
        await add_identifier(tx, organisation_id=organisation_id, patient_id=patient_id, number=number)
    await record(tx, by=by, verb="person.change", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id)  # fmt: skip


async def add_identifier(tx: Tx, *, organisation_id: int, patient_id: int, number: HospitalNumber) -> None:
    """Keep a hospital number; the same number of the same authority once."""
    await tx.execute(
        "insert into patient_identifier (organisation_id, patient_id, authority, value) values ($1, $2, $3, $4)"
        " on conflict (organisation_id, authority, value) do nothing",
        organisation_id, patient_id, number.system, number.value,
    )  # fmt: skip


async def set_contact(
    tx: Tx, *, organisation_id: int, patient_id: int, contact: ContactPoint, by: Actor, now: datetime
) -> None:
    """Put a way to reach the person in force; the one of the same kind ends today. The same value again: nothing."""
    today = london_date(now)
    same = await tx.fetchval(
        "select id from contact_point where organisation_id = $1 and patient_id = $2 and kind = $3 and value = $4"
        " and valid_until is null",
        organisation_id, patient_id, contact.kind, contact.value,
    )  # fmt: skip
    if same is not None:
        return
    await tx.execute(
        "update contact_point set valid_until = $4 where organisation_id = $1 and patient_id = $2 and kind = $3"
        " and valid_until is null",
        organisation_id, patient_id, contact.kind, today,
    )  # fmt: skip
    await tx.execute(
        "insert into contact_point (organisation_id, patient_id, kind, value, source, as_of, valid_from, recorded_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation_id, patient_id, contact.kind, contact.value, contact.source,
        str(contact.as_of) if contact.as_of else None, today, by.name,
    )  # fmt: skip
    await record(tx, by=by, verb="contact.set", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"kind": contact.kind})  # fmt: skip


async def mark_contact_dead(
    tx: Tx, *, organisation_id: int, contact_id: int, why: str, by: Actor, now: datetime
) -> int:
    """A number or address that does not work; returns the patient id."""
    patient_id: int = await tx.fetchval(
        "update contact_point set dead_at = $3, dead_why = $4 where organisation_id = $1 and id = $2"
        " returning patient_id",
        organisation_id, contact_id, now, why,
    )  # fmt: skip
    await record(tx, by=by, verb="contact.dead", subject_kind="contact_point", subject_id=contact_id,
                 patient_id=patient_id, organisation_id=organisation_id, reason=why)  # fmt: skip
    return patient_id


async def set_preference(tx: Tx, *, organisation_id: int, patient_id: int, prefers: str, by: Actor) -> None:
    """How the person wants to be reached: sms, email, letter or phone."""
    await tx.execute("update patient set prefers = $3 where organisation_id = $1 and id = $2",
                     organisation_id, patient_id, prefers)  # fmt: skip
    await record(tx, by=by, verb="person.prefer", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"prefers": prefers})  # fmt: skip


async def stop_messages(tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor, now: datetime) -> None:
    """The person wants no messages. Their plan goes on; what they would have been sent becomes the team's work."""
    await tx.execute(
        "update patient set messages_stopped_at = $3, messages_stopped_by = $4, messages_stopped_why = $5"
        " where organisation_id = $1 and id = $2 and messages_stopped_at is null",
        organisation_id, patient_id, now, by.name, why,
    )  # fmt: skip
    await record(tx, by=by, verb="messages.stop", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, reason=why)  # fmt: skip


async def mark_dead(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    formal: bool,
    died_on: PartialDate | None,
    by: Actor,
    now: datetime,
) -> None:
    """Note the death on this organisation's row; the fact itself is kept by NHS number (`record_death_fact`)."""
    await tx.execute(
        "update patient set death_state = case when death_state = 'formal' then 'formal' else $3 end,"
        " died_on = coalesce($4, died_on), death_recorded_at = coalesce(death_recorded_at, $5)"
        " where organisation_id = $1 and id = $2",
        organisation_id, patient_id, "formal" if formal else "informal", str(died_on) if died_on else None, now,
    )  # fmt: skip
    await record(tx, by=by, verb="death.record", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"formal": formal})  # fmt: skip


async def mark_alive(tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor) -> None:
    """Take a death back on this organisation's row."""
    await tx.execute(
        "update patient set death_state = null, died_on = null, death_recorded_at = null"
        " where organisation_id = $1 and id = $2",
        organisation_id, patient_id,
    )  # fmt: skip
    await record(tx, by=by, verb="death.reverse", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, reason=why)  # fmt: skip


async def put_case(
    tx: Tx, *, organisation_id: int, patient_id: int, diagnosis: Diagnosis, source: str, by: Actor
) -> int:
    """Add a cancer of the register, or bring it up to date (same source and reference); returns the case id."""
    diagnosed_on, diagnosed_text = _exact(diagnosis.diagnosed_on)
    case_id: int = await tx.fetchval(
        "insert into register_case (organisation_id, patient_id, source, source_ref, tumour_site, icd10, morphology,"
        " description, diagnosed_on, diagnosed_text) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " on conflict (organisation_id, source, source_ref) do update set tumour_site = excluded.tumour_site,"
        " icd10 = excluded.icd10, morphology = excluded.morphology, description = excluded.description,"
        " diagnosed_on = excluded.diagnosed_on, diagnosed_text = excluded.diagnosed_text returning id",
        organisation_id, patient_id, source, diagnosis.ref, diagnosis.site, diagnosis.icd10, diagnosis.morphology,
        diagnosis.text, diagnosed_on, diagnosed_text,
    )  # fmt: skip
    await record(tx, by=by, verb="case.put", subject_kind="register_case", subject_id=case_id, patient_id=patient_id,
                 organisation_id=organisation_id)  # fmt: skip
    return case_id


async def put_treatment(
    tx: Tx, *, organisation_id: int, patient_id: int, case_id: int | None, treatment: Treatment, source: str, by: Actor
) -> int:
    """Add a treatment, or bring it up to date (same source and reference); returns its id."""
    started_on, started_text = _exact(treatment.started_on)
    ended_on, ended_text = _exact(treatment.ended_on)
    treatment_id: int = await tx.fetchval(
        "insert into treatment (organisation_id, patient_id, case_id, source, source_ref, kind, intent, code,"
        " description, started_on, started_text, ended_on, ended_text)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " on conflict (organisation_id, source, source_ref) do update set case_id = excluded.case_id,"
        " kind = excluded.kind, intent = excluded.intent, code = excluded.code, description = excluded.description,"
        " started_on = excluded.started_on, started_text = excluded.started_text, ended_on = excluded.ended_on,"
        " ended_text = excluded.ended_text returning id",
        organisation_id, patient_id, case_id, source, treatment.ref, treatment.kind, treatment.intent, treatment.code,
        treatment.text, started_on, started_text, ended_on, ended_text,
    )  # fmt: skip
    await record(tx, by=by, verb="treatment.put", subject_kind="treatment", subject_id=treatment_id,
                 patient_id=patient_id, organisation_id=organisation_id)  # fmt: skip
    return treatment_id
