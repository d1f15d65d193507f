"""Sessions end when they should, to the second, and a value that we did not give is worth nothing."""

import secrets

import asyncpg
import pytest

from rms.audit.model import Actor, ActorKind
from rms.people.model import Role
from rms.people.sign_in.sessions import (
    LIMITS,
    SessionKind,
    end_session,
    end_staff_sessions,
    find_session,
    open_session,
    token_hash,
)
from rms.people.staff import change_role, end_staff
from tests.cast import Trust, a_trust
from tests.database import World

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def opened(world: World, trust: Trust, *, kind: SessionKind = SessionKind.STAFF) -> str:
    async with world.web.transaction() as tx:
        return await open_session(tx, kind=kind, organisation_id=trust.organisation_id, subject_id=trust.nurse.id or 0,
                                  second_factor=True)  # fmt: skip


async def lives(world: World, token: str) -> bool:
    async with world.web.transaction() as tx:
        return await find_session(tx, token=token) is not None


@pytest.mark.parametrize("kind", list(SessionKind))
@pytest.mark.parametrize(("seconds_short", "alive"), [(1, True), (-1, False)])
async def test_unused_it_ends_after_its_idle_time(world, trust, kind, seconds_short, alive):
    token = await opened(world, trust, kind=kind)
    unused = LIMITS[kind].idle.total_seconds() - seconds_short
    await world.as_owner(
        "update door_session set last_seen_at = clock_timestamp() - make_interval(secs => $1),"
        " absolute_until = clock_timestamp() + interval '1 hour'", unused,
    )  # fmt: skip
    assert await lives(world, token) is alive


@pytest.mark.parametrize("kind", list(SessionKind))
@pytest.mark.parametrize(("seconds", "alive"), [(1, True), (-1, False)])
async def test_used_all_the_time_it_ends_after_its_absolute_time(world, trust, kind, seconds, alive):
    token = await opened(world, trust, kind=kind)
    row = (await world.as_owner("select absolute_until - created_at as span from door_session"))[0]
    assert abs((row["span"] - LIMITS[kind].absolute).total_seconds()) < 0.1
    await world.as_owner(
        "update door_session set absolute_until = clock_timestamp() + make_interval(secs => $1)", float(seconds)
    )
    assert await lives(world, token) is alive


def test_the_limits_are_those_we_promise() -> None:
    found = {
        kind: (limit.idle.total_seconds() / 60, limit.absolute.total_seconds() / 60) for kind, limit in LIMITS.items()
    }
    assert found == {
        SessionKind.STAFF: (15, 720),
        SessionKind.HALF_WAY: (10, 10),
        SessionKind.ANSWERING: (10, 30),
        SessionKind.VISITING: (10, 30),
    }


async def test_use_keeps_it_alive_and_is_written_once_a_minute(world, trust):
    token = await opened(world, trust)
    first = (await world.as_owner("select last_seen_at from door_session"))[0][0]
    assert await lives(world, token)
    assert (await world.as_owner("select last_seen_at from door_session"))[0][0] == first
    await world.as_owner("update door_session set last_seen_at = clock_timestamp() - interval '10 minutes'")
    assert await lives(world, token)
    assert (await world.as_owner("select last_seen_at from door_session"))[0][0] > first


async def test_a_value_that_somebody_brings_along_is_never_adopted(world, trust):
    await opened(world, trust)
    for value in ("attackerchosen", "", secrets.token_urlsafe(32), "x" * 128):
        assert not await lives(world, value)
    assert len(await world.as_owner("select 1 from door_session")) == 1


async def test_the_kept_hash_does_not_open_anything(world, trust):
    token = await opened(world, trust)
    assert not await lives(world, token_hash(token).hex())


async def test_every_value_is_another_and_long(world, trust):
    values = {await opened(world, trust) for _ in range(20)}
    assert len(values) == 20
    assert all(len(value) == 43 for value in values)


async def test_one_session_or_all_of_them_can_be_ended(world, trust):
    one, two, three = [await opened(world, trust) for _ in range(3)]
    async with world.web.transaction() as tx:
        await end_session(tx, token=one, why="signed out")
    assert [await lives(world, token) for token in (one, two, three)] == [False, True, True]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        ended = await end_staff_sessions(
            tx, organisation_id=trust.organisation_id, staff_id=trust.nurse.id or 0, why="x"
        )
    assert ended == 2
    assert not await lives(world, two)


async def test_a_new_role_and_leaving_end_all_sessions(world, trust):
    for move in ("role", "leave"):
        token = await opened(world, trust)
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            who = {"organisation_id": trust.organisation_id, "staff_id": trust.nurse.id or 0, "by": OPERATOR}
            await (change_role(tx, role=Role.AUDITOR, **who) if move == "role" else end_staff(tx, **who))
        assert not await lives(world, token)


async def test_a_live_database_itself_refuses_a_staff_session_without_a_second_factor(live_database):
    url, web = live_database
    owner = await asyncpg.connect(url)
    await owner.execute("delete from door_session; delete from organisation")
    organisation_id = await owner.fetchval(
        "insert into organisation (code, name, phone) values ('RAA', 'North', '01632 960000') returning id"
    )
    await owner.close()
    with pytest.raises(asyncpg.RaiseError, match="second factor"):
        async with web.transaction() as tx:
            await open_session(tx, kind=SessionKind.STAFF, organisation_id=organisation_id, subject_id=1)
    async with web.transaction() as tx:
        assert await open_session(tx, kind=SessionKind.STAFF, organisation_id=organisation_id, subject_id=1,
                                  second_factor=True)  # fmt: skip
