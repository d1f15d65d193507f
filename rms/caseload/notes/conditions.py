"""Which notes were handed over and wait to be read: one condition for the list and for its count on Today."""

from typing import Final

from rms.caseload.scope import VISIBLE

#: From and where, for `n` (note) and `p` (patient); $1 to $5 are those of `Scope`. A note whose reader has left the trust, or
#: works in none of these teams any more, waits for everybody: nothing waits unseen.
HANDED_OVER: Final = f"""
  from note n join patient p on p.organisation_id = n.organisation_id and p.id = n.patient_id
 where n.organisation_id = $2 and n.for_staff_id is not null and n.read_at is null and $3::date is not null
   and ($4::bigint is null or n.for_staff_id = $4) and not $5 and ({VISIBLE})
"""
