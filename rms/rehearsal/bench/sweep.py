"""Due reminders to outbox, against the raw COPY of the very same message rows into the very same table.

Each repeat is a natural day of this population: the civil clock moves on, the worker's own duty runs and commits, then the
rows that it queued are copied once more under another attempt, as the owner (COPY is not for a role under row-level
security). A CHECKPOINT stands before either side: the worst case, in which each first touch of a page is logged whole.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from rms.db.database import Database
from rms.errors import Refused
from rms.plans.jobs import sweep_reminders
from rms.rehearsal.bench.meter import Side, settings_of
from rms.rehearsal.bench.report import Figure, Report, of_floor, times_floor

#: Fewer reminders than this in a repeat say more about a transaction than about a reminder.
WORTH_MEASURING = 1_000
MOST_DAYS = 14
_COPIED = ("organisation_id", "patient_id", "team_id", "plan_id", "plan_revision", "recipient", "cause_kind", "cause_id",
           "purpose", "channel", "attempt", "facts", "not_before", "not_after", "queued_at")  # fmt: skip
#: The attempt of a copied row, which no plan ever reaches.
_COPY = 1_000

_TODAY = "((clock_timestamp() + (select civil_offset from database_state)) at time zone 'Europe/London')::date"

# What the sweep must queue, counted without it: due stages of open occurrences of running plans whose person can be
# written to, less those that a later one has overtaken.
_EXPECTED = """
select count(*) from calendar c
  join occurrence o on o.organisation_id = c.organisation_id and o.id = c.occurrence_id
  join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id
  join patient m on m.organisation_id = o.organisation_id and m.id = o.patient_id
 where c.act_on <= $1 and c.stage like 'remind:%' and o.state = 'open' and p.state = 'active' and m.prefers <> 'phone'
   and exists (select from contact_point a where a.organisation_id = m.organisation_id and a.patient_id = m.id
                  and a.kind in ('mobile', 'email', 'post') and a.valid_until is null and a.dead_at is null)
   and not (c.act_on < $1 - 3 and exists (
         select from unnest(o.stages, o.stages_on) with ordinality as later (stage, on_day, place)
          where later.place = array_position(o.stages, c.stage) + 1 and later.stage like 'remind:%' and later.on_day <= $1))
"""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One repeat: how many reminders were queued, how many should have been, and the bytes of WAL of either side."""

    queued: int
    expected: int
    wal: int
    wal_of_copy: int


async def run_sweep(worker: Database, *, owner: asyncpg.Connection, repeats: int) -> Report:
    """Measure so many days of this database, each of which is over afterwards. `worker` has one connection."""
    people = await owner.fetchval("select count(*) from patient")
    await sweep_reminders(worker)  # what is due already, and the first plans of the statements
    await _leave_to_others(owner)
    async with worker.transaction() as tx:
        backend = await tx.fetchval("select pg_backend_pid()")
    raw = await owner.fetchval("select pg_backend_pid()")
    ours, floor = Side("sweep", backends=(backend,)), Side("COPY", backends=(raw,))
    nothing, one = Side("nothing due", backends=(backend,)), Side("select 1", backends=(backend,))
    step, days = await _days_a_repeat(owner), []
    for _ in range(repeats):
        days.append(await _day(worker, owner=owner, days=step, ours=ours, floor=floor))
        await _nothing_due(worker, nothing=nothing, one=one)
    figures = (
        Figure(name="due reminders to outbox", piece="reminder", cost=ours.cost),
        Figure(name="raw COPY of the same rows", piece="row", cost=floor.cost),
        Figure(name="sweep with nothing due", piece="sweep", cost=nothing.cost),
        Figure(name="select 1 in a transaction", piece="transaction", cost=one.cost),
    )
    return Report(
        benchmark="sweep", people=people, k=round(sum(day.queued for day in days) / len(days)), repeats=repeats,
        figures=figures,
        ratios=(
            of_floor("sweep of raw COPY", floor=floor.cost, ours=ours.cost, target=0.22),
            times_floor("nothing due, times a select 1", floor=one.cost, ours=nothing.cost, target=3.0),
        ),
        counts=_counts(days, step=step),
        checks={"what was queued equals an independent count": all(day.queued == day.expected for day in days)},
        settings=await settings_of(owner),
    )  # fmt: skip


def _counts(days: list[Day], *, step: int) -> Mapping[str, float]:
    queued = sum(day.queued for day in days)
    return {
        "days in a repeat": step,
        "bytes of WAL for a reminder": round(sum(day.wal for day in days) / queued),
        "bytes of WAL for a copied row": round(sum(day.wal_of_copy for day in days) / queued),
    }


async def _days_a_repeat(owner: asyncpg.Connection) -> int:
    """A natural day, or as many as it takes a small population to have something worth measuring due."""
    rows = await owner.fetch(
        f"select act_on - {_TODAY} as ahead, count(*) as due from calendar where stage like 'remind:%' group by 1"
    )
    near: list[int] = [row["due"] for row in rows if 0 < row["ahead"] <= MOST_DAYS]
    if not near:
        raise Refused("No reminder is due in the next days: load made-up people first, with `rms bench load`.")
    a_day = sum(near) / len(near)
    return max(1, min(MOST_DAYS, round(WORTH_MEASURING / a_day)))


async def _day(worker: Database, *, owner: asyncpg.Connection, days: int, ours: Side, floor: Side) -> Day:
    await owner.execute("update database_state set civil_offset = civil_offset + $1", timedelta(days=days))
    today = await owner.fetchval(f"select {_TODAY}")
    expected = await owner.fetchval(_EXPECTED, today)
    last = await owner.fetchval("select coalesce(max(id), 0) from message")
    await owner.execute("checkpoint")
    before = await _wal(owner)
    with ours.repeat(pieces=expected):
        await sweep_reminders(worker)
    wal = await _wal(owner) - before
    queued = await owner.fetch(f"select {', '.join(_COPIED)} from message where id > $1 order by id", last)
    await owner.execute("checkpoint")
    before = await _wal(owner)
    copies = [_copied(row) for row in queued]
    with floor.repeat(pieces=len(copies)):
        await owner.copy_records_to_table("message", columns=_COPIED, records=copies)
    wal_of_copy = await _wal(owner) - before
    await _tidy(owner)
    return Day(queued=len(queued), expected=expected, wal=wal, wal_of_copy=wal_of_copy)


def _copied(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] + _COPY if name == "attempt" else row[name] for name in _COPIED)


async def _tidy(owner: asyncpg.Connection) -> None:
    """Take the copies out again, and what other duties would have taken off the calendar by now."""
    await owner.execute(
        "with gone as (delete from message where attempt > 1000 returning ref)"
        " delete from door_message d using gone g where d.ref = g.ref"
    )
    await _leave_to_others(owner)
    await owner.execute("vacuum message, door_message, calendar")


async def _leave_to_others(owner: asyncpg.Connection) -> None:
    await owner.execute(
        f"update calendar set act_on = act_on + 730 where act_on <= {_TODAY} and not stage like 'remind:%'"
    )


async def _nothing_due(worker: Database, *, nothing: Side, one: Side, times: int = 20) -> None:
    for _ in range(times):
        with nothing.repeat():
            await sweep_reminders(worker)
        with one.repeat():
            async with worker.transaction() as tx:
                await tx.fetchval("select 1")


async def _wal(owner: asyncpg.Connection) -> int:
    """Bytes written to the WAL so far."""
    return int(await owner.fetchval("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"))
