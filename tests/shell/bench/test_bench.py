"""Benchmarks put in what they say they do, and count right; how quick anything is, no test asserts."""

import asyncpg
import msgspec
import pytest

from rms.app import create_app, web_config_for
from rms.cli.bench import how_many
from rms.db.database import Database
from rms.errors import BadInput, Refused
from rms.people.keys import installation_secret
from rms.rehearsal.bench.ingest import run_ingest
from rms.rehearsal.bench.load import load
from rms.rehearsal.bench.page import Sides, run_page
from rms.rehearsal.bench.report import Report, as_table
from rms.rehearsal.bench.sweep import run_sweep
from rms.settings import read_settings
from tests.database import World

PEOPLE = 300


def silent(_: str) -> None:
    """Nobody reads progress here."""


@pytest.fixture
async def filled(world: World) -> World:
    """The database with 300 made-up people."""
    await load(world.url(), people=PEOPLE, say=silent)
    return world


@pytest.fixture
async def owner(filled: World):
    """The owner's own connection."""
    connection = await asyncpg.connect(filled.url())
    yield connection
    await connection.close()


def one_connection(world: World, role: str) -> Database:
    return Database(world.url(role), name="bench", size=1, statement_timeout_ms=60_000)


def shape(report: Report, *, benchmark: str, ratios: int) -> None:
    """What every report must have, however quick the machine is."""
    assert (report.benchmark, report.people, len(report.ratios)) == (benchmark, PEOPLE, ratios)
    assert all(one.cost.wall_us > 0 for one in report.figures)
    assert all(one.wall > 0 for one in report.ratios)
    assert {"fsync", "synchronous_commit"} <= set(report.settings.database)
    told = msgspec.json.decode(msgspec.json.encode(report))
    assert {"benchmark", "people", "k", "repeats", "figures", "ratios", "settings", "checks", "counts"} == set(told)
    assert all(one.name in as_table(report) for one in report.ratios)


async def test_every_reference_of_what_was_loaded_leads_somewhere(filled: World) -> None:
    keys = await filled.as_owner(
        "select conrelid::regclass::text as child, confrelid::regclass::text as parent,"
        " (select array_agg(attname order by place) from unnest(conkey) with ordinality as k (number, place)"
        "   join pg_attribute on attrelid = conrelid and attnum = number) as mine,"
        " (select array_agg(attname order by place) from unnest(confkey) with ordinality as k (number, place)"
        "   join pg_attribute on attrelid = confrelid and attnum = number) as theirs"
        " from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0"
    )
    assert len(keys) > 50
    for key in keys:
        pairs = list(zip(key["mine"], key["theirs"], strict=True))
        given = " and ".join(f"c.{mine} is not null" for mine, _ in pairs)
        same = " and ".join(f"p.{theirs} = c.{mine}" for mine, theirs in pairs)
        lost = await filled.as_owner(
            f"select count(*) from {key['child']} c where {given} and not exists (select from {key['parent']} p where {same})"
        )
        assert lost[0][0] == 0, f"{key['child']} {key['mine']} leads nowhere"


async def test_every_open_step_stands_on_the_calendar_once(filled: World) -> None:
    [row] = await filled.as_owner(
        "select (select count(*) from patient) as people, (select count(*) from plan where state = 'active') as plans,"
        " count(*) as open, count(*) filter (where looks = 1) as looked_at from ("
        "  select (select count(*) from calendar c where c.occurrence_id = o.id) as looks from occurrence o where o.state = 'open') s"
    )
    assert (row["people"], row["plans"]) == (PEOPLE, PEOPLE)
    assert row["looked_at"] == row["open"] > PEOPLE
    [calendar] = await filled.as_owner("select count(*) from calendar")
    assert calendar[0] == row["open"]


async def test_a_live_database_is_refused(live_database: tuple[str, Database]) -> None:
    with pytest.raises(Refused, match="live"):
        await load(live_database[0], people=PEOPLE, say=silent)


async def test_a_second_load_is_refused_and_so_are_more_people_than_there_are_numbers(filled: World) -> None:
    with pytest.raises(Refused, match="already"):
        await load(filled.url(), people=PEOPLE, say=silent)
    with pytest.raises(Refused, match="Between 1 and"):
        await load(filled.url(), people=1_000_000, say=silent)


async def test_sweep_queues_what_an_independent_count_says(filled: World, owner: asyncpg.Connection) -> None:
    async with one_connection(filled, "rms_worker") as worker:
        report = await run_sweep(worker, owner=owner, repeats=2)
    shape(report, benchmark="sweep", ratios=2)
    assert report.k > 0
    assert report.checks == {"what was queued equals an independent count": True}
    [left] = await filled.as_owner("select count(*) from message where attempt > 1000")
    assert left[0] == 0, "the copied rows of the floor were not taken out again"


async def test_every_measured_message_is_filed_and_judged(filled: World, owner: asyncpg.Connection) -> None:
    raw = await asyncpg.connect(filled.url("rms_worker"))
    async with one_connection(filled, "rms_worker") as worker:
        report = await run_ingest(worker, owner=owner, raw=raw, repeats=2)
    await raw.close()
    shape(report, benchmark="ingest", ratios=2)
    assert report.checks == {"every message closed its step": True}
    [row] = await filled.as_owner(
        "select (select count(*) from inbox) as inbox, (select count(*) from inbox where state = 'filed') as filed,"
        " (select count(*) from rule_evaluation where cause_kind = 'result_version' and outcome = 'clear') as judged,"
        " (select count(*) from result where source_key ^@ 'raw|') as raw"
    )
    assert row["inbox"] == row["filed"] == row["judged"] == 3 * (report.k * 3)
    assert row["raw"] == 0


async def test_page_shows_the_alerts_of_the_nurses_team(filled: World, owner: asyncpg.Connection, tmp_path) -> None:
    settings = read_settings({"RMS_HOME": str(tmp_path), "RMS_SECRET_KEY": "a secret for the tests, long enough"})
    config = web_config_for(settings, secret=installation_secret(tmp_path, given=settings.secret_key), demo=True)
    async with one_connection(filled, "rms_web") as web, one_connection(filled, "rms_owner") as as_owner:
        app = create_app(settings, database=web, demo=True)
        sides = Sides(web=web, owner=as_owner)
        report = await run_page(sides, owner=owner, app=app, config=config, repeats=1)
    shape(report, benchmark="page", ratios=2)
    [waiting] = await filled.as_owner("select count(*) from alert where team_id = (select min(id) from team)")
    assert report.counts["alerts on the page"] == waiting[0] > 0
    assert report.counts["bytes of the page"] > 5_000


def test_numbers_of_people() -> None:
    assert [how_many(text) for text in ("300", "10k", "100K", "1m")] == [300, 10_000, 100_000, 1_000_000]
    for text in ("", "k", "-5", "0", "ten", "1.5k", "٣"):
        with pytest.raises(BadInput):
            how_many(text)
