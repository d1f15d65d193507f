"""Which messages stopped on their way and wait for a person: one condition for the list and for its count on Today."""

from typing import Final

#: From and where, for `m` (message) and `l` (plan); $1 to $5 are those of `Scope`.
#: A message that failed, was held or expired waits as long as the alert that says so is open. One that is held because of
#: something else (a death to confirm) has no alert of its own and waits as long as it is held.
STOPPED: Final = """
  from message m
  left join plan l on l.organisation_id = m.organisation_id and l.id = m.plan_id
 where m.organisation_id = $2 and m.team_id = any($1) and m.state in ('failed', 'held', 'expired') and $3::date is not null
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
   and case when m.state = 'held' then not exists (
         select from alert a join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id
          where a.organisation_id = m.organisation_id and a.patient_id = m.patient_id and a.rule_key = 'message'
            and a.state = 'closed' and c.cause_kind = 'message:held' and c.cause_id = m.id)
       else exists (
         select from alert a join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id
          where a.organisation_id = m.organisation_id and a.patient_id = m.patient_id and a.rule_key = 'message'
            and a.state <> 'closed' and c.cause_kind = 'message:' || m.state and c.cause_id = m.id) end
"""
