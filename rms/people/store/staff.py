"""Staff as the doors of sign-in, the guard of pages and the command line see them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.people.model import Role


class StaffOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff. `team_keys` are the teams they belong to; those they cover are not among them."""

    id: int
    ref: UUID
    organisation_id: int
    sign_in_name: str
    display_name: str
    role: Role
    team_keys: tuple[str, ...]
    is_set_up: bool
    ended_at: datetime | None


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff can prove themselves with. `totp_seed` is sealed."""

    id: int
    organisation_id: int
    sign_in_name: str
    display_name: str
    password_hash: str | None
    totp_seed: bytes | None
    totp_confirmed_at: datetime | None


async def staff_name(tx: Tx, *, organisation_id: int, staff_id: int) -> str | None:
    """What a member of staff is called; None when they are not this organisation's."""
    name: str | None = await tx.fetchval(
        "select display_name from staff where organisation_id = $1 and id = $2", organisation_id, staff_id
    )
    return name


_STAFF = """
select s.id, s.ref, s.organisation_id, s.sign_in_name, s.display_name, s.role, s.ended_at,
       s.totp_confirmed_at is not null as is_set_up,
       array(select t.key from staff_team m join team t on t.organisation_id = m.organisation_id and t.id = m.team_id
              where m.organisation_id = s.organisation_id and m.staff_id = s.id order by t.key) as team_keys
  from staff s
"""

_CREDENTIALS = """
select id, organisation_id, sign_in_name, display_name, password_hash, totp_seed, totp_confirmed_at
  from staff where organisation_id = $1 and id = $2 and ended_at is null
"""


def _staff(row: Mapping[str, Any]) -> StaffOnFile:
    return StaffOnFile(
        id=row["id"], ref=row["ref"], organisation_id=row["organisation_id"], sign_in_name=row["sign_in_name"],
        display_name=row["display_name"], role=Role(row["role"]), team_keys=tuple(row["team_keys"]),
        is_set_up=row["is_set_up"], ended_at=row["ended_at"],
    )  # fmt: skip


async def staff_of(tx: Tx, *, organisation_id: int) -> list[StaffOnFile]:
    """Everybody who works or worked here, by sign-in name."""
    return [
        _staff(row)
        for row in await tx.fetch(f"{_STAFF} where s.organisation_id = $1 order by s.sign_in_name", organisation_id)
    ]


async def staff_by_name(tx: Tx, *, organisation_id: int, sign_in_name: str) -> StaffOnFile | None:
    """The member of staff with a sign-in name, or None."""
    row = await tx.fetchrow(
        f"{_STAFF} where s.organisation_id = $1 and s.sign_in_name = $2", organisation_id, sign_in_name.casefold()
    )
    return None if row is None else _staff(row)


async def credentials(tx: Tx, *, organisation_id: int, staff_id: int) -> Credentials | None:
    """What somebody can prove themselves with; None for somebody who has left or never was."""
    row = await tx.fetchrow(_CREDENTIALS, organisation_id, staff_id)
    return None if row is None else Credentials(**dict(row))


async def door_of(tx: Tx, *, sign_in_name: str) -> tuple[int, int]:
    """Where a sign-in name leads: (organisation, member of staff); (0, 0) for nobody, so that the same work goes on."""
    row = await tx.fetchrow("select organisation_id, staff_id from door_sign_in_find($1)", sign_in_name)
    return (0, 0) if row is None else (row["organisation_id"], row["staff_id"])
