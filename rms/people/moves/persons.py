"""Admitting people and taking over who they are from a newer source, one or thousands at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import msgspec

from rms.audit.model import Actor
from rms.audit.moves import record_each
from rms.db.engine import Tx
from rms.errors import Conflict, NotFound
from rms.people.model import ContactKind, FlagKind, HospitalNumber, Person
from rms.people.moves.contacts import set_contacts
from rms.people.names import search_key

#: How somebody is reached until they say otherwise: a text when there is a mobile number, then email, then a letter.
_BY_KIND = ((ContactKind.MOBILE, "sms"), (ContactKind.EMAIL, "email"), (ContactKind.POST, "letter"))
CHUNK = 1_000

_T = TypeVar("_T")

# The columns of a person that a newer source may change, as the rows of one parameter.
_COLUMNS = (
    "nhs_number text, register_ref text, title text, family_name text, given_names text, name_key text, born_on date,"
    " born_text text, sex text, language text, interpreter_needed boolean, needs jsonb, restricted boolean, flags jsonb,"
    " gp_code text, gp_name text"
)
_NAMES = ", ".join(column.split()[0] for column in _COLUMNS.split(","))

_ADD = f"""
insert into patient (organisation_id, ref, {_NAMES}, prefers, created_by)
select $1, ref, {_NAMES}, prefers, $2
  from jsonb_to_recordset($3) as wanted(ref uuid, prefers text, {_COLUMNS})
returning id, ref
"""

# The practice is one fact: a new code never stands beside the old name. Flags that are answered go, others stay. What staff
# were told about language and needs stays: a register that says nothing would take an interpreter away.
_CHANGE = f"""
update patient p
   set nhs_number = coalesce(w.nhs_number, p.nhs_number), register_ref = coalesce(p.register_ref, w.register_ref),
       title = w.title, family_name = w.family_name, given_names = w.given_names, name_key = w.name_key,
       born_on = w.born_on, born_text = w.born_text, sex = w.sex,
       language = case when p.needs_said_on is null then coalesce(w.language, p.language) else p.language end,
       interpreter_needed = case when p.needs_said_on is null then w.interpreter_needed else p.interpreter_needed end,
       needs = case when p.needs_said_on is null then w.needs else p.needs end, restricted = w.restricted,
       gp_code = case when coalesce(w.gp_code, w.gp_name) is null then p.gp_code else w.gp_code end,
       gp_name = case when coalesce(w.gp_code, w.gp_name) is null then p.gp_name else w.gp_name end,
       flags = (select coalesce(jsonb_agg(distinct flag), '[]') from jsonb_array_elements(p.flags || w.flags) flag
                 where not (flag = '"{FlagKind.NO_NHS_NUMBER}"' and coalesce(w.nhs_number, p.nhs_number) is not null)
                   and not (flag = '"{FlagKind.PARTIAL_BIRTH_DATE}"' and w.born_on is not null))
  from jsonb_to_recordset($2) as w(id bigint, {_COLUMNS})
 where p.organisation_id = $1 and p.id = w.id
returning p.id
"""

_IDENTIFY = """
insert into patient_identifier (organisation_id, patient_id, authority, value)
select $1, patient_id, authority, value
  from jsonb_to_recordset($2) as wanted(patient_id bigint, authority text, value text)
on conflict (organisation_id, authority, value) do nothing
"""

_SOMEBODY_ELSES = """
select exists (
  select from jsonb_to_recordset($2) as wanted(patient_id bigint, authority text, value text)
    join patient_identifier i on i.organisation_id = $1 and i.authority = wanted.authority and i.value = wanted.value
   where i.patient_id <> wanted.patient_id)
"""


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """A person as a source gives them: who they are, the register's key for them, and why to look at them again."""

    person: Person
    register_ref: str | None = None
    flags: tuple[FlagKind, ...] = ()


def preferred_channel(person: Person) -> str:
    """The channel a new person starts with, from what is known of them; `phone` when nothing else is."""
    kinds = {contact.kind for contact in person.contacts}
    return next((channel for kind, channel in _BY_KIND if kind in kinds), "phone")


async def add_person(
    tx: Tx,
    *,
    organisation_id: int,
    person: Person,
    register_ref: str | None = None,
    flags: tuple[FlagKind, ...] = (),
    by: Actor,
    now: datetime,
) -> int:
    """Admit a person with their numbers and contact details; returns the patient id."""
    admission = Admission(person=person, register_ref=register_ref, flags=flags)
    return (await add_people(tx, organisation_id=organisation_id, people=[admission], by=by, now=now))[0]


