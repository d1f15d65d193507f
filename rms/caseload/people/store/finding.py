"""People in the scope of the one who asks: search by a name, a number or the date of birth, and one person."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.people.likeness import nearest
from rms.caseload.scope import VISIBLE
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker
from rms.people.store import PersonOnFile, person

MOST_FOUND = 50

_FOUND = f"""
select p.id, p.ref, p.nhs_number, p.family_name, p.given_names, p.title, p.born_text, p.death_state from patient p
 where p.organisation_id = $2 and p.merged_into_id is null and {{key}} and ({VISIBLE})
 order by p.name_key, p.id limit $4
"""
_BY_NAME = _FOUND.format(key="p.name_key ^@ $3")
_BY_NUMBER = _FOUND.format(key="p.nhs_number = $3")
_BY_BIRTH_DATE = _FOUND.format(key="p.born_on = $3")
_BY_HOSPITAL_NUMBER = _FOUND.format(
    key="p.id in (select patient_id from patient_identifier where organisation_id = $2 and value = any($3))"
)
_BY_ID = _FOUND.format(key="p.id = any($3)")

#: Names that are read to find the nearest ones; more than any team follows.
MOST_NAMES = 20_000
_NAMES = f"""
select p.id, p.name_key from patient p where p.organisation_id = $2 and p.merged_into_id is null and ({VISIBLE})
 order by p.id limit $3
"""


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a search."""

    id: int
    ref: UUID
    nhs_number: str | None
    family_name: str
    given_names: str
    title: str | None
    born_text: str
    death_state: str | None


class PlanInScope(msgspec.Struct, frozen=True, kw_only=True):
    """Where the address of a plan leads."""

    plan_id: int
    patient_id: int
    person_ref: UUID


async def find_by_name(look: Look, *, key: str) -> list[FoundPerson]:
    """People whose folded name starts with a folded key, family name first."""
    return [_found(row) for row in await look.tx.fetch(_BY_NAME, *look.scope, key, MOST_FOUND)]


async def find_by_nhs_number(look: Look, *, nhs_number: str) -> list[FoundPerson]:
    """The person with an NHS number, or nobody."""
    return [_found(row) for row in await look.tx.fetch(_BY_NUMBER, *look.scope, nhs_number, MOST_FOUND)]


async def find_by_birth_date(look: Look, *, born_on: date) -> list[FoundPerson]:
    """Everybody who was born on a day."""
    return [_found(row) for row in await look.tx.fetch(_BY_BIRTH_DATE, *look.scope, born_on, MOST_FOUND)]


async def find_by_hospital_number(look: Look, *, number: str) -> list[FoundPerson]:
    """Whoever has a hospital number, of whichever hospital; capital letters and spaces are forgiven."""
    numbers = list({number, number.upper(), number.replace(" ", "").upper()})
    return [_found(row) for row in await look.tx.fetch(_BY_HOSPITAL_NUMBER, *look.scope, numbers, MOST_FOUND)]


async def find_nearly(look: Look, *, key: str) -> list[FoundPerson]:
    """People whose name is nearly a folded key, the nearest first. Reads every name in scope: only when nobody has it."""
    names = await look.tx.fetch(_NAMES, *look.scope, MOST_NAMES)
    ids = nearest(key, ((row["id"], row["name_key"]) for row in names), most=MOST_FOUND)
    found = {row["id"]: _found(row) for row in await look.tx.fetch(_BY_ID, *look.scope, ids, MOST_FOUND)}
    return [found[one] for one in ids if one in found]


async def person_behind(look: Look, *, ref: UUID) -> PersonOnFile:
    """The person an address leads to; NotFound when they are outside the scope of the one who asks."""
    patient_id = await _in_scope(look.tx, *look.scope, ref=ref)
    return await person(look.tx, organisation_id=look.asks.organisation_id, patient_id=patient_id)


async def person_in_scope(tx: Tx, *, asks: Asker, ref: UUID) -> int:
    """Where an address leads, for a door: the person's id; NotFound when they are outside the scope of the asker."""
    return await _in_scope(tx, asks.team_ids, asks.organisation_id, ref=ref)


async def plan_in_scope(tx: Tx, *, asks: Asker, ref: UUID) -> PlanInScope:
    """Where the address of a plan leads; NotFound when it is not a plan of the asker's own teams, who alone change it."""
    row = await tx.fetchrow(
        "select l.id as plan_id, l.patient_id, p.ref as person_ref from plan l"
        " join patient p on p.organisation_id = l.organisation_id and p.id = l.patient_id"
        " where l.organisation_id = $2 and l.team_id = any($1) and l.ref = $3",
        list(asks.team_ids), asks.organisation_id, ref,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such plan.")
    return PlanInScope(**dict(row))


async def _in_scope(tx: Tx, team_ids: Iterable[int], organisation_id: int, *, ref: UUID) -> int:
    patient_id: int | None = await tx.fetchval(
        f"select p.id from patient p where p.ref = $3 and ({VISIBLE})", list(team_ids), organisation_id, ref
    )
    if patient_id is None:
        raise NotFound("There is no such person.")
    return patient_id


def _found(row: Mapping[str, Any]) -> FoundPerson:
    return FoundPerson(**dict(row))
