"""Leave that is on or ahead, and who may cover, in the scope of the one who asks."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.people.access import Asker
from rms.people.model import Role

_SEEN: Final = """
 where s.organisation_id = $2 and s.ended_at is null
   and ($3 or exists (select from staff_team m where m.organisation_id = s.organisation_id and m.staff_id = s.id
                         and m.team_id = any($1)))
"""
_STAFF: Final = f"""
select s.id, s.ref, s.display_name as name,
       (select string_agg(t.name, ', ' order by t.name) from staff_team m
          join team t on t.organisation_id = m.organisation_id and t.id = m.team_id
         where m.organisation_id = s.organisation_id and m.staff_id = s.id) as teams
  from staff s {_SEEN} order by s.display_name, s.id
"""
_LEAVE: Final = f"""
select l.id, s.display_name as name, l.from_on, l.until_on, c.display_name as covered_by,
       c.ended_at is not null as cover_left,
       exists (select from staff_leave b where b.organisation_id = l.organisation_id and b.staff_id = l.cover_staff_id
                  and b.from_on <= l.until_on and b.until_on >= l.from_on) as cover_away,
       l.created_by
  from staff_leave l join staff s on s.organisation_id = l.organisation_id and s.id = l.staff_id
  left join staff c on c.organisation_id = l.organisation_id and c.id = l.cover_staff_id
 {_SEEN} and l.until_on >= $4 order by l.from_on, s.display_name, l.id
"""


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be away or cover."""

    id: int
    ref: UUID
    name: str
    teams: str | None


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """One leave. `cover_away`: whoever covers is away for some of it themselves."""

    id: int
    name: str
    from_on: date
    until_on: date
    covered_by: str | None
    cover_left: bool
    cover_away: bool
    created_by: str

    @property
    def is_covered(self) -> bool:
        """Whether somebody is there for every day of it."""
        return self.covered_by is not None and not self.cover_left and not self.cover_away


async def colleagues(tx: Tx, *, asks: Asker) -> list[Colleague]:
    """Those whose leave the one who asks may write down: a team lead those of their teams, others everybody."""
    rows = await tx.fetch(_STAFF, *_scope(asks))
    return [Colleague(**dict(row)) for row in rows]


async def leaves(tx: Tx, *, asks: Asker) -> list[Leave]:
    """Leave that is not over, the next first."""
    rows = await tx.fetch(_LEAVE, *_scope(asks), tx.today)
    return [Leave(**dict(row)) for row in rows]


def _scope(asks: Asker) -> tuple[list[int], int, bool]:
    return list(asks.team_ids), asks.organisation_id, asks.role is not Role.TEAM_LEAD
