"""The downtime lists that are kept, a row each with its PDF: put there, found, and taken away when they are too old."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound

#: How long a list is kept. Whoever worked from one has entered it by then; our default.
KEPT_DAYS: Final = 7


class ListKept(msgspec.Struct, frozen=True, kw_only=True):
    """One list without its file. `shown`: the people on it, by id."""

    id: int
    ref: UUID
    organisation_id: int
    team_id: int
    for_on: date
    is_nightly: bool
    made_at: datetime
    made_by: str
    shown: tuple[int, ...]
    lines: int


class TeamWithout(msgspec.Struct, frozen=True, kw_only=True):
    """A team that has no nightly list for a day."""

    organisation_id: int
    team_id: int


class TeamThatMissed(msgspec.Struct, frozen=True, kw_only=True):
    """A team whose last nightly list is of an earlier day than yesterday."""

    organisation_id: int
    team_id: int
    last_on: date


class ListToFile(msgspec.Struct, frozen=True, kw_only=True):
    """A nightly list that is not in the folder yet."""

    id: int
    organisation_id: int
    team_id: int
    code: str
    team_key: str
    for_on: date


_COLUMNS = "id, ref, organisation_id, team_id, for_on, is_nightly, made_at, made_by, shown, lines"


async def keep_list(
    tx: Tx,
    *,
    organisation_id: int,
    team_id: int,
    is_nightly: bool,
    shown: Sequence[int],
    lines: int,
    pdf: bytes,
    made_at: datetime,
    made_by: str,
) -> UUID | None:
    """Keep a list; its reference, or None when the list of this night is there already."""
    ref: UUID | None = await tx.fetchval(
        "insert into downtime_list (organisation_id, team_id, for_on, is_nightly, made_at, made_by, shown, lines, pdf)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict (organisation_id, team_id, for_on) where is_nightly do nothing returning ref",
        organisation_id, team_id, tx.today, is_nightly, made_at, made_by, list(shown), lines, pdf,
    )  # fmt: skip
    return ref


async def newest_lists(tx: Tx, *, organisation_id: int, team_ids: Sequence[int]) -> dict[int, ListKept]:
    """The newest list of each of some teams that has one, by team."""
    rows = await tx.fetch(
        f"select distinct on (team_id) {_COLUMNS} from downtime_list where organisation_id = $1 and team_id = any($2)"
        " order by team_id, id desc",
        organisation_id, list(team_ids),
    )  # fmt: skip
    return {row["team_id"]: ListKept(**{**row, "shown": tuple(row["shown"])}) for row in rows}


async def list_behind(tx: Tx, *, organisation_id: int, team_ids: Sequence[int], ref: UUID) -> tuple[ListKept, bytes]:
    """One list with its file; NotFound when it is not of these teams."""
    row = await tx.fetchrow(
        f"select {_COLUMNS}, pdf from downtime_list where organisation_id = $1 and team_id = any($2) and ref = $3",
        organisation_id, list(team_ids), ref,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such list.")
    found = {name: value for name, value in row.items() if name != "pdf"}
    return ListKept(**{**found, "shown": tuple(row["shown"])}), row["pdf"]


async def teams_without_list(tx: Tx) -> list[TeamWithout]:
    """Every team, of every organisation, that has no nightly list for today."""
    rows = await tx.fetch(
        "select t.organisation_id, t.id as team_id from team t where not exists (select from downtime_list d"
        " where d.organisation_id = t.organisation_id and d.team_id = t.id and d.for_on = $1 and d.is_nightly)"
        " order by t.organisation_id, t.id",
        tx.today,
    )  # fmt: skip
    return [TeamWithout(**dict(row)) for row in rows]


async def teams_that_missed_lists(tx: Tx) -> list[TeamThatMissed]:
    """Every team that has nightly lists and none of the last nights, today's aside. Asked before today's is made."""
    rows = await tx.fetch(
        "select organisation_id, team_id, max(for_on) as last_on from downtime_list where is_nightly"
        " group by organisation_id, team_id having max(for_on) < $1 order by organisation_id, team_id",
        tx.today - timedelta(days=1),
    )  # fmt: skip
    return [TeamThatMissed(**dict(row)) for row in rows]


async def lists_to_file(tx: Tx) -> list[ListToFile]:
    """The nightly lists of today that are not in the folder yet."""
    rows = await tx.fetch(
        "select d.id, d.organisation_id, d.team_id, o.code, t.key as team_key, d.for_on from downtime_list d"
        " join team t on t.organisation_id = d.organisation_id and t.id = d.team_id"
        " join organisation o on o.id = d.organisation_id"
        " where d.is_nightly and d.for_on = $1 and d.filed_at is null order by d.id",
        tx.today,
    )  # fmt: skip
    return [ListToFile(**dict(row)) for row in rows]


async def pdf_to_file(tx: Tx, *, organisation_id: int, list_id: int) -> tuple[bytes, list[int]]:
    """The file of a list and the people on it."""
    row = await tx.fetchrow("select pdf, shown from downtime_list where organisation_id = $1 and id = $2",
                            organisation_id, list_id)  # fmt: skip
    if row is None:
        raise NotFound("There is no such list.")
    return row["pdf"], list(row["shown"])


async def mark_filed(tx: Tx, *, organisation_id: int, list_id: int) -> None:
    """It lies in the folder."""
    await tx.execute("update downtime_list set filed_at = $3 where organisation_id = $1 and id = $2",
                     organisation_id, list_id, tx.now)  # fmt: skip


async def drop_old_lists(tx: Tx) -> int:
    """Take away what is older than KEPT_DAYS; how many."""
    rows = await tx.fetch(
        "delete from downtime_list where for_on < $1 returning id", tx.today - timedelta(days=KEPT_DAYS)
    )
    return len(rows)
