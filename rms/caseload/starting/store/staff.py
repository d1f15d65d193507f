"""Whom a plan may name as the nurse that the person can ask for."""

import msgspec

from rms.db.engine import Tx


class Namable(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague of the team who can be somebody's named contact."""

    id: int
    name: str


async def who_may_be_named(tx: Tx, *, organisation_id: int, team_id: int, staff_id: int) -> list[Namable]:
    """The nurses, doctors and leads of a team, and the one who asks when they may start a plan; by name."""
    rows = await tx.fetch(
        "select s.id, s.display_name as name from staff s where s.organisation_id = $1 and s.ended_at is null"
        " and s.role in ('nurse_specialist', 'consultant', 'team_lead')"
        " and (s.id = $3 or exists (select from staff_team m where m.organisation_id = s.organisation_id"
        "   and m.staff_id = s.id and m.team_id = $2)) order by s.display_name, s.id",
        organisation_id, team_id, staff_id,
    )  # fmt: skip
    return [Namable(id=row["id"], name=row["name"]) for row in rows]
