"""Teams with how many work in them and how many plans they own."""

from typing import Final

import msgspec

from rms.db.engine import Tx

_COUNTS: Final = """
select t.key, (select count(*) from staff_team m
                 join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id and s.ended_at is null
                where m.organisation_id = t.organisation_id and m.team_id = t.id) as staff,
       (select string_agg(s.display_name, ', ' order by s.display_name) from staff_team m
          join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id and s.ended_at is null
         where m.organisation_id = t.organisation_id and m.team_id = t.id and m.is_lead) as leads,
       (select count(*) from plan p where p.organisation_id = t.organisation_id and p.team_id = t.id and p.state <> 'ended')
         as plans
  from team t where t.organisation_id = $1
"""


class TeamCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on a team."""

    staff: int
    leads: str | None
    plans: int


async def team_counts(tx: Tx, *, organisation_id: int) -> dict[str, TeamCounts]:
    """By the team's key."""
    return {
        row["key"]: TeamCounts(staff=row["staff"], leads=row["leads"], plans=row["plans"])
        for row in await tx.fetch(_COUNTS, organisation_id)
    }
