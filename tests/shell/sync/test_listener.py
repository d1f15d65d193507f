"""An answer leaves after the commit, whatever the sender does to its bytes and whatever happens to the database (I-3)."""

import asyncio
import hashlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rms.crashpoints import Crashpoint
from rms.db.database import Database
from rms.errors import Unavailable
from rms.sync.jobs import file_inbox
from rms.sync.listener import Limits, listening
from rms.sync.mllp import wrap
from tests.cast import a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import Switchboard, a_peer, obx, oru

PETER = a_person()
QUICK = Limits(max_bytes=200_000, quiet_seconds=1.5, pause_seconds=0.4, message_seconds=1.2, connections=40)


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    async with listening(world.listener, host="127.0.0.1", port=0, limits=QUICK) as where:
        yield where.port


@pytest.fixture
async def line() -> AsyncIterator[Switchboard]:
    switchboard = Switchboard()
    yield switchboard
    await switchboard.close()


async def inbox(world: World) -> list[Any]:
    return await world.as_owner("select * from inbox order by id")


async def test_what_came_is_kept_to_the_byte_with_its_sender(world: World, line: Switchboard, port: int) -> None:
    trust = await a_trust(world)
    peer_id = await a_peer(world, trust, address="127.0.0.0/8")
    sender = await line.connect(port)
    message = oru(PETER, control="M7").replace(b"Peter", b"P\xc3\xa9ter")
    assert await sender.send(message) == "AA M7"
    [row] = await inbox(world)
    assert (row["raw"], row["sha256"]) == (message, hashlib.sha256(message).digest())
    assert (row["peer_id"], row["peer_address"], row["control_id"]) == (peer_id, "127.0.0.1", "M7")
    assert (row["state"], row["answered"], row["frame_fault"]) == ("received", "AA", None)


async def test_an_unknown_sender_is_kept_and_answered(world: World, line: Switchboard, port: int) -> None:
    sender = await line.connect(port)
    assert await sender.send(oru(PETER, facility="WHO")) == "AA M1"
    assert [row["peer_id"] for row in await inbox(world)] == [None]


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
async def test_frames_may_be_cut_and_joined_anywhere(world: World, line: Switchboard, port: int, size: int) -> None:
    sender = await line.connect(port)
    stream = b"".join(wrap(oru(PETER, control=f"M{number}")) for number in range(3))
    for start in range(0, len(stream), size):
        await sender.write(stream[start : start + size])
    assert [await sender.answer() for _ in range(3)] == ["AA M0", "AA M1", "AA M2"]
    assert [row["control_id"] for row in await inbox(world)] == ["M0", "M1", "M2"]


@pytest.mark.parametrize(
    ("raw", "answers", "faults"),
    [
        (oru(PETER) + b"\x1c\r", ["AA M1"], ["no_start"]),
        (b"\x0b" + oru(PETER) + b"\x1c" + wrap(oru(PETER, control="M2")), ["AA M1", "AA M2"], ["no_trailer", None]),
        (b"GET / HTTP/1.1" + wrap(oru(PETER)), ["AA M1"], ["stray", None]),
        (wrap(b"\x00\xff garbage"), ["AE "], [None]),
        (wrap(b""), ["AE "], [None]),
        (wrap(oru(PETER) + b"x" * 300_000) + wrap(oru(PETER, control="M2")), ["AE M1", "AA M2"], ["too_large", None]),
        (b"\x0bMSH|^~\\&|half", ["AE "], ["cut_off"]),
        (b"\x0bMSH|^~\\&|half" + wrap(oru(PETER)), ["AE ", "AA M1"], ["cut_off", None]),
        (b"\r\n\r\n", [], []),
    ],
)
async def test_a_broken_envelope_is_kept_and_answered_for_what_it_is(
    world: World, line: Switchboard, port: int, raw: bytes, answers: list[str], faults: list[str | None]
) -> None:
    sender = await line.connect(port)
    await sender.write(raw)
    sender.writer.write_eof()
    assert [await sender.answer() for _ in answers] == answers
    assert await sender.answer() is None
    assert [row["frame_fault"] for row in await inbox(world)] == faults


async def test_twenty_megabytes_are_kept_whole(world: World, line: Switchboard) -> None:
    async with (
        Database(world.url("rms_listener"), name="large", statement_timeout_ms=60_000) as database,
        listening(database, host="127.0.0.1", port=0) as where,
    ):
        sender = await line.connect(where.port)
        message = oru(PETER, obx("A" * (20 * 1024 * 1024 - 1000), sort="TX"))
        assert await sender.send(message) == "AA M1"
        [row] = await world.as_owner("select length(raw) as length, sha256 from inbox")
    assert (row["length"], row["sha256"]) == (len(message), hashlib.sha256(message).digest())


async def test_a_silent_sender_and_one_that_drips_are_hung_up_on_while_others_are_served(
    world: World, line: Switchboard, port: int
) -> None:
    silent, dripping, good = [await line.connect(port) for _ in range(3)]

    async def drip() -> None:
        for byte in wrap(oru(PETER, control="SLOW")):
            await dripping.write(bytes([byte]))
            await asyncio.sleep(0.1)

    answer = asyncio.create_task(dripping.answer())
    dripped = asyncio.create_task(drip())
    for number in range(5):
        assert await good.send(oru(PETER, control=f"G{number}")) == f"AA G{number}"
    assert await silent.answer() is None
    assert await answer == "AE "
    dripped.cancel()
    await asyncio.wait([dripped])
    assert [row["frame_fault"] for row in await inbox(world)].count("cut_off") == 1


