"""What is on file about a person beside their name: helper, hospital numbers, and whom a register told us of."""

from datetime import date

import msgspec

from rms.caseload.looking import Look
from rms.people.model import Helper

_HELPER = """
select h.name, h.relation, h.phone, h.may_be_told, h.said_by, h.valid_from, s.display_name as recorded_by
  from person_helper h join staff s on s.organisation_id = h.organisation_id and s.id = h.recorded_by_staff_id
 where h.organisation_id = $1 and h.patient_id = $2 and h.valid_until is null
"""
_KEYS = """
select p.register_ref is not null as from_register, p.needs_said_on, p.needs_said_by,
       coalesce((select jsonb_agg(jsonb_build_array(i.value, i.authority) order by i.id) from patient_identifier i
                  where i.organisation_id = p.organisation_id and i.patient_id = p.id), '[]') as hospital_numbers
  from patient p where p.organisation_id = $1 and p.id = $2
"""


class HelperOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """Who helps a person, who said so and since when."""

    helper: Helper
    said_by: str
    valid_from: date
    recorded_by: str


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a register told us of the person, their hospital numbers, and when their needs were last spoken about."""

    from_register: bool
    hospital_numbers: tuple[tuple[str, str], ...]
    needs_said_on: date | None
    needs_said_by: str | None


async def helper_of(look: Look, *, patient_id: int) -> HelperOnFile | None:
    """Who helps a person today; None when nobody said so."""
    row = await look.tx.fetchrow(_HELPER, look.asks.organisation_id, patient_id)
    if row is None:
        return None
    helper = Helper(name=row["name"], relation=row["relation"], phone=row["phone"], may_be_told=row["may_be_told"])
    return HelperOnFile(
        helper=helper, said_by=row["said_by"], valid_from=row["valid_from"], recorded_by=row["recorded_by"]
    )


async def keys_of(look: Look, *, patient_id: int) -> Keys:
    """Their numbers and where they come from."""
    row = await look.tx.fetchrow(_KEYS, look.asks.organisation_id, patient_id)
    assert row is not None
    return Keys(**dict(row))
