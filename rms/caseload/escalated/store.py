"""Alerts that have climbed to the top rung, counted by team and kind, without person, reason or result."""

from datetime import date, datetime
from typing import Final

import msgspec

from rms.alerts.lifecycle import Rung
from rms.alerts.model import AlertKind
from rms.caseload.looking import Look
from rms.caseload.worklist.surroundings import AWAY

_ESCALATED: Final = f"""
with top as (
  select a.organisation_id, a.team_id, a.kind, a.owner_staff_id, a.opened_at, a.respond_by from alert a
   where a.organisation_id = $1 and a.state <> 'closed' and a.rung = $2),
owners as (
  select h.team_id, h.kind, jsonb_agg(jsonb_build_object('id', o.id, 'name', o.display_name, 'holds', h.holds,
         'away_until', away.until_on, 'covered_by', away.covered_by) order by h.holds desc, o.display_name) as owners
    from (select organisation_id, team_id, kind, owner_staff_id, count(*) as holds from top
           where owner_staff_id is not null group by 1, 2, 3, 4) h
    join staff o on o.organisation_id = h.organisation_id and o.id = h.owner_staff_id
    {AWAY.format(staff="o")}
   group by h.team_id, h.kind)
select g.kind, g.waiting, g.untaken, g.opened_at, g.respond_by, t.name as team, t.phone, coalesce(w.owners, '[]') as owners,
       array(select s.display_name from staff_team m
               join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
              where m.organisation_id = t.organisation_id and m.team_id = t.id and (m.is_lead or m.is_deputy)
                and s.ended_at is null order by m.is_lead desc, s.display_name) as leads
  from (select organisation_id, team_id, kind, count(*) as waiting, count(*) filter (where owner_staff_id is null) as untaken,
               min(opened_at) as opened_at, min(respond_by) as respond_by from top group by 1, 2, 3) g
  join team t on t.organisation_id = g.organisation_id and t.id = g.team_id
  left join owners w on w.team_id = g.team_id and w.kind = g.kind
 order by case g.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, g.respond_by, t.name
"""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has so many of them; `away_until` is set while they are on leave."""

    id: int
    name: str
    holds: int
    away_until: date | None
    covered_by: str | None


class Escalated(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one kind of one team. `untaken`: of so many nobody is the owner. `leads`: its lead and deputies."""

    kind: AlertKind
    waiting: int
    untaken: int
    opened_at: datetime
    respond_by: datetime
    team: str
    phone: str
    owners: tuple[Holder, ...]
    leads: tuple[str, ...]


async def escalated(look: Look) -> list[Escalated]:
    """All of the organisation, the most urgent kind first."""
    rows = await look.tx.fetch(_ESCALATED, look.asks.organisation_id, Rung.SERVICE_MANAGER, look.tx.today)
    return [msgspec.convert(dict(row), Escalated) for row in rows]
