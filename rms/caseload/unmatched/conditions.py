"""Which laboratory messages wait for a person: one condition for the list and for its count on Today."""

from typing import Final

#: From and where, for `f` (inbox_filing) and `a` (its alert); $1 to $5 are those of `Scope`. Whoever closes the alert has
#: answered for the message; when it is read again in vain, the alert opens again. Of the messages that wait for one and
#: the same answer (the one question about their sender) the first stands for all.
UNMATCHED: Final = """
  from inbox_filing f
  join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id and a.state <> 'closed'
 where f.organisation_id = $2 and f.state = 'waiting' and a.team_id = any($1) and $3::date is not null
   and ($4::bigint is null or a.owner_staff_id = $4) and (not $5 or a.owner_staff_id is null)
   and not exists (select from inbox_filing e where e.organisation_id = f.organisation_id and e.alert_id = f.alert_id
                      and e.state = 'waiting' and e.id < f.id)
"""
