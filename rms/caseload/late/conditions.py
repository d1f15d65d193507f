"""Which tests and questionnaires are late: one condition for the list and for its count on Today."""

from typing import Final

#: From and where, for `o` (occurrence) and `l` (plan); $1 to $5 are those of `Scope`. Late from the day after the due day.
#: A plan that stands still asks for nothing: what becomes of it is an alert.
LATE: Final = """
  from occurrence o
  join plan l on l.organisation_id = o.organisation_id and l.id = o.plan_id and l.state = 'active'
 where o.organisation_id = $2 and o.team_id = any($1) and o.state = 'open' and o.kind in ('test', 'questionnaire')
   and o.due_on < $3
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
"""
