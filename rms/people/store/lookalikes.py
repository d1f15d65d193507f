"""Who of an organisation's people could be meant: everybody who shares a number, the birth date or the whole name.

Finds, and decides nothing. For the worker, who asks for many at once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from rms.db.engine import Tx


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody outside describes one person to one organisation; `number` is the caller's own.

    `hospital_numbers` are pairs of authority and number; `name_key` is the folded name, empty when none was sent.
    """

    number: int
    organisation_id: int
    nhs_number: str | None = None
    born_on: date | None = None
    name_key: str = ""
    hospital_numbers: tuple[tuple[str, str], ...] = ()


class Lookalike(msgspec.Struct, frozen=True, kw_only=True):
    """One person who could be meant. `former_nhs_numbers` are those of rows that were merged into this one."""

    patient_id: int
    family_name: str
    given_names: str
    born_on: date | None
    nhs_number: str | None
    former_nhs_numbers: tuple[str, ...]
    hospital_numbers: tuple[tuple[str, str], ...]


#: People of one name whom a description without any number can bring up; more help nobody to choose.
SAME_NAME = 20

_LOOKALIKES = f"""
with asked as (
  select * from unnest($1::integer[], $2::smallint[], $3::text[], $4::date[], $5::text[])
           as a (number, organisation_id, nhs_number, born_on, name_key)),
numbered as (
  select * from unnest($6::integer[], $7::smallint[], $8::text[], $9::text[]) as n (number, organisation_id, authority, value)),
found as (
  select a.number, p.organisation_id, coalesce(p.merged_into_id, p.id) as id
    from asked a join patient p on p.nhs_number = a.nhs_number and p.organisation_id = a.organisation_id
  union
  select a.number, p.organisation_id, coalesce(p.merged_into_id, p.id)
    from asked a join patient p on p.organisation_id = a.organisation_id and p.born_on = a.born_on
  union
  select a.number, p.organisation_id, p.id
    from asked a cross join lateral (
      select id, organisation_id from patient p where p.organisation_id = a.organisation_id and p.name_key = a.name_key
         and p.merged_into_id is null order by id limit {SAME_NAME}) p
   where a.name_key <> ''
  union
  select n.number, i.organisation_id, coalesce(p.merged_into_id, p.id)
    from numbered n join patient_identifier i on i.authority = n.authority and i.value = n.value
     and i.organisation_id = n.organisation_id
    join patient p on p.organisation_id = i.organisation_id and p.id = i.patient_id)
select f.number, p.id as patient_id, p.family_name, p.given_names, p.born_on, p.nhs_number,
       array(select m.nhs_number from patient m where m.organisation_id = p.organisation_id and m.merged_into_id = p.id
                and m.nhs_number is not null) as former,
       array(select array[i.authority, i.value] from patient_identifier i where i.organisation_id = p.organisation_id
                and (i.patient_id = p.id or i.patient_id in (
                  select m.id from patient m where m.organisation_id = p.organisation_id and m.merged_into_id = p.id)))
         as numbers
  from found f join patient p on p.organisation_id = f.organisation_id and p.id = f.id
 order by f.number, p.id
"""


async def lookalikes(tx: Tx, described: Sequence[Described]) -> dict[int, list[Lookalike]]:
    """Everybody who could be meant, by the number of the description, in one round trip."""
    numbers = [(one.number, one.organisation_id, *pair) for one in described for pair in one.hospital_numbers]
    rows = await tx.fetch(
        _LOOKALIKES, [one.number for one in described], [one.organisation_id for one in described],
        [one.nhs_number for one in described], [one.born_on for one in described], [one.name_key for one in described],
        *(list(column) for column in (zip(*numbers, strict=True) if numbers else ([], [], [], []))),
    )  # fmt: skip
    found: dict[int, list[Lookalike]] = {one.number: [] for one in described}
    for row in rows:
        found[row["number"]].append(_lookalike(row))
    return found


def _lookalike(row: Mapping[str, Any]) -> Lookalike:
    return Lookalike(
        patient_id=row["patient_id"], family_name=row["family_name"], given_names=row["given_names"],
        born_on=row["born_on"], nhs_number=row["nhs_number"], former_nhs_numbers=tuple(row["former"]),
        hospital_numbers=tuple((authority, value) for authority, value in row["numbers"]),
    )  # fmt: skip
