"""Which people a member of staff may see: one rule, written once, put into every look-up of a person.

A person is visible to a team when

1. one of their plans belongs to the team, ended plans too: the last team answers for what still comes in; or
2. an alert about them belongs to the team; or
3. they have no plan at all and the team is the one that would look after them: the team of their latest case's tumour
   site, else the team without a site, else the organisation's first team (`people.store.team_for_site` says the same).
   So nobody who arrives from a register is invisible, and each has exactly one team that must take them up.

Everybody else is not found. The organisation's wall stands behind this one, in the database.
"""

from typing import Final

#: A condition on `p` (patient); the parameter of the teams is $1, of the organisation $2.
VISIBLE: Final = """
p.organisation_id = $2 and (
  exists (select from plan l where l.organisation_id = p.organisation_id and l.patient_id = p.id and l.team_id = any($1))
  or exists (select from alert a where a.organisation_id = p.organisation_id and a.patient_id = p.id
                and a.team_id = any($1))
  or (not exists (select from plan l where l.organisation_id = p.organisation_id and l.patient_id = p.id)
      and (select t.id from team t where t.organisation_id = p.organisation_id
            order by (t.tumour_site = (select c.tumour_site from register_case c
                                        where c.organisation_id = p.organisation_id and c.patient_id = p.id
                                        order by c.id desc limit 1)) desc nulls last,
                     t.tumour_site is null desc, t.id limit 1) = any($1)))
"""
