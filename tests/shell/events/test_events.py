"""Events are announced once, taken back only before they left, and claimed in order, one holder at a time (I-13)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from rms.db.database import Database
from rms.events import moves, store
from rms.events.model import Event, EventKind, Failure, wait_after
from tests.database import World

REAL = datetime(2026, 3, 2, 9, tzinfo=UTC)  # the workers' clock; only differences to it count


@pytest.fixture
async def people(world: World) -> Sequence[int]:
    """Three people of one trust."""
    await world.as_owner("insert into organisation (id, code, name, phone) values (7, 'RX1', 'Trust', '0115 496 0000')")
    rows = [
        await world.as_owner(
            "insert into patient (organisation_id, family_name, given_names, name_key, born_text, sex,"
            " interpreter_needed, needs, restricted, flags, prefers, created_by)"
            " values (7, 'Demo', $1, 'demo', '1950', 'male', false, '[]', false, '[]', 'sms', 'test') returning id",
            f"Person {number}",
        )
        for number in range(3)
    ]
    return [row[0]["id"] for row in rows]


async def _announce(
    world: World,
    patient_id: int,
    *,
    cause_id: int,
    kind: str = EventKind.OUTCOME_RECORDED,
    held: timedelta = timedelta(0),
) -> int | None:
    async with world.web.transaction(organisation_id=7) as tx:
        return await moves.announce(
            tx, organisation_id=7, patient_id=patient_id, kind=kind, cause_kind="decision", cause_id=cause_id,
            payload={"n": cause_id}, held_until=tx.now + held, now=tx.now,
        )  # fmt: skip


async def _claim(world: World, *, at: datetime = REAL, at_most: int = 10) -> Sequence[Event]:
    async with world.worker.transaction() as tx:
        return await store.claim(tx, real_now=at, at_most=at_most)


async def _deliver(world: World, events: Sequence[Event]) -> int:
    async with world.worker.transaction() as tx:
        return await moves.record_delivered(tx, events, now=tx.now)


async def _fail(world: World, events: Sequence[Event], *, at: datetime = REAL) -> int:
    async with world.worker.transaction() as tx:
        failures = [Failure(event=event, reason="The register answered 500.") for event in events]
        return len(await moves.record_failed(tx, failures, real_now=at))


async def _void(world: World, cause_id: int) -> int:
    async with world.web.transaction(organisation_id=7) as tx:
        return await moves.void_for_cause(
            tx, organisation_id=7, cause_kind="decision", cause_id=cause_id, reason="The decision was undone."
        )


async def test_a_cause_is_announced_once(world: World, people: Sequence[int]) -> None:
    assert await _announce(world, people[0], cause_id=1) is not None
    assert await _announce(world, people[0], cause_id=1) is None
    assert await _announce(world, people[0], cause_id=1, kind="recurrence") is not None


async def test_an_unknown_kind_is_refused(world: World, people: Sequence[int]) -> None:
    with pytest.raises(ValueError, match="hearsay"):
        await _announce(world, people[0], cause_id=1, kind="hearsay")


async def test_what_was_undone_is_not_told_and_may_be_announced_again(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1, held=timedelta(minutes=15))
    assert await _void(world, 1) == 1
    again = await _announce(world, people[0], cause_id=1)
    assert [event.id for event in await _claim(world)] == [again]


async def test_what_was_tried_once_is_not_taken_back(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1)
    events = await _claim(world)
    assert await _void(world, 1) == 0
    await _fail(world, events)
    assert await _void(world, 1) == 0
    async with world.worker.transaction() as tx:
        assert await store.count_told(tx, organisation_id=7, cause_kind="decision", cause_id=1) == 1
    assert len(await _claim(world, at=REAL + timedelta(hours=1))) == 1


async def test_a_held_event_waits_for_the_civil_clock(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1, held=timedelta(minutes=15))
    assert await _claim(world) == []
    await world.move_civil_clock(days=1)
    assert len(await _claim(world)) == 1


async def test_events_of_one_person_are_handed_out_one_at_a_time_in_order(world: World, people: Sequence[int]) -> None:
    ids = [await _announce(world, people[0], cause_id=number) for number in (1, 2, 3)]
    other = await _announce(world, people[1], cause_id=4)
    first = await _claim(world)
    assert {event.id for event in first} == {ids[0], other}
    assert await _claim(world) == []
    await _fail(world, first[:1])
    await _deliver(world, first[1:])
    assert await _claim(world) == []  # a failed one still stands before the later ones
    told = []
    for hour in (1, 2, 3):
        [event] = await _claim(world, at=REAL + timedelta(hours=hour))
        told.append(event.id)
        await _deliver(world, [event])
    assert told == ids


async def test_a_void_or_held_event_before_it(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1, held=timedelta(minutes=15))
    later = await _announce(world, people[0], cause_id=2)
    assert await _claim(world) == []  # the held one will be told first, or be void
    await _void(world, 1)
    assert [event.id for event in await _claim(world)] == [later]


async def test_two_workers_never_hold_the_same_event(world: World, people: Sequence[int]) -> None:
    for number in range(60):
        await _announce(world, people[number % 3], cause_id=number)
    taken: list[tuple[int, int]] = []

    async def work(database: Database) -> None:
        empty = 0
        while empty < 5:
            async with database.transaction() as tx:
                events = await store.claim(tx, real_now=REAL, at_most=2)
                await asyncio.sleep(0.002)
            empty = 0 if events else empty + 1
            taken.extend((event.patient_id, event.id) for event in events)
            async with database.transaction() as tx:
                assert await moves.record_delivered(tx, events, now=tx.now) == len(events)

    async with Database(world.url("rms_worker"), name="other") as other:
        await asyncio.gather(*(work(database) for database in (world.worker, other, world.worker, other)))
    assert len(taken) == len(set(taken)) == 60
    for person in people:
        mine = [event for owner, event in taken if owner == person]
        assert mine == sorted(mine)


async def test_a_worker_that_slept_past_its_lease_writes_nothing(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1)
    slept = await _claim(world)
    assert await _claim(world, at=REAL + store.LEASE - timedelta(seconds=1)) == []
    awake = await _claim(world, at=REAL + store.LEASE)
    assert [(event.id, event.epoch) for event in awake] == [(slept[0].id, slept[0].epoch + 1)]
    assert await _deliver(world, slept) == 0
    assert await _fail(world, slept) == 0
    assert await _deliver(world, awake) == 1
    [row] = await world.as_owner("select count(*) as n from audit_entry where verb = 'event.deliver'")
    assert row["n"] == 1


async def test_a_failure_keeps_its_reason_and_since_when(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1)
    for hour in range(3):
        at = REAL + timedelta(hours=hour)
        await _fail(world, await _claim(world, at=at), at=at)
    [row] = await world.as_owner("select state, state_reason, attempts, failing_since, next_attempt_at from event")
    assert (row["state"], row["state_reason"], row["attempts"]) == ("waiting", "The register answered 500.", 3)
    assert row["failing_since"] == REAL
    assert REAL + timedelta(hours=2) < row["next_attempt_at"] <= REAL + timedelta(hours=2, seconds=20)


async def test_another_organisation_sees_none_of_it(world: World, people: Sequence[int]) -> None:
    await _announce(world, people[0], cause_id=1)
    async with world.web.transaction(organisation_id=8) as tx:
        assert await tx.fetchval("select count(*) from event") == 0


def test_waits_double_to_an_hour_and_are_spread() -> None:
    def waits(number: int) -> list[float]:
        return [wait_after(_event(number, attempts=attempt)).total_seconds() for attempt in (1, 2, 5, 11, 400)]

    for most, *drawn in zip((5, 10, 80, 3600, 3600), *(waits(number) for number in range(40)), strict=True):
        assert most / 2 <= min(drawn) < max(drawn) <= most
        assert len(set(drawn)) > 20


def _event(number: int, *, attempts: int) -> Event:
    return Event(
        id=number, ref=UUID(int=number), organisation_id=7, patient_id=1, kind=EventKind.RECURRENCE, cause_kind="decision",
        cause_id=1, payload={}, created_at=REAL, attempts=attempts, epoch=1,
    )  # fmt: skip
