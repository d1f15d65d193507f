"""The check that should always say 0: is there a step or a plan that nobody would ever look at again?

While a plan runs, something of it is open, and each open step has a row on the calendar and a team with somebody in it. A
paused plan has the day on which somebody is asked; about any other that stands still the worker asks every day.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import Scope

#: One select; $1 to $5 are those of `Scope`.
UNATTENDED: Final = """
select o.patient_id, o.title as what, o.created_at as since, 'no_next_date' as why
  from occurrence o join plan l on l.organisation_id = o.organisation_id and l.id = o.plan_id and l.state = 'active'
 where o.organisation_id = $2 and o.team_id = any($1) and o.state = 'open' and $3::date is not null
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
   and not exists (select from calendar c where c.organisation_id = o.organisation_id and c.occurrence_id = o.id)
union all
select o.patient_id, o.title, o.created_at, 'no_owner'
  from occurrence o join plan l on l.organisation_id = o.organisation_id and l.id = o.plan_id and l.state <> 'ended'
 where o.organisation_id = $2 and o.team_id = any($1) and o.state = 'open'
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
   and not exists (select from staff_team m join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
                    where m.organisation_id = o.organisation_id and m.team_id = o.team_id and s.ended_at is null)
union all
select l.patient_id, 'The plan stands still', l.still_since::timestamp at time zone 'Europe/London', 'no_end_of_pause'
  from plan l
 where l.organisation_id = $2 and l.team_id = any($1) and l.state in ('paused', 'suspended')
   and l.state_until is null
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
union all
select l.patient_id, 'The plan runs', coalesce(last.closed_at, l.started_at, l.created_at),
       case when last.state in ('done', 'missed', 'skipped') then 'finished' else 'nothing_due' end
  from plan l left join lateral (select o.closed_at, o.state from occurrence o
                                  where o.organisation_id = l.organisation_id and o.plan_id = l.id
                                  order by o.closed_at desc nulls last limit 1) last on true
 where l.organisation_id = $2 and l.team_id = any($1) and l.state = 'active'
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
   and not exists (select from occurrence o where o.organisation_id = l.organisation_id and o.plan_id = l.id
                      and o.state = 'open')
"""
_LIST: Final = f"""
select u.patient_id, u.what, u.since, u.why, p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text,
       p.nhs_number, count(*) over () as total
  from ({UNATTENDED}) u join patient p on p.organisation_id = $2 and p.id = u.patient_id
 where $6::text is null or (u.why = 'finished') = ($6 = 'finished')
 order by u.since, u.patient_id limit $7 offset $8
"""


WHY: Final = {
    "no_next_date": "It has no next date.",
    "no_owner": "Nobody works in its team.",
    "no_end_of_pause": "It does not say until when.",
    "nothing_due": "It has no date to come.",
    "finished": "Its last date is done, and nobody has ended it.",
}
#: What the page is called, what it counts, and what is done about it: of all, of what is a fault, of ordinary work.
HEADINGS: Final = {
    "": ("Steps and plans that nobody would look at", "line",
         ("A plan whose last date is done: open the person, and end it or say what comes next. Anything else here is a fault:"
         " tell whoever looks after RMS.")),
    "fault": ("Steps without a next date or an owner", "step",
              "Nobody would be reminded of these. It is a fault: tell whoever looks after RMS."),
    "finished": ("Plans whose last date is done", "plan", "Open the person, and end the plan or say what comes next."),
}  # fmt: skip
#: What the list can be narrowed to: what is a fault, and what is a nurse's ordinary work.
KINDS: Final = {"fault": "Without a next date or an owner", "finished": "Last date done, to be ended"}


class Unattended(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that nobody would look at; `why` is a code of WHY."""

    patient_id: int
    what: str
    since: datetime
    why: str
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None
    total: int


async def unattended(look: Look, scope: Scope, asked: Asked) -> list[Unattended]:
    """One page of them, the oldest first."""
    rows = await look.tx.fetch(_LIST, *scope.parameters, asked.kind or None, ROWS_A_PAGE, asked.first_row)
    return [msgspec.convert(dict(row), Unattended) for row in rows]