async def add_people(
    tx: Tx, *, organisation_id: int, people: Sequence[Admission], by: Actor, now: datetime
) -> list[int]:
    """Admit people with their numbers and contact details; returns the patient ids in the order given."""
    added: list[int] = []
    for chunk in _chunks(people):
        # Rows come back in no promised order: each is known by the reference that it was given here.
        refs = [uuid4() for _ in chunk]
        rows = [
            {"ref": ref, "prefers": preferred_channel(one.person), **_columns(one)}
            for ref, one in zip(refs, chunk, strict=True)
        ]
        ids = {row["ref"]: row["id"] for row in await tx.fetch(_ADD, organisation_id, by.name, rows)}
        admitted = [(ids[ref], one.person) for ref, one in zip(refs, chunk, strict=True)]
        await _identify(tx, organisation_id=organisation_id, people=admitted)
        await set_contacts(
            tx, organisation_id=organisation_id, by=by, now=now,
            contacts=[(patient_id, contact) for patient_id, person in admitted for contact in person.contacts],
        )  # fmt: skip
        await record_each(
            tx, by=by, verb="person.add", subject_kind="patient", organisation_id=organisation_id,
            about=[(patient_id, patient_id) for patient_id, _ in admitted],
        )  # fmt: skip
        added += [patient_id for patient_id, _ in admitted]
    return added


async def change_person(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    person: Person,
    register_ref: str | None = None,
    flags: tuple[FlagKind, ...] = (),
    by: Actor,
    now: datetime,
) -> None:
    """Take over who a person is from a newer source; numbers are added, never taken away, contacts are `set_contact`."""
    admission = Admission(person=person, register_ref=register_ref, flags=flags)
    await change_people(tx, organisation_id=organisation_id, people={patient_id: admission}, by=by, now=now)


async def change_people(
    tx: Tx, *, organisation_id: int, people: Mapping[int, Admission], by: Actor, now: datetime
) -> None:
    """Take over who people are, by patient id. NotFound, and nothing changed, when one is not this organisation's."""
    del now  # the civil instant stands in the audit line
    for chunk in _chunks(list(people.items())):
        rows = [{"id": patient_id, **_columns(one)} for patient_id, one in chunk]
        changed = await tx.fetch(_CHANGE, organisation_id, rows)
        if len(changed) != len(chunk):
            raise NotFound("There is no such person.")
        await _identify(tx, organisation_id=organisation_id, people=[(i, one.person) for i, one in chunk])
        await record_each(
            tx, by=by, verb="person.change", subject_kind="patient", organisation_id=organisation_id,
            about=[(patient_id, patient_id) for patient_id, _ in chunk],
        )  # fmt: skip


async def add_identifier(tx: Tx, *, organisation_id: int, patient_id: int, number: HospitalNumber) -> None:
    """Keep a hospital number once. Conflict when it is another person's: two people would become one."""
    wanted = [{"patient_id": patient_id, "authority": number.system, "value": number.value}]
    await _keep_identifiers(tx, organisation_id=organisation_id, wanted=wanted)


async def _identify(tx: Tx, *, organisation_id: int, people: Iterable[tuple[int, Person]]) -> None:
    wanted = [
        {"patient_id": patient_id, "authority": number.system, "value": number.value}
        for patient_id, person in people
        for number in person.hospital_numbers
    ]
    if wanted:
        await _keep_identifiers(tx, organisation_id=organisation_id, wanted=wanted)


async def _keep_identifiers(tx: Tx, *, organisation_id: int, wanted: list[dict[str, Any]]) -> None:
    await tx.execute(_IDENTIFY, organisation_id, wanted)
    if await tx.fetchval(_SOMEBODY_ELSES, organisation_id, wanted):
        raise Conflict("A hospital number belongs to another person here: somebody must look which of them is meant.")


def _columns(one: Admission) -> dict[str, Any]:
    person = one.person
    flags = {*one.flags, *(() if person.nhs_number else (FlagKind.NO_NHS_NUMBER,))}
    return {
        "nhs_number": str(person.nhs_number) if person.nhs_number else None,
        "register_ref": one.register_ref,
        "title": person.name.prefix,
        "family_name": person.name.family,
        "given_names": " ".join(person.name.given),
        "name_key": search_key(person.name),
        "born_on": person.born_on.exact,
        "born_text": str(person.born_on),
        "sex": person.sex,
        "language": person.language,
        "interpreter_needed": person.interpreter_needed,
        "needs": person.needs,
        "restricted": person.restricted,
        "flags": sorted(flags),
        "gp_code": person.gp.code if person.gp else None,
        "gp_name": person.gp.name if person.gp else None,
    }


def _chunks(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
