"""Staff as the pages of access show them: one statement for the list, which is as long as the staff of one organisation."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.worklist.surroundings import AWAY
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker
from rms.people.model import Role
from rms.people.permissions import Permission, Reach, reach

#: How far ahead a leave without cover is shown.
AHEAD_DAYS: Final = 14

_MEMBERS: Final = f"""
select s.id, s.ref, s.sign_in_name, s.display_name, s.role, s.ended_at, s.ended_by, s.last_signed_in_at,
       s.totp_confirmed_at is not null as is_set_up, s.set_up_code_until,
       coalesce(s.set_up_code_until < clock_timestamp(), false) as code_ran_out,
       away.until_on as away_until, away.covered_by,
       (select min(l.from_on) from staff_leave l
         where l.organisation_id = s.organisation_id and l.staff_id = s.id and l.cover_staff_id is null
           and l.until_on >= $3 and l.from_on <= $3 + {AHEAD_DAYS}) as uncovered_from,
       (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'key', t.key, 'name', t.name, 'place',
                 case when m.is_lead then 'lead' when m.is_deputy then 'deputy' else 'member' end) order by t.name), '[]')
          from staff_team m join team t on t.organisation_id = m.organisation_id and t.id = m.team_id
         where m.organisation_id = s.organisation_id and m.staff_id = s.id) as teams
  from staff s {AWAY.format(staff="s")}
 where s.organisation_id = $2 and ($4::uuid is null or s.ref = $4)
   and ($5 or exists (select from staff_team m where m.organisation_id = s.organisation_id and m.staff_id = s.id
                         and m.team_id = any($1)))
 order by s.display_name, s.id
"""

_HANDS: Final = """
select (select count(*) from plan where organisation_id = $1 and nurse_staff_id = $2
           and state <> 'ended') as plans,
       (select count(*) from alert where organisation_id = $1 and owner_staff_id = $2 and state <> 'closed') as alerts
"""


class InTeam(msgspec.Struct, frozen=True, kw_only=True):
    """One team of somebody's and what they are there."""

    id: int
    key: str
    name: str
    place: str


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff. `set_up_code_until`: a code that was given and not used; `uncovered_from`: leave nobody covers."""

    id: int
    ref: UUID
    sign_in_name: str
    display_name: str
    role: Role
    ended_at: datetime | None
    ended_by: str | None
    last_signed_in_at: datetime | None
    is_set_up: bool
    set_up_code_until: datetime | None
    code_ran_out: bool
    away_until: date | None
    covered_by: str | None
    uncovered_from: date | None
    teams: tuple[InTeam, ...]


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has in their hands."""

    plans: int
    alerts: int


async def members(tx: Tx, *, asks: Asker) -> list[Member]:
    """Everybody whom the one who asks may see here: an administrator all of the organisation, a team lead their teams."""
    return await _members(tx, asks=asks, ref=None)


async def member(tx: Tx, *, asks: Asker, ref: UUID) -> Member:
    """One of them; NotFound for anybody else."""
    found = await _members(tx, asks=asks, ref=ref)
    if not found:
        raise NotFound("There is no such member of staff.")
    return found[0]


async def in_hand(tx: Tx, *, organisation_id: int, staff_id: int) -> Hands:
    """How many plans and open alerts name somebody."""
    row = await tx.fetchrow(_HANDS, organisation_id, staff_id)
    assert row is not None
    return Hands(**dict(row))


async def _members(tx: Tx, *, asks: Asker, ref: UUID | None) -> list[Member]:
    sees_all = reach(asks.role, Permission.SET_UP_CODE_GIVE) is not Reach.TEAM
    rows = await tx.fetch(_MEMBERS, list(asks.team_ids), asks.organisation_id, tx.today, ref, sees_all)
    return [msgspec.convert(dict(row), Member) for row in rows]
