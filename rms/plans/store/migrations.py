"""Which plans stand on an older version of a protocol, what a move would come to, and which moves were made."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from rms.db.engine import Tx
from rms.plans.protocol import Protocol
from rms.plans.schedule.migrating import Held, Migration, migrate
from rms.plans.store.occurrences import OccurrenceOnFile, occurrences_of_plan
from rms.plans.store.plans import PlanOnFile

#: The states in which a plan can move: what is ended, held or on its way to somebody else is decided first.
CAN_MOVE: Final = ("active", "paused", "suspended")


class MigrationOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """A move of a plan that was made. `former` is what the plan was before."""

    id: int
    plan_id: int
    from_version_id: int
    to_version_id: int
    from_since: date | None
    revision_after: int
    reason: str
    former: Mapping[str, Any]
    at: datetime
    by_name: str


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """One plan that is not on a version, or has moved to it: who, and what was chosen. `choice` is None, keep or later."""

    plan_id: int
    patient_id: int
    version: int
    is_on_it: bool
    state: str
    choice: str | None
    choice_reason: str | None
    look_again_on: date | None
    moved_at: datetime | None


_BEHIND: Final = """
select p.id as plan_id, p.patient_id, v.version, p.protocol_version_id = $3 as is_on_it, p.state, c.choice,
       c.reason as choice_reason, c.look_again_on,
       case when p.protocol_version_id = $3 then m.at end as moved_at
  from plan p join protocol_version v on v.id = p.protocol_version_id
  join protocol_version other on other.id = $3 and other.key = v.key
  left join lateral (select choice, reason, look_again_on from plan_version_choice c
     where c.organisation_id = p.organisation_id and c.plan_id = p.id and c.protocol_version_id = $3
     order by c.id desc limit 1) c on true
  left join lateral (select at from plan_migration m
     where m.organisation_id = p.organisation_id and m.plan_id = p.id and m.to_version_id = $3 and m.undone_at is null
     order by m.id desc limit 1) m on true
 where p.organisation_id = $1 and p.team_id = any($2) and p.state not in ('ended', 'draft')
   and (v.version < other.version or m.at is not null)
 order by p.id
"""


async def plans_behind(
    tx: Tx, *, organisation_id: int, team_ids: Collection[int], protocol_version_id: int
) -> list[Behind]:
    """The plans of some teams that stand on an older version, and those that moved to this one."""
    rows = await tx.fetch(_BEHIND, organisation_id, list(team_ids), protocol_version_id)
    return [Behind(**dict(row)) for row in rows]


async def count_behind(tx: Tx, *, organisation_id: int, team_ids: Collection[int]) -> dict[tuple[str, int], int]:
    """By key and version, how many plans of some teams could move to that version, which is signed off and newer."""
    rows = await tx.fetch(
        "select other.key, other.version, count(*) as plans from plan p join protocol_version v on v.id = p.protocol_version_id"
        " join protocol_version other on other.key = v.key and other.version > v.version"
        " join protocol_sign_off o on o.organisation_id = p.organisation_id and o.protocol_version_id = other.id"
        "  and o.withdrawn_at is null"
        " where p.organisation_id = $1 and p.team_id = any($2) and p.state not in ('ended', 'draft')"
        " group by other.key, other.version",
        organisation_id, list(team_ids),
    )  # fmt: skip
    return {(row["key"], row["version"]): row["plans"] for row in rows}


async def proposed(tx: Tx, *, plan: PlanOnFile, protocol: Protocol) -> Migration:
    """What a move of a plan to another version comes to, as it stands today."""
    rows = await occurrences_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    return migrate(plan.protocol, protocol, overrides=plan.overrides, course=plan.course,
                   held=[_held(row) for row in rows], today=tx.today)  # fmt: skip


def _held(row: OccurrenceOnFile) -> Held:
    return Held(id=row.id, step=row.step_key, number=row.number, asked=(row.kind, row.analyte, row.questionnaire_key),
                title=row.title, state=row.state, due_on=row.due_on, earliest_on=row.earliest_on, latest_on=row.latest_on,
                done_on=row.done_on)  # fmt: skip


async def last_migration(tx: Tx, *, organisation_id: int, plan_id: int) -> MigrationOnFile | None:
    """The latest move of a plan that was not taken back."""
    row = await tx.fetchrow(
        "select id, plan_id, from_version_id, to_version_id, from_since, revision_after, reason, former, at, by_name"
        " from plan_migration where organisation_id = $1 and plan_id = $2 and undone_at is null order by id desc limit 1",
        organisation_id, plan_id,
    )  # fmt: skip
    return None if row is None else MigrationOnFile(**dict(row))


async def why_not_undo(tx: Tx, *, plan: PlanOnFile, made: MigrationOnFile) -> str | None:
    """Say what has happened since a move so that taking it back would not be harmless; None when nothing has."""
    if plan.state == "ended":
        return "This plan has ended."
    if plan.revision != made.revision_after:
        return "The plan was changed since it moved. Change it again by hand, or move it to the other version."
    row = await tx.fetchrow(
        "select exists (select from message where organisation_id = $1 and plan_id = $2 and cause_kind <> 'decision'"
        "   and queued_at >= $3 and state not in ('queued', 'held', 'void', 'expired')) as sent,"
        " exists (select from occurrence where organisation_id = $1 and plan_id = $2 and closed_at >= $3"
        "   and state in ('done', 'missed')) as done,"
        " exists (select from test_arrangement a join occurrence o on o.organisation_id = a.organisation_id"
        "   and o.id = a.occurrence_id where o.organisation_id = $1 and o.plan_id = $2 and a.at >= $3) as arranged",
        plan.organisation_id, plan.id, made.at,
    )  # fmt: skip
    assert row is not None
    for happened, sentence in (
        (row["sent"], "A message about the new dates has left."),
        (row["done"], "Something was done since the plan moved."),
        (row["arranged"], "A test was asked for or booked since the plan moved."),
    ):
        if happened:
            return f"{sentence} It cannot be undone: move the plan to the other version with a look at every date."
    return None
