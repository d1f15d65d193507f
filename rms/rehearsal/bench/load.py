"""Puts a made-up population into an embedded database, by COPY, with every index live.

`rms.rehearsal.bulk` does the copying; here stands what a benchmark's population is.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import date

import asyncpg
import msgspec

from rms.errors import Refused
from rms.plans.protocol import Protocol
from rms.rehearsal.bench.population import CASELOAD, MOST_PEOPLE, TEAMS, Place, Population
from rms.rehearsal.bulk.copying import civil_today, copy_rows, count_on, first_ids, refuse_live
from rms.rehearsal.bulk.rows import COLUMNS, Ids

PROTOCOL = "prostate-after-prostatectomy"
#: Made-up trusts are known by their names: nobody else calls a trust this.
TRUST = "Made-up Hospital"
PEER = "Made-up Laboratory"
FACILITY = "BENCHLAB"
_CHUNK = 5_000
_COUNTED = ("patient", "register_case", "plan", "occurrence", "result", "result_version", "alert")

Say = Callable[[str], None]


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What was put in, and how long it took (s)."""

    people: int
    rows: int
    teams: int
    organisations: int
    seconds: float


async def load(url: str, *, people: int, say: Say) -> Loaded:
    """Fill the database at the owner's `url`. Refused when it is live, or holds made-up people of a benchmark already."""
    if not 1 <= people <= MOST_PEOPLE:
        raise Refused(f"Between 1 and {MOST_PEOPLE:,} people can be made up: then the NHS numbers of nobody run out.")
    began = time.monotonic()
    connection = await asyncpg.connect(url)
    try:
        await refuse_live(connection, trust=TRUST)
        await connection.execute("set session_replication_role = replica; set synchronous_commit = off")
        today = await civil_today(connection)
        population, places = await _population(connection, people=people, today=today)
        rows = await _copy_everybody(connection, population, people=people, say=say)
        await count_on(connection, _COUNTED)
        await connection.execute("reset session_replication_role")
        say("Collecting statistics.")
        await connection.execute("vacuum (analyze)")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    return Loaded(people=people, rows=rows, teams=len(places), organisations=len({one.organisation_id for one in places}),
                  seconds=round(time.monotonic() - began, 1))  # fmt: skip


async def _population(connection: asyncpg.Connection, *, people: int, today: date) -> tuple[Population, list[Place]]:
    row = await connection.fetchrow(
        "select id, content::text from protocol_version where key = $1 order by version desc limit 1", PROTOCOL
    )
    protocol = msgspec.convert(msgspec.json.decode(row["content"]), Protocol, strict=False)
    places = await _places(connection, teams=max(1, -(-people // CASELOAD)))
    ids = Ids(await first_ids(connection, _COUNTED))
    return Population(protocol=protocol, version_id=row["id"], places=places, ids=ids, today=today), places


async def _places(connection: asyncpg.Connection, *, teams: int) -> list[Place]:
    """Trusts with their teams, a nurse and a lead each, and one laboratory that sends for all of them."""
    peer_id = await connection.fetchval(
        "insert into peer (name, sending_facility, addresses) values ($1, $2, '{}') returning id", PEER, FACILITY
    )
    places: list[Place] = []
    for number in range(-(-teams // TEAMS)):
        organisation_id = await connection.fetchval(
            "insert into organisation (code, name, phone) values ($1, $2, '01632 960000') returning id",
            f"ZB{number:03}", f"{TRUST} {number + 1}",
        )  # fmt: skip
        if number == 0:  # it sends for one trust, as most do
            await connection.execute("insert into peer_organisation values ($1, $2)", peer_id, organisation_id)
        places += [
            await _place(connection, organisation_id=organisation_id, number=team)
            for team in range(min(TEAMS, teams - number * TEAMS))
        ]
    return places


async def _place(connection: asyncpg.Connection, *, organisation_id: int, number: int) -> Place:
    team_id = await connection.fetchval(
        "insert into team (organisation_id, key, name, phone, tumour_site) values ($1, $2, $3, '01632 960001', 'urology')"
        " returning id",
        organisation_id, f"urology-{number}", f"Urology follow-up {number + 1}",
    )  # fmt: skip
    staff = []
    for role, name in (("nurse_specialist", "Nurse"), ("team_lead", "Lead")):
        staff_id = await connection.fetchval(
            "insert into staff (organisation_id, sign_in_name, display_name, role) values ($1, $2, $3, $4) returning id",
            organisation_id, f"{name.lower()}.{organisation_id}.{number}", f"{name} {number + 1}", role,
        )  # fmt: skip
        await connection.execute(
            "insert into staff_team (organisation_id, staff_id, team_id, is_lead) values ($1, $2, $3, $4)",
            organisation_id, staff_id, team_id, role == "team_lead",
        )  # fmt: skip
        staff.append(staff_id)
    return Place(organisation_id=organisation_id, team_id=team_id, nurse_id=staff[0])


async def _copy_everybody(connection: asyncpg.Connection, population: Population, *, people: int, say: Say) -> int:
    """The next people are made up in a thread while the last are copied."""
    copied, made = 0, population.people(0, min(_CHUNK, people))
    for first in range(0, people, _CHUNK):
        after = min(first + _CHUNK, people)
        upcoming = asyncio.create_task(asyncio.to_thread(population.people, after, min(_CHUNK, people - after)))
        copied += await copy_rows(connection, columns=COLUMNS, rows=made)
        say(f"{after:,} of {people:,} people.")
        made = await upcoming
    return copied
