"""Where staff work and how teams are reached, inside an open transaction: names, places in teams, hours, letterheads."""

from collections.abc import Mapping
from enum import StrEnum

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.contact_points import uk_number
from rms.people.model import TumourSite
from rms.people.moves.leaving import keep_somebody

__all__ = ["Place", "change_team", "put_into_team", "rename_staff", "set_places"]


class Place(StrEnum):
    """Where somebody stands in a team: the ladder of an alert goes to a deputy, then to a lead."""

    MEMBER = "member"
    DEPUTY = "deputy"
    LEAD = "lead"


async def rename_staff(tx: Tx, *, organisation_id: int, staff_id: int, display_name: str, by: Actor) -> None:
    """The name that colleagues see; the sign-in name stays for good."""
    changed = await tx.fetchval(
        "update staff set display_name = $3 where organisation_id = $1 and id = $2 and display_name <> $3 returning id",
        organisation_id, staff_id, display_name,
    )  # fmt: skip
    if changed is not None:
        await record(tx, by=by, verb="staff.rename", subject_kind="staff", subject_id=staff_id,
                     organisation_id=organisation_id)  # fmt: skip


async def set_places(tx: Tx, *, organisation_id: int, staff_id: int, places: Mapping[int, Place], by: Actor) -> bool:
    """Put somebody into exactly these teams (by id), as what they are there; whether anything was changed.

    Refused when a team with open work would be left with nobody.
    """
    rows = await tx.fetch(
        "select team_id, is_lead, is_deputy from staff_team where organisation_id = $1 and staff_id = $2 for update",
        organisation_id, staff_id,
    )  # fmt: skip
    before = {row["team_id"]: _place(is_lead=row["is_lead"], is_deputy=row["is_deputy"]) for row in rows}
    if before == dict(places):
        return False
    await keep_somebody(tx, organisation_id=organisation_id, staff_id=staff_id, team_ids=before.keys() - places.keys())
    await tx.execute("delete from staff_team where organisation_id = $1 and staff_id = $2", organisation_id, staff_id)
    await tx.executemany(
        "insert into staff_team (organisation_id, staff_id, team_id, is_lead, is_deputy) values ($1, $2, $3, $4, $5)",
        [(organisation_id, staff_id, team_id, place is Place.LEAD, place is Place.DEPUTY)
         for team_id, place in sorted(places.items())],
    )  # fmt: skip
    await record(tx, by=by, verb="staff.teams", subject_kind="staff", subject_id=staff_id,
                 organisation_id=organisation_id, details={"before": _told(before), "after": _told(places)})  # fmt: skip
    return True


async def put_into_team(tx: Tx, *, organisation_id: int, staff_id: int, team_id: int, by: Actor) -> bool:
    """Add a team to somebody's; False when they are in it already, as whatever they are there."""
    added = await tx.fetchval(
        "insert into staff_team (organisation_id, staff_id, team_id, is_lead, is_deputy) values ($1, $2, $3, false, false)"
        " on conflict do nothing returning team_id", organisation_id, staff_id, team_id,
    )  # fmt: skip
    if added is None:
        return False
    await record(tx, by=by, verb="staff.teams", subject_kind="staff", subject_id=staff_id,
                 organisation_id=organisation_id, details={"added": team_id})  # fmt: skip
    return True


async def change_team(
    tx: Tx,
    *,
    organisation_id: int,
    key: str,
    name: str,
    phone: str,
    site: TumourSite | None,
    phone_hours: str | None,
    letterhead: str | None,
    by: Actor,
) -> None:
    """How a team is called and reached from now on; messages that wait are written with it. NotFound without one."""
    uk_number(phone)
    team_id = await tx.fetchval(
        "update team set name = $3, phone = $4, tumour_site = $5, phone_hours = $6, letterhead = $7"
        " where organisation_id = $1 and key = $2 returning id",
        organisation_id, key, name, phone, site, phone_hours, letterhead,
    )  # fmt: skip
    if team_id is None:
        raise NotFound("There is no such team.")
    await record(tx, by=by, verb="team.change", subject_kind="team", subject_id=team_id, organisation_id=organisation_id,
                 details={"name": name, "phone": phone, "phone_hours": phone_hours, "site": site})  # fmt: skip


def _place(*, is_lead: bool, is_deputy: bool) -> Place:
    return Place.LEAD if is_lead else Place.DEPUTY if is_deputy else Place.MEMBER


def _told(places: Mapping[int, Place]) -> dict[str, str]:
    return {str(team_id): str(place) for team_id, place in sorted(places.items())}
