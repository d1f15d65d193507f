"""Alerts that have climbed to the top rung, without person, reason or result: whose they are, and how long they wait."""

from datetime import date, datetime
from typing import Final

import msgspec

from rms.alerts.lifecycle import Rung
from rms.alerts.model import AlertKind
from rms.caseload.looking import Look
from rms.caseload.worklist.surroundings import AWAY

_ESCALATED: Final = f"""
select a.kind, a.opened_at, a.respond_by, a.next_escalation_at, t.name as team, t.phone, o.id as owner_id,
       o.display_name as owner, away.until_on as owner_away_until, away.covered_by,
       array(select s.display_name from staff_team m
               join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
              where m.organisation_id = a.organisation_id and m.team_id = a.team_id and (m.is_lead or m.is_deputy)
                and s.ended_at is null order by m.is_lead desc, s.display_name) as leads
  from alert a
  join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
  {AWAY.format(staff="o")}
 where a.organisation_id = $1 and a.state <> 'closed' and a.rung = $2
 order by a.respond_by, a.id limit $4
"""
#: More than these on one page help nobody to begin.
MOST_SHOWN: Final = 200


class EscalatedAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. `leads` are the lead and the deputies of its team; an owner is None while nobody has taken it."""

    kind: AlertKind
    opened_at: datetime
    respond_by: datetime
    next_escalation_at: datetime
    team: str
    phone: str
    owner_id: int | None
    owner: str | None
    owner_away_until: date | None
    covered_by: str | None
    leads: tuple[str, ...]


async def escalated(look: Look) -> list[EscalatedAlert]:
    """All of the organisation, what was wanted first, first."""
    rows = await look.tx.fetch(_ESCALATED, look.asks.organisation_id, Rung.SERVICE_MANAGER, look.tx.today, MOST_SHOWN)
    return [msgspec.convert(dict(row), EscalatedAlert) for row in rows]
