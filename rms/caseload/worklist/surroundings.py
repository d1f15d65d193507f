"""What stands around every worklist, in one query: my teams, the colleagues in them and who is away, the laboratory feeds."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from rms.caseload.feeds import Feed
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import ME, NOBODY, Asked
from rms.db.pulse import SEEN, WorkerSeen

#: Who is away today ($3) and who covers; a cover who is away or has left is none.
AWAY: Final = """
left join lateral (
  select l.until_on, c.display_name as covered_by, c.id as cover_id
    from staff_leave l
    left join staff c on c.organisation_id = l.organisation_id and c.id = l.cover_staff_id and c.ended_at is null
     and not exists (select from staff_leave b where b.organisation_id = l.organisation_id and b.staff_id = c.id
                        and $3 between b.from_on and b.until_on)
   where l.organisation_id = {staff}.organisation_id and l.staff_id = {staff}.id and $3 between l.from_on and l.until_on
   order by l.until_on desc, l.id desc limit 1) away on true
"""

#: $1 the teams, $2 the organisation, $3 the day.
SURROUNDINGS: Final = f"""
select
  (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'key', t.key, 'name', t.name) order by t.name), '[]')
     from team t where t.organisation_id = $2 and t.id = any($1)) as teams,
  (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'ref', s.ref, 'name', s.display_name, 'away_until', away.until_on,
                                                'covered_by', away.covered_by, 'covered_by_id', away.cover_id)
                             order by s.display_name, s.id), '[]')
     from staff s {AWAY.format(staff="s")}
    where s.organisation_id = $2 and s.ended_at is null
      and exists (select from staff_team m where m.organisation_id = s.organisation_id and m.staff_id = s.id
                     and m.team_id = any($1))) as colleagues,
  (select coalesce(jsonb_agg(jsonb_build_object('name', f.peer, 'last_at', f.last_at) order by f.peer), '[]')
     from feeds_seen() f) as feeds,
  {SEEN} as worker
"""


class TeamHere(msgspec.Struct, frozen=True, kw_only=True):
    """One of the teams of the one who asks."""

    id: int
    key: str
    name: str


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of these teams. `away_until` is set while they are on leave, `covered_by` when somebody is there for them."""

    id: int
    ref: UUID
    name: str
    away_until: date | None
    covered_by: str | None
    covered_by_id: int | None


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a worklist."""

    teams: tuple[TeamHere, ...]
    colleagues: tuple[Colleague, ...]
    feeds: tuple[Feed, ...]
    worker: WorkerSeen

    def colleague(self, ref: str) -> Colleague | None:
        """The colleague with a ref as an address or a form gives it."""
        return next((one for one in self.colleagues if str(one.ref) == ref), None)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Whose work a list shows: the first parameters of its statement.

    `staff_id` None: of everybody. `unowned`: only what nobody has taken.
    """

    team_ids: list[int]
    organisation_id: int
    today: date
    staff_id: int | None
    unowned: bool

    @property
    def parameters(self) -> tuple[list[int], int, date, int | None, bool]:
        """$1 to $5."""
        return self.team_ids, self.organisation_id, self.today, self.staff_id, self.unowned


async def surroundings(look: Look) -> Surroundings:
    """What stands around a worklist of the one who looks."""
    row = await look.tx.fetchrow(SURROUNDINGS, *look.scope, look.tx.today)
    assert row is not None
    return read_surroundings(row)


def read_surroundings(row: Mapping[str, Any]) -> Surroundings:
    """What stands around, from a row of that statement."""
    return msgspec.convert(dict(row), Surroundings)


def known_here(asked: Asked, around: Surroundings) -> Asked:
    """What was asked for without a team or a colleague that is not among mine: somebody else's address shows my whole list."""
    is_known = asked.who in ("", ME, NOBODY) or around.colleague(asked.who) is not None
    team = asked.team if any(team.key == asked.team for team in around.teams) else ""
    return msgspec.structs.replace(asked, who=asked.who if is_known else "", team=team)


def scope_of(look: Look, asked: Asked, around: Surroundings | None) -> Scope:
    """The scope of a list, narrowed to what was asked for; a team and a colleague are looked up in what stands around."""
    chosen = [team.id for team in around.teams if team.key == asked.team] if around else []
    colleague = around.colleague(asked.who) if around else None
    mine = look.asks.staff_id if asked.who == ME else None
    return Scope(
        team_ids=chosen or list(look.asks.team_ids), organisation_id=look.asks.organisation_id, today=look.tx.today,
        staff_id=colleague.id if colleague else mine, unowned=asked.who == NOBODY,
    )  # fmt: skip
