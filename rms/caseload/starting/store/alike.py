"""Who is on file already and may be the one who is being added."""

from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.scope import VISIBLE
from rms.people.model import Person
from rms.people.names import search_key


class OnFile(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who shares a number, or the name and the date of birth. `ours`: whoever asks may open them."""

    id: int
    ref: UUID
    family_name: str
    given_names: str
    title: str | None
    born_text: str
    nhs_number: str | None
    same_number: bool
    ours: bool


_ALIKE = f"""
select p.id, p.ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number,
       coalesce(p.nhs_number = $3, false) or numbered.yes as same_number, coalesce({VISIBLE}, false) as ours
  from patient p
  cross join lateral (
    select exists (select from patient_identifier i where i.organisation_id = p.organisation_id and i.patient_id = p.id
                      and i.authority = any($6) and i.value = any($7)) as yes) numbered
 where p.organisation_id = $2 and p.merged_into_id is null
   and p.id in (
     select id from patient where organisation_id = $2 and nhs_number = $3
     union select id from patient where organisation_id = $2 and name_key = $4 and born_text = $5
     union select patient_id from patient_identifier where organisation_id = $2 and authority = any($6) and value = any($7))
 order by p.id limit 20
"""


async def alike(look: Look, *, person: Person) -> list[OnFile]:
    """Everybody of the organisation who may be meant, whichever team follows them."""
    rows = await look.tx.fetch(
        _ALIKE, *look.scope, str(person.nhs_number) if person.nhs_number else None, search_key(person.name),
        str(person.born_on), [one.system for one in person.hospital_numbers],
        [one.value for one in person.hospital_numbers],
    )  # fmt: skip
    return [OnFile(**dict(row)) for row in rows]
