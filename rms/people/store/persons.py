"""People: who they are, how to reach them, what the register knows of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.model import ContactKind, Person, PersonName
from rms.people.names import search_key


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One way to reach a person that is in force and not known to be dead."""

    id: int
    kind: ContactKind
    value: str
    source: str
    valid_from: date


class PersonOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A person as one organisation has them on file.

    `born_on` is None when only part of the birth date is known. `death_state` is `formal`, `informal` or None.
    """

    id: int
    ref: UUID
    organisation_id: int
    nhs_number: str | None
    name: PersonName
    born_on: date | None
    born_text: str
    sex: str
    language: str | None
    prefers: str
    gp_code: str | None
    gp_name: str | None
    restricted: bool
    messages_stopped_at: datetime | None
    messages_stopped_why: str | None
    death_state: str | None
    died_on: str | None


_PERSON = """
select id, ref, organisation_id, nhs_number, title, family_name, given_names, born_on, born_text, sex, language,
       prefers, gp_code, gp_name, restricted, messages_stopped_at, messages_stopped_why, death_state, died_on
  from patient
"""


def person_from(row: Mapping[str, Any]) -> PersonOnFile:
    """Make the value from a row of `patient`."""
    return PersonOnFile(
        id=row["id"], ref=row["ref"], organisation_id=row["organisation_id"], nhs_number=row["nhs_number"],
        name=PersonName(family=row["family_name"], given=tuple(row["given_names"].split()), prefix=row["title"]),
        born_on=row["born_on"], born_text=row["born_text"], sex=row["sex"], language=row["language"],
        prefers=row["prefers"], gp_code=row["gp_code"], gp_name=row["gp_name"], restricted=row["restricted"],
        messages_stopped_at=row["messages_stopped_at"], messages_stopped_why=row["messages_stopped_why"],
        death_state=row["death_state"], died_on=row["died_on"],
    )  # fmt: skip


async def person(tx: Tx, *, organisation_id: int, patient_id: int) -> PersonOnFile:
    """One person; NotFound when they are not this organisation's."""
    row = await tx.fetchrow(f"{_PERSON} where organisation_id = $1 and id = $2", organisation_id, patient_id)
    if row is None:
        raise NotFound("There is no such person.")
    return person_from(row)


async def people_alike(tx: Tx, *, organisation_id: int, person: Person) -> list[UUID]:
    """The references of people with this name and date of birth, as far as it is known."""
    rows = await tx.fetch(
        "select ref from patient where organisation_id = $1 and name_key = $2 and born_text = $3"
        " and merged_into_id is null order by id",
        organisation_id, search_key(person.name), str(person.born_on),
    )  # fmt: skip
    return [row["ref"] for row in rows]


async def patients_with_nhs_number(tx: Tx, nhs_number: str) -> list[PersonOnFile]:
    """The rows of one NHS number: under the worker's role those of every organisation that follows the person."""
    rows = await tx.fetch(
        f"{_PERSON} where nhs_number = $1 and merged_into_id is null order by organisation_id", nhs_number
    )
    return [person_from(row) for row in rows]


async def lock_people(tx: Tx, patient_ids: Iterable[int]) -> None:
    """Lock people in the order of their ids, so that two doors never wait for each other."""
    await tx.fetch("select id from patient where id = any($1) order by id for no key update", sorted(set(patient_ids)))


async def known_dead(tx: Tx, *, organisation_id: int, patient_id: int) -> str | None:
    """`formal` or `informal` when anybody has told us that the person died, here or at another organisation."""
    state: str | None = await tx.fetchval(
        "select coalesce(death_state, known_dead(nhs_number)) from patient where organisation_id = $1 and id = $2",
        organisation_id, patient_id,
    )  # fmt: skip
    return state


async def known_dead_numbers(tx: Tx, nhs_numbers: Iterable[str]) -> frozenset[str]:
    """The NHS numbers among these of people who died, as far as anybody has told us."""
    rows = await tx.fetch("select number from unnest($1::text[]) number where known_dead(number) is not null",
                          list(nhs_numbers))  # fmt: skip
    return frozenset(row["number"] for row in rows)


async def contacts_in_force(tx: Tx, *, organisation_id: int, patient_id: int) -> list[Contact]:
    """The ways to reach a person that are in force, the latest first."""
    rows = await tx.fetch(
        "select id, kind, value, source, valid_from from contact_point"
        " where organisation_id = $1 and patient_id = $2 and valid_until is null and dead_at is null"
        " order by valid_from desc, id desc",
        organisation_id, patient_id,
    )  # fmt: skip
    return [
        Contact(id=row["id"], kind=ContactKind(row["kind"]), value=row["value"], source=row["source"],
                valid_from=row["valid_from"])
        for row in rows
    ]  # fmt: skip


async def needs_large_print(tx: Tx, *, organisation_id: int, patient_id: int) -> bool:
    """Whether letters to this person are printed large, as they, staff or the register said."""
    found: bool = await tx.fetchval(
        "select exists (select from patient p, jsonb_array_elements(p.needs) need where p.organisation_id = $1 and p.id = $2"
        " and need->>'text' ~* '\\mlarge (print|font|type)')", organisation_id, patient_id,
    )  # fmt: skip
    return found


async def cases_of(tx: Tx, *, organisation_id: int, patient_id: int) -> list[dict[str, Any]]:
    """The cancers of one person: id, ref, source, source_ref, tumour_site, icd10, description, diagnosed_on."""
    rows = await tx.fetch(
        "select id, ref, source, source_ref, tumour_site, icd10, description, diagnosed_on from register_case"
        " where organisation_id = $1 and patient_id = $2 order by id",
        organisation_id, patient_id,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def treatments_of(tx: Tx, *, organisation_id: int, patient_id: int) -> list[dict[str, Any]]:
    """The treatments of one person: id, case_id, source_ref, kind, intent, code, description, started_on, ended_on."""
    rows = await tx.fetch(
        "select id, case_id, source_ref, kind, intent, code, description, started_on, ended_on from treatment"
        " where organisation_id = $1 and patient_id = $2 order by started_on nulls last, id",
        organisation_id, patient_id,
    )  # fmt: skip
    return [dict(row) for row in rows]
