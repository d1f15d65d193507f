"""Which letters lie in the print queue: one condition for the list and for its count on Today."""

from typing import Final

#: From and where, for `g` (letter), `m` (message), `p` (patient) and `l` (plan); $1 to $5 are those of `Scope`.
#: What was taken back is no letter any more; what is held is shown with the reason, and cannot be printed.
IN_QUEUE: Final = """
  from letter g
  join message m on m.organisation_id = g.organisation_id and m.id = g.message_id
  join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
  left join plan l on l.organisation_id = m.organisation_id and l.id = m.plan_id
 where g.organisation_id = $2 and m.team_id = any($1) and g.printed_at is null and m.state <> 'void' and $3::date is not null
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
"""
