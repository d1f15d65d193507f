"""Putting made-up rows in by COPY, as the owner, with every index live.

The checks of foreign keys are left out meanwhile, because the rows are ours from the first id to the last; tests ask the
database afterwards whether each of them leads somewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import asyncpg

from rms.clock import london_date
from rms.errors import Refused
from rms.plans.jobs import MONTHS_AHEAD
from rms.rehearsal.bulk.rows import Row


async def refuse_live(connection: asyncpg.Connection, *, trust: str) -> None:
    """Refused when the database is live, or has a trust whose name begins like this one: it was filled before."""
    if await connection.fetchval("select mode from database_state") == "live":
        raise Refused("This database is live. Made-up people go into a database of their own: name one with --home.")
    if await connection.fetchval("select exists (select from organisation where name ^@ $1)", trust):
        raise Refused("This database holds these made-up people already. Name another with --home.")


async def civil_today(connection: asyncpg.Connection) -> date:
    """The civil day; the calendar has its months from this one on."""
    today = london_date(await connection.fetchval("select clock_timestamp() + civil_offset from database_state"))
    await connection.execute("select make_calendar_months($1, $2)", today.replace(day=1), MONTHS_AHEAD)
    return today


async def first_ids(connection: asyncpg.Connection, tables: Iterable[str]) -> dict[str, int]:
    """The first free id of each table."""
    return {table: await connection.fetchval(f"select coalesce(max(id), 0) + 1 from {table}") for table in tables}


async def copy_rows(
    connection: asyncpg.Connection, *, columns: Mapping[str, Sequence[str]], rows: Mapping[str, Sequence[Row]]
) -> int:
    """Copy every table's rows in; how many."""
    for table, names in columns.items():
        await connection.copy_records_to_table(table, columns=names, records=rows[table])
    return sum(len(some) for some in rows.values())


async def count_on(connection: asyncpg.Connection, tables: Iterable[str]) -> None:
    """Let the next ids follow ours."""
    for table in tables:
        await connection.execute(
            f"select setval(pg_get_serial_sequence('{table}', 'id'), (select coalesce(max(id), 1) from {table}))"
        )
