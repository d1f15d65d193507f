"""`rms bench`: made-up people in any number, and what the hot paths cost beside the least they could."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from rms import heap
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import whole
from rms.db.database import Database
from rms.db.embedded import EmbeddedServer, ensure
from rms.errors import BadInput, Refused
from rms.rehearsal.bench.report import Report, as_table

_PATIENCE_MS = 600_000


class Benchmark(msgspec.Struct, frozen=True, kw_only=True):
    """What can be measured: a name, what is set against what, and the goal."""

    name: str
    ours: str
    floor: str
    goal: str


BENCHMARKS = (
    Benchmark(name="sweep", ours="due reminders to outbox, by the worker's own duty",
              floor="raw COPY of the same message rows into the same table", goal=">= 0.22 of it"),
    Benchmark(name="ingest", ours="one laboratory message, from the inbox to a closed and judged step",
              floor="one raw INSERT of a result row in its own transaction, same client", goal=">= 0.5 of it"),
    Benchmark(name="page", ours="Today's query under row-level security, and the page of it",
              floor="the same query as the owner, and the same page without a database", goal="<= 1.1 times it"),
)  # fmt: skip


async def run_list(context: Context, arguments: Arguments) -> int:
    """Say what can be measured."""
    del arguments
    lines = [f"{one.name:8}{one.ours}\n        against {one.floor} (goal {one.goal})" for one in BENCHMARKS]
    context.show({"benchmarks": [msgspec.to_builtins(one) for one in BENCHMARKS]}, "\n".join(lines))
    return Exit.DONE


async def run_load(context: Context, arguments: Arguments) -> int:
    """Fill an embedded database with made-up people."""
    from rms.rehearsal.bench.load import load

    people = how_many(arguments.people)
    async with _embedded(context, arguments.home) as server:
        loaded = await load(server.url(), people=people, say=context.say)
    context.show(
        msgspec.to_builtins(loaded),
        f"{loaded.people:,} people with {loaded.rows:,} rows in {loaded.organisations} trusts and {loaded.teams} teams,"
        f" in {loaded.seconds:g} s.",
    )
    return Exit.DONE


async def run_run(context: Context, arguments: Arguments) -> int:
    """Measure one path; an empty database is filled first."""
    from rms.rehearsal.bench.load import load

    async with _embedded(context, arguments.home) as server:
        owner = await asyncpg.connect(server.url())
        try:
            if await owner.fetchval("select mode from database_state") == "live":
                raise Refused("This database is live. Benchmarks write: name a database of their own with --home.")
            if not await owner.fetchval("select exists (select from patient)"):
                await load(server.url(), people=how_many(arguments.people), say=context.say)
            report = await _measure(context, arguments.benchmark, server=server, owner=owner, repeats=arguments.repeats)
        finally:
            await owner.close()
    told = msgspec.to_builtins(report) | {
        "checks": [{"name": name, "ok": ok} for name, ok in report.checks.items()],
        "counts": [{"name": name, "value": value} for name, value in report.counts.items()],
        "settings": msgspec.to_builtins(report.settings)
        | {"database": [{"name": name, "value": value} for name, value in report.settings.database.items()],
           "versions": [{"name": name, "value": value} for name, value in report.settings.versions.items()]},
    }  # fmt: skip
    context.show(told, as_table(report))
    return Exit.DONE if all(report.checks.values()) else Exit.NO


async def _measure(
    context: Context, name: str, *, server: EmbeddedServer, owner: asyncpg.Connection, repeats: int
) -> Report:
    if name == "page":
        return await _measure_page(context, server=server, owner=owner, repeats=repeats)
    async with _pool(server, "rms_worker") as worker:
        if name == "sweep":
            from rms.rehearsal.bench.sweep import run_sweep

            heap.settle()
            return await run_sweep(worker, owner=owner, repeats=repeats)
        from rms.rehearsal.bench.ingest import run_ingest

        heap.settle()
        raw = await asyncpg.connect(server.url("rms_worker"))
        try:
            return await run_ingest(worker, owner=owner, raw=raw, repeats=repeats)
        finally:
            await raw.close()


async def _measure_page(context: Context, *, server: EmbeddedServer, owner: asyncpg.Connection, repeats: int) -> Report:
    from rms.app import create_app, web_config_for
    from rms.people.keys import installation_secret
    from rms.rehearsal.bench.page import Sides, run_page

    settings = msgspec.structs.replace(context.settings, home=server.home)
    secret = installation_secret(settings.home, given=settings.secret_key)
    async with _pool(server, "rms_web") as web, _pool(server, "rms_owner") as as_owner:
        return await run_page(
            Sides(web=web, owner=as_owner), owner=owner, app=create_app(settings, database=web, demo=True),
            config=web_config_for(settings, secret=secret, demo=True), repeats=repeats,
        )  # fmt: skip


def _pool(server: EmbeddedServer, role: str) -> Database:
    return Database(server.url(role), name="bench", size=1, statement_timeout_ms=_PATIENCE_MS)


@asynccontextmanager
async def _embedded(context: Context, home: Path | None) -> AsyncIterator[EmbeddedServer]:
    """The embedded server of a home, up to date; a new database is a demo's. Refused for a server of somebody else's."""
    if home is None and not context.embedded:
        raise Refused(
            "DATABASE_URL names a server of yours. Benchmarks fill an embedded one: name its home with --home."
        )
    from rms.cli.release import bring_up_to_date

    server = await asyncio.to_thread(ensure, home or context.settings.home)
    try:
        await bring_up_to_date(server.url(), mode=await _mode_of_new(server))
        yield server
    finally:
        await asyncio.to_thread(server.stop)


async def _mode_of_new(server: EmbeddedServer) -> str | None:
    """A database without a schema becomes a demo's; of another the mode is fixed."""
    connection = await asyncpg.connect(server.url())
    try:
        is_old = await connection.fetchval("select to_regclass('public.database_state') is not null")
    finally:
        await connection.close()
    return None if is_old else "demo"


def how_many(text: str) -> int:
    """`100k`, `1m` or `300` as a number. BadInput, in a sentence, for anything else."""
    factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    digits = text[:-1] if factor > 1 else text
    if not (digits.isascii() and digits.isdigit()) or int(digits) == 0:
        raise BadInput(f"{text} is no number of people. Say for example 300, 10k or 100k.")
    return int(digits) * factor


def load_arguments(parser: argparse.ArgumentParser) -> None:
    """How many people, and into which embedded database."""
    parser.add_argument("--people", metavar="N", default="10k", help="how many: 300, 10k, 100k (default: 10k)")
    parser.add_argument(
        "--home", type=Path, metavar="FOLDER", help="the home of the embedded database (default: RMS_HOME)"
    )


def run_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure, and how often."""
    parser.add_argument("benchmark", metavar="NAME", choices=[one.name for one in BENCHMARKS], help="what to measure")
    load_arguments(parser)
    parser.add_argument(
        "--repeats",
        metavar="N",
        type=whole(least=1, most=1000),
        default=5,
        help="how often each side is measured (default: 5)",
    )


COMMANDS = (
    Command(words="bench list", help="Say what can be measured, against what.", run=run_list, reads=True),
    Command(words="bench load", help="Fill an embedded demo database with made-up people.", run=run_load,
            arguments=load_arguments, reads=True),
    Command(words="bench run", help="Measure one path against its floor, in turns.", run=run_run, arguments=run_arguments,
            reads=True),
)  # fmt: skip