async def test_a_pause_inside_a_message_after_a_long_quiet_is_no_fault(
    world: World, line: Switchboard, port: int
) -> None:
    sender = await line.connect(port)
    await asyncio.sleep(1.3)  # quiet for longer than a message may take
    message = wrap(oru(PETER))
    await sender.write(message[:40])
    await asyncio.sleep(0.1)
    await sender.write(message[40:])
    assert await sender.answer() == "AA M1"


async def test_more_connections_than_we_take_are_turned_away_and_the_others_served(
    world: World, line: Switchboard, port: int
) -> None:
    senders = [await line.connect(port) for _ in range(QUICK.connections)]
    answers = await asyncio.gather(*(one.send(oru(PETER, control=f"C{n}")) for n, one in enumerate(senders)))
    assert answers == [f"AA C{n}" for n in range(QUICK.connections)]
    extra = await line.connect(port)
    assert await extra.answer() is None
    assert len(await inbox(world)) == QUICK.connections


async def test_while_the_database_is_away_nothing_is_answered_and_then_it_goes_on_by_itself(
    world: World, line: Switchboard
) -> None:
    async with (
        Database(world.url("rms_listener"), name="cut", size=2) as database,
        listening(database, host="127.0.0.1", port=0) as where,
    ):
        sender = await line.connect(where.port)
        assert await sender.send(oru(PETER, control="1")) == "AA 1"
        await world.as_owner("alter role rms_listener connection limit 0")
        try:
            await world.as_owner(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rms cut'"
            )
            assert await sender.send(oru(PETER, control="2")) is None
            again = await line.connect(where.port)
            assert await again.send(oru(PETER, control="2")) is None
        finally:
            await world.as_owner("alter role rms_listener connection limit -1")
        last = await line.connect(where.port)
        assert await last.send(oru(PETER, control="2")) == "AA 2"
        assert [row["control_id"] for row in await inbox(world)] == ["1", "2"]


async def test_a_commit_that_fails_is_never_answered(world: World, line: Switchboard) -> None:
    body = "if new.control_id = 'NO' then raise exception 'disk full' using errcode = '53100'; end if; return null;"
    async with (
        world.trigger("refuses", on="after insert on inbox deferrable initially deferred", body=body),
        listening(world.listener, host="127.0.0.1", port=0) as where,
    ):
        sender = await line.connect(where.port)
        assert await sender.send(oru(PETER, control="NO")) is None
        sender = await line.connect(where.port)
        assert await sender.send(oru(PETER, control="YES")) == "AA YES"
    assert [row["control_id"] for row in await inbox(world)] == ["YES"]


async def test_a_taken_port_is_said_in_words(world: World, port: int) -> None:
    with pytest.raises(Unavailable, match=f"cannot listen on 127.0.0.1:{port}"):
        async with listening(world.listener, host="127.0.0.1", port=port):
            pass


async def test_through_the_socket_to_the_person(world: World, line: Switchboard, port: int) -> None:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust)
    sender = await line.connect(port)
    assert await sender.send(oru(PETER)) == "AA M1"
    assert await file_inbox(world.worker) == 1
    [row] = await world.as_owner("select p.family_name, v.number::text from result r join patient p on p.id = r.patient_id"
                                 " join result_version v on v.id = r.current_version_id")  # fmt: skip
    assert tuple(row) == ("Ashdown", "0.1")


_LISTENER = """
import asyncio, sys
from rms.db.database import Database
from rms.sync.listener import serve

async def main():
    async with Database(sys.argv[1], name="listen") as database:
        print("up", flush=True)
        await serve(database, host="127.0.0.1", port=int(sys.argv[2]))

asyncio.run(main())
"""


async def _listener(world: World, port: int, crash: str = "") -> asyncio.subprocess.Process:
    listener = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LISTENER, world.url("rms_listener"), str(port), stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={**os.environ, "RMS_CRASHPOINT": crash},
    )  # fmt: skip
    assert listener.stdout is not None
    assert await listener.stdout.readline() == b"up\n"
    return listener


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("point", "kept"), [(Crashpoint.INBOX_BEFORE_COMMIT, False), (Crashpoint.INBOX_AFTER_COMMIT, True)]
)
async def test_killed_on_either_side_of_the_commit_nothing_was_answered(
    world: World, line: Switchboard, point: Crashpoint, kept: bool
) -> None:
    port = _free_port()
    listener = await _listener(world, port, f"{point}:2")
    sender = await line.connect(port)
    assert await sender.send(oru(PETER, control="1")) == "AA 1"
    assert await sender.send(oru(PETER, control="2")) is None
    assert await listener.wait() == -signal.SIGKILL
    assert [row["control_id"] for row in await inbox(world)] == (["1", "2"] if kept else ["1"])


async def test_sigterm_lets_what_is_being_saved_be_answered(world: World, line: Switchboard) -> None:
    port = _free_port()
    listener = await _listener(world, port)
    senders = [await line.connect(port) for _ in range(8)]
    idle = await line.connect(port)
    sending = [asyncio.create_task(one.send(oru(PETER, control=f"S{n}"))) for n, one in enumerate(senders)]
    await asyncio.sleep(0.01)
    listener.terminate()
    answered = {answer.split()[1] for one in sending if (answer := await one)}
    assert await asyncio.wait_for(listener.wait(), 15) == 0
    assert answered <= {row["control_id"] for row in await inbox(world)}
    assert await idle.answer() is None
