"""One organisation never sees another's rows, whatever the pool, the order and the failures (abuse case 4)."""

import asyncio
import random

import asyncpg
import pytest

from rms.db.database import Database
from tests.database import World


async def _two_organisations(world: World) -> tuple[int, int]:
    rows = await world.as_owner(
        "insert into organisation (code, name, phone) values ('RAA', 'North', '1'), ('RBB', 'South', '2') returning id"
    )
    for row in rows:
        await world.as_owner(
            "insert into team (organisation_id, key, name, phone) select $1::smallint, 'team' || n, 'marker ' || ($1::smallint)::text, '3'"
            " from generate_series(1, 20) n",
            row["id"],
        )
    return rows[0]["id"], rows[1]["id"]


async def test_ten_thousand_interleaved_requests_of_two_organisations_over_a_pool_of_two(world: World) -> None:
    north, south = await _two_organisations(world)
    chance = random.Random(20261124)
    async with Database(world.url("rms_web"), name="scope test", size=2, acquire_timeout_s=60) as database:

        async def request(organisation_id: int) -> None:
            fails = chance.random() < 0.1
            try:
                async with database.transaction(organisation_id=organisation_id) as tx:
                    rows = await tx.fetch("select organisation_id, name from team")
                    assert {row["organisation_id"] for row in rows} == {organisation_id}
                    assert {row["name"] for row in rows} == {f"marker {organisation_id}"}
                    assert len(rows) == 20
                    if fails:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass

        for _ in range(100):
            await asyncio.gather(*(request(chance.choice((north, south))) for _ in range(100)))
        assert database.idle_connections == 2


async def test_without_an_organisation_web_sees_nothing(world: World) -> None:
    await _two_organisations(world)
    async with world.web.transaction() as tx:
        assert await tx.fetchval("select count(*) from team") == 0


async def test_nobody_writes_into_another_organisation(world: World) -> None:
    north, south = await _two_organisations(world)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.web.transaction(organisation_id=north) as tx:
            await tx.execute("insert into team (organisation_id, key, name, phone) values ($1, 'x', 'x', 'x')", south)
    async with world.web.transaction(organisation_id=north) as tx:
        assert await tx.execute("update team set name = 'taken over' where organisation_id = $1", south) == "UPDATE 0"


async def test_the_setting_is_gone_with_the_transaction(world: World) -> None:
    north, _ = await _two_organisations(world)
    async with Database(world.url("rms_web"), name="one connection", size=1) as database:
        async with database.transaction(organisation_id=north) as tx:
            assert await tx.fetchval("select count(*) from team") == 20
        async with database.transaction() as tx:
            assert await tx.fetchval("select current_setting('app.organisation_id', true)") == ""
            assert await tx.fetchval("select count(*) from team") == 0
