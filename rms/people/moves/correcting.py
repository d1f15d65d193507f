"""Who a person is, put right by hand. A register that tells of the person later takes over what it knows."""

import msgspec

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.nhs_number import NhsNumber
from rms.people.model import FlagKind, HospitalNumber, PersonName
from rms.people.moves.persons import add_identifier
from rms.people.names import search_key

_CORRECT = f"""
update patient p
   set title = $3, family_name = $4, given_names = $5, name_key = $6, born_on = $7, born_text = $8, sex = $9, gp_name = $10,
       gp_code = $11, nhs_number = coalesce(p.nhs_number, $12),
       flags = (select coalesce(jsonb_agg(flag), '[]') from jsonb_array_elements(p.flags) flag
                 where not (flag = '"{FlagKind.NO_NHS_NUMBER}"' and coalesce(p.nhs_number, $12) is not null)
                   and not (flag = '"{FlagKind.PARTIAL_BIRTH_DATE}"' and $7::date is not null))
  from patient old
 where p.organisation_id = $1 and p.id = $2 and old.organisation_id = p.organisation_id and old.id = p.id
returning array_remove(array[
  case when (old.title, old.family_name, old.given_names) is distinct from (p.title, p.family_name, p.given_names)
       then 'name' end,
  case when old.born_text is distinct from p.born_text then 'date of birth' end,
  case when old.sex is distinct from p.sex then 'sex' end,
  case when old.nhs_number is distinct from p.nhs_number then 'NHS number' end,
  case when (old.gp_name, old.gp_code) is distinct from (p.gp_name, p.gp_code) then 'GP practice' end], null) as changed
"""


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """Who a person is after the correction. An NHS number is added where there was none, never changed."""

    name: PersonName
    born_on: PartialDate
    sex: str
    gp_name: str | None
    gp_code: str | None
    nhs_number: NhsNumber | None
    hospital_number: str | None
    hospital_system: str


async def correct_person(tx: Tx, *, organisation_id: int, patient_id: int, to: Corrected, why: str, by: Actor) -> None:
    """Put it right; the audit says what changed and why, never the values. Nothing when nothing is different."""
    changed: list[str] | None = await tx.fetchval(
        _CORRECT, organisation_id, patient_id, to.name.prefix, to.name.family, " ".join(to.name.given), search_key(to.name),
        to.born_on.exact, str(to.born_on), to.sex, to.gp_name, to.gp_code, str(to.nhs_number) if to.nhs_number else None,
    )  # fmt: skip
    if changed is None:
        raise NotFound("There is no such person.")
    if to.hospital_number is not None:
        number = HospitalNumber(system=to.hospital_system, value=to.hospital_number)
        await add_identifier(tx, organisation_id=organisation_id, patient_id=patient_id, number=number)
        changed = [*changed, "hospital number"]
    if changed:
        await record(tx, by=by, verb="person.correct", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                     reason=f"{', '.join(changed)}: {why}")  # fmt: skip
