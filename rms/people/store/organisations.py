"""Organisations and their teams."""

from collections.abc import Mapping
from typing import Any

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.model import TumourSite


class OrganisationOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A trust. `phone` stands in the messages people get; `address` (a line each) in its letters."""

    id: int
    code: str
    name: str
    phone: str
    address: str | None


class TeamOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A tumour-site service of one organisation; owns plans and alerts before any person does.

    `phone_hours` reads like "Monday to Friday, 9am to 5pm"; `letterhead` (a line each) heads its letters in place of the
    organisation's address. None: not known.
    """

    id: int
    organisation_id: int
    key: str
    name: str
    phone: str
    tumour_site: TumourSite | None
    phone_hours: str | None = None
    letterhead: str | None = None


def _organisation(row: Mapping[str, Any]) -> OrganisationOnFile:
    return OrganisationOnFile(id=row["id"], code=row["code"], name=row["name"], phone=row["phone"],
                              address=row["address"])  # fmt: skip


def _team(row: Mapping[str, Any]) -> TeamOnFile:
    site = row["tumour_site"]
    return TeamOnFile(
        id=row["id"], organisation_id=row["organisation_id"], key=row["key"], name=row["name"], phone=row["phone"],
        tumour_site=None if site is None else TumourSite(site), phone_hours=row["phone_hours"], letterhead=row["letterhead"],
    )  # fmt: skip


async def organisation(tx: Tx, organisation_id: int) -> OrganisationOnFile:
    """One organisation; NotFound when there is none."""
    row = await tx.fetchrow("select id, code, name, phone, address from organisation where id = $1", organisation_id)
    if row is None:
        raise NotFound("There is no such organisation.")
    return _organisation(row)


async def organisation_by_code(tx: Tx, code: str) -> OrganisationOnFile | None:
    """The organisation with an ODS code, or None."""
    row = await tx.fetchrow("select id, code, name, phone, address from organisation where code = $1", code)
    return None if row is None else _organisation(row)


async def organisations(tx: Tx) -> list[OrganisationOnFile]:
    """All organisations, by code."""
    return [
        _organisation(row)
        for row in await tx.fetch("select id, code, name, phone, address from organisation order by code")
    ]


_TEAM = "select id, organisation_id, key, name, phone, tumour_site, phone_hours, letterhead from team"


async def team(tx: Tx, *, organisation_id: int, team_id: int) -> TeamOnFile:
    """One team; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(f"{_TEAM} where organisation_id = $1 and id = $2", organisation_id, team_id)
    if row is None:
        raise NotFound("There is no such team.")
    return _team(row)


async def team_by_key(tx: Tx, *, organisation_id: int, key: str) -> TeamOnFile | None:
    """The team with a key, or None."""
    row = await tx.fetchrow(f"{_TEAM} where organisation_id = $1 and key = $2", organisation_id, key)
    return None if row is None else _team(row)


async def teams(tx: Tx, *, organisation_id: int) -> list[TeamOnFile]:
    """All teams of an organisation, by key."""
    return [_team(row) for row in await tx.fetch(f"{_TEAM} where organisation_id = $1 order by key", organisation_id)]


async def team_for_site(tx: Tx, *, organisation_id: int, site: TumourSite | None) -> TeamOnFile | None:
    """Who looks after a tumour site: its own team, else the team without a site, else the first; None without teams."""
    row = await tx.fetchrow(
        f"{_TEAM} where organisation_id = $1"
        " order by (tumour_site = $2) desc nulls last, tumour_site is null desc, id limit 1",
        organisation_id, site,
    )  # fmt: skip
    return None if row is None else _team(row)
