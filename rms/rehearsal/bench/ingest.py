"""One laboratory message, the whole path, against one raw INSERT in a transaction of its own through the same client.

The path: claimed from the inbox, opened, read, matched to the person, filed, its step closed and the next one written,
judged by the plan's rules, audited, committed. The floor: one result row, with its indexes and foreign keys, committed.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg

from rms.db.database import Database
from rms.errors import Refused
from rms.rehearsal.bench.load import FACILITY, TRUST
from rms.rehearsal.bench.meter import Side, settings_of
from rms.rehearsal.bench.report import Figure, Report, of_floor
from rms.sync.jobs import AT_MOST, file_inbox

#: Messages filed one by one in a repeat.
SINGLY = 25
_APPLICATION = "LIMS"

_WAITING = """
select m.nhs_number, m.family_name, m.given_names, m.born_on, o.due_on, o.id as occurrence_id, o.organisation_id,
       o.patient_id, o.team_id
  from occurrence o join patient m on m.organisation_id = o.organisation_id and m.id = o.patient_id
 where o.organisation_id = (select id from organisation where name = $1) and o.analyte = 'psa' and o.state = 'open'
   and o.earliest_on <= $2 and o.latest_on >= $2 order by o.due_on, o.id limit $3
"""

_RAW = """
insert into result (organisation_id, patient_id, source_key, analyte, code, code_text, sample_at, team_id, review_state,
                    filed_at)
values ($1, $2, $3, 'psa', '83112-3', 'Prostate specific antigen', $4, $5, 'not_needed', $4)
"""


async def run_ingest(worker: Database, *, owner: asyncpg.Connection, raw: asyncpg.Connection, repeats: int) -> Report:
    """File messages one by one and in batches. `worker` has one connection; `raw` is another of the same role."""
    people = await owner.fetchval("select count(*) from patient")
    async with worker.transaction() as tx:
        backend, today, now = await tx.fetchval("select pg_backend_pid()"), tx.today, tx.now
    waiting = await owner.fetch(_WAITING, f"{TRUST} 1", today, (SINGLY + AT_MOST) * (repeats + 1))
    each = min(SINGLY, len(waiting) // (repeats + 1) // 3)
    many = min(AT_MOST, each * 2)
    if not each:
        raise Refused("Nobody waits for a result today: load made-up people first, with `rms bench load`.")
    messages = [(row, _oru(row, number=n, at=now)) for n, row in enumerate(waiting)]
    whole, floor = (
        Side("whole path", backends=(backend,)),
        Side("INSERT", backends=(await raw.fetchval("select pg_backend_pid()"),)),
    )
    batch, warm = Side("batch", backends=(backend,)), Side("warm")
    for repeat in range(repeats + 1):  # the first one warms up and is not counted
        mine = [messages.pop() for _ in range(each + many)]
        sides = (warm, warm, warm) if repeat == 0 else (whole, floor, batch)
        await _one_by_one(worker, owner=owner, raw=raw, messages=mine[:each], whole=sides[0], floor=sides[1], at=now)
        await _arrive(owner, [message for _, message in mine[each:]], at=now)
        with sides[2].repeat(pieces=many):
            await file_inbox(worker)
    filed = (repeats + 1) * (each + many)
    figures = (
        Figure(name="whole path, one by one", piece="message", cost=whole.cost),
        Figure(name=f"whole path, {many} at once", piece="message", cost=batch.cost),
        Figure(name="raw INSERT of one result row", piece="row", cost=floor.cost),
    )
    return Report(
        benchmark="ingest", people=people, k=each, repeats=repeats, figures=figures,
        ratios=(
            of_floor("one message of a raw INSERT", floor=floor.cost, ours=whole.cost, target=0.5),
            of_floor(f"one of {many} messages of a raw INSERT", floor=floor.cost, ours=batch.cost),
        ),
        checks={"every message closed its step": await _closed(owner, waiting[len(messages):]) == filed},
        settings=await settings_of(owner),
    )  # fmt: skip


async def _one_by_one(
    worker: Database, *, owner: asyncpg.Connection, raw: asyncpg.Connection, messages: list[tuple[Any, bytes]],
    whole: Side, floor: Side, at: datetime,
) -> None:  # fmt: skip
    for row, message in messages:
        await _arrive(owner, [message], at=at)
        with whole.repeat():
            await file_inbox(worker)
        key = f"raw|{row['occurrence_id']}"
        with floor.repeat():
            await raw.execute(_RAW, row["organisation_id"], row["patient_id"], key, at, row["team_id"])
    await owner.execute("delete from result where source_key ^@ 'raw|'")


async def _arrive(owner: asyncpg.Connection, messages: list[bytes], *, at: datetime) -> None:
    """Put raw messages into the inbox as the listener does."""
    await owner.executemany(
        "insert into inbox (peer_address, raw, sha256, answered, received_civil_at) values ('127.0.0.1', $1, $2, 'AA', $3)",
        [(message, hashlib.sha256(message).digest(), at) for message in messages],
    )


async def _closed(owner: asyncpg.Connection, rows: list[Any]) -> int:
    return int(
        await owner.fetchval(
            "select count(*) from occurrence where id = any($1) and state = 'done' and closed_by_kind = 'result'",
            [row["occurrence_id"] for row in rows],
        )
    )


def _oru(row: Mapping[str, Any], *, number: int, at: datetime) -> bytes:
    """One PSA in range, taken this morning, about somebody who waits for it."""
    order, taken, sent = (
        f"B{row['occurrence_id']}",
        f"{at.astimezone(UTC):%Y%m%d}0001",
        f"{at.astimezone(UTC):%Y%m%d%H%M%S}",
    )
    lines = (
        f"MSH|^~\\&|{_APPLICATION}|{FACILITY}|RMS|RMS|{sent}||ORU^R01|{order}-{number}|P|2.4",
        f"PID|1||{row['nhs_number']}^^^NHS^NH||{row['family_name']}^{row['given_names']}||{row['born_on']:%Y%m%d}|M",
        "PV1|1|O",
        f"ORC|RE|{order}|{order}",
        f"OBR|1|{order}|{order}|PSA^Prostate antigen|||{taken}|||||||||||||||{sent}|||F",
        f"OBX|1|NM|83112-3^Prostate specific antigen^LN||0.05|ug/L|<4.0|N|||F|||{taken}",
    )
    return ("\r".join(lines) + "\r").encode()
