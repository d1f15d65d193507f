"""What happened is told to the register: exactly once, in order, whatever the register or this machine does."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rms.crashpoints import Crashpoint
from rms.events import moves
from rms.events.model import EventKind
from rms.events.payloads import OutcomeRecorded, PlanTold, Subject, written
from rms.rehearsal.register.script import Fault, Wrong
from rms.rehearsal.register.server import Register, running
from rms.sync.register_gateway import FhirRegister
from rms.sync.register_jobs import deliver_events
from tests.database import World

REAL = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Wrist:
    """A real clock that a test winds on."""

    def __init__(self) -> None:
        self.instant = REAL

    def now(self) -> datetime:
        return self.instant

    def wind(self, **by: float) -> None:
        self.instant += timedelta(**by)


@pytest.fixture
def clock() -> Wrist:
    return Wrist()


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[tuple[Register, FhirRegister]]:
    async with running(log=tmp_path / "register.log") as (register, url):
        gateway = FhirRegister(base_url=url, read_seconds=0.5, deadline_seconds=1.0)
        yield register, gateway
        await gateway.aclose()


@pytest.fixture
async def person(world: World) -> int:
    await world.as_owner("insert into organisation (id, code, name, phone) values (7, 'RX1', 'Trust', '0115 496 0000')")
    await world.as_owner(
        "insert into team (organisation_id, key, name, phone, tumour_site)"
        " values (7, 'colorectal', 'Colorectal', '0115 496 0001', 'colorectal'),"
        " (7, 'urology', 'Urology', '0115 496 0002', 'urology')"
    )
    patient_id = await _person(world, "First")
    await world.as_owner(
        "insert into register_case (organisation_id, patient_id, source, source_ref, tumour_site)"
        " values (7, $1, 'register', 'c1', 'urology')", patient_id,
    )  # fmt: skip
    return patient_id


async def _person(world: World, name: str) -> int:
    [row] = await world.as_owner(
        "insert into patient (organisation_id, family_name, given_names, name_key, born_text, sex, interpreter_needed,"
        " needs, restricted, flags, prefers, created_by)"
        " values (7, 'Demo', $1, 'demo', '1950', 'male', false, '[]', false, '[]', 'sms', 'test') returning id", name,
    )  # fmt: skip
    return int(row["id"])


def _payload(sentence: str) -> Mapping[str, Any]:
    plan = PlanTold(ref=UUID(int=7), title="Follow-up", started_on=date(2026, 1, 5))
    subject = Subject(nhs_number="9990000018")
    return written(
        OutcomeRecorded(
            subject=subject, by="A Nurse", decided_at=REAL, plan=plan, outcome="in_range", sentence=sentence
        )
    )


async def _announce(world: World, person: int, *, cause_id: int, payload: Mapping[str, Any] | None = None) -> None:
    async with world.worker.transaction() as tx:
        await moves.announce(
            tx, organisation_id=7, patient_id=person, kind=EventKind.OUTCOME_RECORDED, cause_kind="decision",
            cause_id=cause_id, payload=payload or _payload(f"outcome {cause_id}"), held_until=tx.now, now=tx.now,
        )  # fmt: skip


async def _states(world: World) -> Sequence[tuple[str, str | None]]:
    return [(row["state"], row["state_reason"]) for row in await world.as_owner("select * from event order by id")]


def _told(register: Register) -> Sequence[str]:
    """What the register wrote down, in order; a repetition that it recognised wrote nothing."""
    return [one.resource["summary"] for taken in register.shelf.log for one in taken.written if one.was_written]


async def test_a_persons_events_arrive_once_and_in_order(
    world: World, person: int, register: tuple[Register, FhirRegister], clock: Wrist
) -> None:
    for number in range(5):
        await _announce(world, person, cause_id=number)
    assert await deliver_events(world.worker, register[1], clock=clock) == 5
    assert await deliver_events(world.worker, register[1], clock=clock) == 0
    assert _told(register[0]) == [f"outcome {number}" for number in range(5)]
    refs = [str(row["ref"]) for row in await world.as_owner("select ref from event order by id")]
    assert [taken.key for taken in register[0].shelf.log] == refs


@pytest.mark.parametrize(
    ("wrong", "taken_already", "reason"),
    [
        (Wrong.CUT_BEFORE, 0, "could not be reached or hung up"),
        (Wrong.CUT_AFTER_COMMIT, 1, "could not be reached or hung up"),
        (Wrong.ERROR_BEFORE, 0, "answered 500"),
        (Wrong.ERROR_AFTER_COMMIT, 1, "answered 500"),
        (Wrong.HANG_BEFORE, 0, "no whole answer in time"),
        (Wrong.HANG_AFTER_COMMIT, 1, "no whole answer in time"),
        (Wrong.PARTIAL, 0, "did 0 of 1 entries"),
        (Wrong.FEWER_ENTRIES, 1, "did 0 of 1 entries"),
        (Wrong.NOT_JSON, 0, "no JSON"),
        (Wrong.REFUSE, 0, "answered 422"),
        (Wrong.REDIRECT, 0, "answered 307"),
    ],
)
async def test_nothing_counts_as_told_until_every_entry_is(
    world: World, person: int, register: tuple[Register, FhirRegister], clock: Wrist,
    wrong: Wrong, taken_already: int, reason: str,
) -> None:  # fmt: skip
    await _announce(world, person, cause_id=1)
    register[0].faults = [Fault(do=wrong)]
    assert await deliver_events(world.worker, register[1], clock=clock) == 0
    [(state, why)] = await _states(world)
    assert state == "waiting"
    assert why is not None
    assert reason in why
    assert len(_told(register[0])) == taken_already
    clock.wind(hours=1)
    assert await deliver_events(world.worker, register[1], clock=clock) == 1
    assert _told(register[0]) == ["outcome 1"]


async def test_one_persons_trouble_holds_up_nobody_else(
    world: World, person: int, register: tuple[Register, FhirRegister], clock: Wrist
) -> None:
    other = await _person(world, "Second")
    await _announce(world, person, cause_id=1, payload=_payload("refused"))
    await _announce(world, person, cause_id=2, payload=_payload("behind it"))
    await _announce(world, other, cause_id=3, payload={"nonsense": True})
    for number in range(4, 24):
        await _announce(world, await _person(world, "Third"), cause_id=number)
    register[0].faults = [Fault(do=Wrong.REFUSE, times=0, containing="refused")]
    assert await deliver_events(world.worker, register[1], clock=clock) == 20
    refused, behind, unreadable, *_ = await _states(world)
    assert refused == ("waiting", "The register answered 422.")
    assert behind == ("waiting", None)
    assert unreadable == ("waiting", "It could not be written for the register (BadInput).")


async def test_a_register_that_is_away_is_not_asked_for_each_event(world: World, person: int, clock: Wrist) -> None:
    for number in range(20):
        await _announce(world, await _person(world, "Third"), cause_id=number)
    gateway = FhirRegister(base_url="http://127.0.0.1:9")
    assert await deliver_events(world.worker, gateway, clock=clock) == 0
    await gateway.aclose()
    [row] = await world.as_owner("select count(*) filter (where attempts > 0) as tried from event")
    assert row["tried"] == 8


async def test_a_day_of_refusals_becomes_the_teams_task_and_comes_back(
    world: World, person: int, register: tuple[Register, FhirRegister], clock: Wrist
) -> None:
    await _announce(world, person, cause_id=1)
    register[0].faults = [Fault(do=Wrong.REFUSE, times=0)]

    async def hours(number: int) -> list[Any]:
        for _ in range(number):
            await deliver_events(world.worker, register[1], clock=clock)
            clock.wind(hours=1)
        return await world.as_owner("select a.*, t.key from alert a join team t on t.id = a.team_id")

    assert await hours(24) == []
    [alert] = await hours(2)
    assert (alert["kind"], alert["key"], alert["patient_id"], alert["state"]) == ("fix_data", "urology", person, "open")
    assert alert["sentence"] == "The register has not taken “outcome recorded” for 24 hours. The register answered 422."
    [nurse] = await world.as_owner(
        "insert into staff (organisation_id, sign_in_name, display_name, role) values (7, 'n', 'N', 'nurse') returning id"
    )
    await world.as_owner(
        "update alert set state = 'closed', next_escalation_at = null, closed_at = now(), closed_by_staff_id = $1,"
        " outcome = 'dealt with'", nurse["id"],
    )  # fmt: skip
    [alert] = await hours(20)
    assert alert["state"] == "closed"
    [alert] = await hours(10)  # closed, but nothing was mended
    assert (alert["state"], alert["episode"]) == ("open", 1)
    register[0].faults = []
    await hours(1)
    assert [state for state, _ in await _states(world)] == ["delivered"]


async def test_a_day_without_any_answer_is_one_task(world: World, person: int, clock: Wrist) -> None:
    for number in range(3):
        await _announce(world, await _person(world, "Third"), cause_id=number)
    gateway = FhirRegister(base_url="http://127.0.0.1:9")
    for _ in range(27):
        await deliver_events(world.worker, gateway, clock=clock)
        clock.wind(hours=1)
    await gateway.aclose()
    [alert] = await world.as_owner("select * from alert")
    assert (alert["subject_kind"], alert["patient_id"], alert["rule_key"]) == ("register", None, "register_away")


async def test_the_reason_kept_names_nobody(world: World, person: int, clock: Wrist) -> None:
    """A register may put what it was told into its answer, even into a status."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"entry": [{"response": {"status": "422 9990000018 Margaret"}}], "text": "Margaret"}'
        writer.write(b"HTTP/1.1 200 Margaret\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    await _announce(world, person, cause_id=1)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    gateway = FhirRegister(base_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await deliver_events(world.worker, gateway, clock=clock)
    await gateway.aclose()
    server.close()
    assert await _states(world) == [("waiting", "The register answered 200 and did 0 of 1 entries.")]


_WORKER = """
import asyncio, sys
from rms.clock import SystemClock
from rms.db.database import Database
from rms.sync.register_gateway import FhirRegister
from rms.sync.register_jobs import deliver_events

async def main():
    gateway = FhirRegister(base_url=sys.argv[2])
    async with Database(sys.argv[1], name="killed") as database:
        await deliver_events(database, gateway, clock=SystemClock())
    await gateway.aclose()

asyncio.run(main())
"""


@pytest.mark.faults
@pytest.mark.parametrize(
    "point", [Crashpoint.EVENT_AFTER_CLAIM, Crashpoint.EVENT_AFTER_DELIVERY, Crashpoint.EVENT_BEFORE_RECORD_COMMIT]
)
async def test_a_worker_killed_anywhere_leaves_each_event_told_once_and_in_order(
    world: World, person: int, tmp_path: Path, point: Crashpoint
) -> None:
    for number in range(4):
        await _announce(world, person, cause_id=number)
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rms.rehearsal.register.server", "--log", str(tmp_path / "log"), "--die-with-parent",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        url = json.loads(await server.stdout.readline())["url"]
        for passes in (2, 1, 3, None):
            environment = {**os.environ, **({"RMS_CRASHPOINT": f"{point}:{passes}"} if passes else {})}
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-c", _WORKER, world.url("rms_worker"), url, env=environment
            )
            assert await worker.wait() == (-signal.SIGKILL if passes else 0)
            await world.as_owner("update event set lease_until = now() where lease_until is not null")
        lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    finally:
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()
    told = [one["resource"]["summary"] for line in lines for one in line["written"] if one["was_written"]]
    assert told == [f"outcome {number}" for number in range(4)]
    assert [state for state, _ in await _states(world)] == ["delivered"] * 4
