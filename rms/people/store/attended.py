"""Which teams have somebody who sees their alerts. A task given to any other would wait unseen."""

from collections.abc import Sequence
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.people.permissions import REACH, Permission, Reach

#: The roles that see the alerts of their teams.
SEE_ALERTS: Final = tuple(role.value for role, reach in REACH[Permission.ALERT_VIEW].items() if reach is not Reach.NO)

#: A condition on `t` (team): somebody of it is still here and sees its alerts. The roles are $1.
ATTENDED: Final = """exists (
  select from staff_team m join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
   where m.organisation_id = t.organisation_id and m.team_id = t.id and s.ended_at is null and s.role = any($1))"""

_FIRST_ATTENDED = f"""
select t.organisation_id, t.id as team_id from team t
  join unnest($2::smallint[]) with ordinality as asked (organisation_id, rank) on asked.organisation_id = t.organisation_id
 where {ATTENDED} order by asked.rank, t.tumour_site is null desc, t.id limit 1
"""


class AttendedTeam(msgspec.Struct, frozen=True, kw_only=True):
    """A team in which somebody sees what it is asked."""

    organisation_id: int
    team_id: int


async def attended_team(tx: Tx, *, organisation_ids: Sequence[int]) -> AttendedTeam | None:
    """Who can be asked about nobody in particular: of the first organisation that has such a team, the one without a site.

    None: nobody of these organisations would see it.
    """
    row = await tx.fetchrow(_FIRST_ATTENDED, list(SEE_ALERTS), list(organisation_ids))
    # By name: asked abreast with others, the row has a further column.
    return None if row is None else AttendedTeam(organisation_id=row["organisation_id"], team_id=row["team_id"])
