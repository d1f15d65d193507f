"""What must hold of all plans at any moment, asked of the rows by SQL that shares nothing with the code under test."""

from tests.database import World

#: Every open step of every plan that has not ended: a next date, or an open alert that somebody owns (I-8). A running
#: plan looks at each of its open occurrences on exactly one day; one that stands still looks at none.
_WRONG = """
with row_of as (
  select o.organisation_id, o.id, o.plan_id, o.step_key, o.number, o.state, p.state as plan_state,
         (select count(*) from calendar c where c.occurrence_id = o.id) as looked_at,
         (select count(*) from calendar c where c.occurrence_id = o.id and c.stage <> 'look-again'
           and not c.stage = any(o.stages)) as unknown_stage
    from occurrence o join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id),
held_by as (
  select p.organisation_id, p.id, p.state, p.state_until,
         exists (select from alert a join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
                  where a.organisation_id = p.organisation_id and a.plan_id = p.id and a.state <> 'closed'
                    and a.next_escalation_at is not null) as has_alert
    from plan p)
select 'plan ' || plan_id || ' ' || step_key || ' ' || number || ' (' || state || ', plan ' || plan_state || '): on the calendar '
       || looked_at || ' times' as wrong
  from row_of
 where looked_at <> case when state = 'open' and plan_state = 'active' then 1 else 0 end or unknown_stage > 0
union all
select 'plan ' || id || ' stands still (' || state || ') and nobody is asked about it'
  from held_by where state in ('paused', 'held', 'suspended', 'in_transfer') and not has_alert
   and (state not in ('paused', 'suspended') or state_until is null or state_until <= (
     select ((clock_timestamp() + civil_offset) at time zone 'Europe/London')::date from database_state))
union all
select 'plan ' || p.id || ' is running and has no open step and no alert'
  from plan p join held_by h on h.organisation_id = p.organisation_id and h.id = p.id
 where p.state = 'active' and not h.has_alert
   and not exists (select from occurrence o where o.organisation_id = p.organisation_id and o.plan_id = p.id
                    and o.state = 'open')
union all
select 'calendar row of an occurrence that is nowhere' from calendar c
 where not exists (select from occurrence o where o.organisation_id = c.organisation_id and o.id = c.occurrence_id)
"""


async def what_is_wrong(world: World) -> list[str]:
    """Every sentence is a person somebody could forget."""
    return [row["wrong"] for row in await world.as_owner(_WRONG)]
