"""The listener and PostgreSQL are killed by turns under load: everything that was answered is there, byte for byte (I-3)."""

import asyncio
import contextlib
import hashlib
import os
import signal
import socket
import sys
from collections.abc import Iterator

import asyncpg
import pytest

from rms.db.embedded import EmbeddedServer, ensure
from rms.db.embedded.leftovers import PID_FILE
from rms.db.migrate import migrate
from rms.sync.hl7 import read
from tests.cast import a_person
from tests.database import open_folder
from tests.laboratory import Sender, obx, oru

PETER = a_person()
SENDERS = 4

_LISTENER = """
import asyncio, sys
from rms.db.database import Database
from rms.sync.listener import serve

async def main():
    async with Database(sys.argv[1], name="listen", acquire_timeout_s=1) as database:
        print("up", flush=True)
        await serve(database, host="127.0.0.1", port=int(sys.argv[2]))

asyncio.run(main())
"""


@pytest.fixture
def safe_server() -> Iterator[EmbeddedServer]:
    """A server of its own that keeps its promises at a crash, unlike the one of the other tests."""
    with open_folder() as home:
        server = ensure(home)
        yield server
        server.stop()


class Load:
    """Several laboratories that send on and on, and again whatever got no answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered: dict[str, bytes] = {}
        self.sent_again = 0
        self.stopping = False

    async def send_on(self, laboratory: int) -> None:
        number, line = 0, None
        message = b""
        while not self.stopping or message:
            control = f"L{laboratory}-{number}"
            message = message or oru(PETER, obx(f"{number}.1"), control=control, filler=control)
            line = line or await self._connect()
            answer = await line.send(message)
            if answer == f"AA {control}":
                self.answered[control] = message
                number, message = number + 1, b""
            else:
                assert answer is None
                self.sent_again += 1
                await line.close()
                line = None
        assert line is not None
        await line.close()

    async def _connect(self) -> Sender:
        while True:
            with contextlib.suppress(OSError):
                return await Sender.connect(self.port)
            await asyncio.sleep(0.02)


async def _listener(url: str, port: int) -> asyncio.subprocess.Process:
    listener = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LISTENER, url, str(port), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )  # fmt: skip
    assert listener.stdout is not None
    assert await listener.stdout.readline() == b"up\n"
    return listener


def _kill_postgres(server: EmbeddedServer) -> None:
    os.kill(int((server.home / "data" / PID_FILE).read_text().split()[0]), signal.SIGKILL)


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.faults)])
async def test_everything_answered_is_there(safe_server: EmbeddedServer, kills: int) -> None:
    await migrate(safe_server.url("rms_owner"), mode="demo")
    url = safe_server.url("rms_listener", "rms")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    listener = await _listener(url, port)
    load = Load(port)
    sending = [asyncio.create_task(load.send_on(number)) for number in range(SENDERS)]
    for kill in range(kills):
        had = len(load.answered)
        async with asyncio.timeout(60):
            while len(load.answered) < had + 5 * SENDERS + kill % 7:
                await asyncio.sleep(0.005)
        if kill % 2:
            _kill_postgres(safe_server)
            await asyncio.to_thread(safe_server.start)
            assert listener.returncode is None
        else:
            listener.kill()
            await listener.wait()
            listener = await _listener(url, port)
    load.stopping = True
    async with asyncio.timeout(60):
        await asyncio.gather(*sending)
    listener.terminate()
    assert await listener.wait() == 0
    connection = await asyncpg.connect(safe_server.url("rms_owner"))
    rows = await connection.fetch("select control_id, raw, sha256 from inbox")
    await connection.close()
    kept = {row["raw"] for row in rows}
    missing = [control for control, message in load.answered.items() if message not in kept]
    assert missing == []
    assert all(hashlib.sha256(row["raw"]).digest() == row["sha256"] for row in rows)
    assert all(read(row["raw"]).control_id == row["control_id"] for row in rows)
    # Kept but not answered is allowed, and is sent again: never more often than an answer was missed.
    assert len(rows) <= len(load.answered) + load.sent_again
    assert len(load.answered) > kills * 5 * SENDERS
    assert load.sent_again > 0
