"""Workers are killed and frozen at random and at every labelled point; the provider's own log says what left (I-1, I-2).

The stand-in is a process of its own with its own log on disk: 0 messages lost, 0 sent twice.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import httpx
import msgspec
import pytest
from anyio.abc import Process

from rms.crashpoints import Crashpoint
from tests.cast import a_person, on_file
from tests.shell.messages.post_office import PostOffice

POINTS = [point for point in Crashpoint if point.startswith("message_")]
FAULTS = [{"do": "error", "accept": True}, {"do": "reset", "accept": True}, {"do": "no_id", "accept": True},
          {"do": "error"}, {"do": "reset"}, {"do": "rate_limit"}, {"do": "hang", "accept": True, "seconds": 2.0}]  # fmt: skip


class Rehearsal(msgspec.Struct, kw_only=True):
    """A provider that keeps its own log, people with messages, and a chance that a seed fixes."""

    office: PostOffice
    notify_url: str
    log: Path
    people: list[int]
    chance: random.Random
    queued: int = 0

    async def queue_some(self) -> None:
        for _ in range(self.chance.randint(3, 8)):
            self.queued += 1
            await self.office.queue(self.queued, patient_id=self.chance.choice(self.people))

    async def go_wrong(self) -> None:
        """The provider, too, does something wrong soon."""
        fault = self.chance.choice(FAULTS) | {"skip": self.chance.randint(0, 4), "times": 1}
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.post(f"{self.notify_url}/_faults", json={"faults": [fault]})).raise_for_status()

    @asynccontextmanager
    async def worker(self, *, crashpoint: str = "") -> AsyncIterator[Process]:
        """A worker that is ready; what is left of it is killed."""
        environ = os.environ | {"RMS_DATABASE_URL_WORKER": self.office.world.url("rms_worker"),
                                "RMS_CRASHPOINT": crashpoint}  # fmt: skip
        command = [sys.executable, "-m", "rms.rehearsal.sender", "--notify", self.notify_url]
        async with await anyio.open_process(command, env=environ, stderr=subprocess.DEVNULL) as process:
            try:
                assert process.stdout is not None
                with anyio.fail_after(30):
                    assert (await process.stdout.receive()).startswith(b"ready")
                yield process
            finally:
                if process.returncode is None:
                    process.kill()

    async def killed_at_random(self) -> None:
        """Killed after a while; some are frozen for longer than their lease before."""
        async with self.worker() as worker:
            await self.queue_some()
            await anyio.sleep(self.chance.uniform(0, 0.15))
            if self.chance.random() < 0.3:
                worker.send_signal(signal.SIGSTOP)
                await anyio.sleep(self.chance.choice([0.25, 0.5, 1.5]))
                worker.send_signal(signal.SIGCONT)
                await anyio.sleep(self.chance.uniform(0, 0.1))
            worker.kill()

    async def killed_at(self, point: Crashpoint) -> None:
        """Killed when it passes a labelled point; it has messages to pass it with."""
        await self.queue_some()
        async with self.worker(crashpoint=f"{point}:{self.chance.randint(1, 3)}") as worker:
            with anyio.fail_after(30):
                while worker.returncode is None:
                    await self.queue_some()
                    await anyio.sleep(0.05)
            assert worker.returncode == -signal.SIGKILL

    async def until_all_left(self) -> None:
        """Let one worker finish in peace."""
        async with self.worker():
            with anyio.fail_after(60):
                while set(await self.office.states()) != {"accepted"}:
                    await anyio.sleep(0.1)

    def sent(self) -> Counter[str]:
        return Counter(json.loads(line)["reference"] for line in self.log.read_text().splitlines())


@pytest.fixture
async def rehearsal(office: PostOffice, tmp_path: Path) -> AsyncIterator[Rehearsal]:
    log = tmp_path / "provider.jsonl"
    command = [sys.executable, "-m", "rms.rehearsal.notify_server", "--log", str(log), "--receipts", "none",
               "--die-with-parent"]  # fmt: skip
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(await anyio.open_process(command))
        stack.callback(provider.kill)
        assert provider.stdout is not None
        people = [await on_file(office.world, office.trust, a_person(serial)) for serial in range(200, 224, 3)]
        yield Rehearsal(office=office, notify_url=json.loads(await provider.stdout.receive())["url"], log=log,
                        people=people, chance=random.Random(7))  # fmt: skip


async def kill(rehearsal: Rehearsal, *, at_random: int, at_each_point: int) -> None:
    """Kill one worker after another, the first half alone, the second half beside one that lives; then compare."""
    blows = [None] * at_random + POINTS * at_each_point
    rehearsal.chance.shuffle(blows)
    half = len(blows) // 2
    await strike(rehearsal, blows[:half])
    async with rehearsal.worker():
        await strike(rehearsal, blows[half:])
    await rehearsal.until_all_left()
    rows = await rehearsal.office.world.as_owner("select ref from message")
    sent = rehearsal.sent()
    lost = [row["ref"] for row in rows if str(row["ref"]) not in sent]
    doubled = {reference: times for reference, times in sent.items() if times > 1}
    assert (len(rows), lost, doubled) == (rehearsal.queued, [], {})
    assert sent.total() == len(rows) > 4 * len(blows)


async def strike(rehearsal: Rehearsal, blows: list[Crashpoint | None]) -> None:
    for number, point in enumerate(blows):
        if number % 3 == 0:
            await rehearsal.go_wrong()
        await (rehearsal.killed_at_random() if point is None else rehearsal.killed_at(point))


async def test_killed_workers_lose_nothing_and_send_nothing_twice(rehearsal: Rehearsal) -> None:
    """25 kills."""
    await kill(rehearsal, at_random=16, at_each_point=3)


@pytest.mark.faults
async def test_three_hundred_killed_workers_lose_nothing_and_send_nothing_twice(rehearsal: Rehearsal) -> None:
    """300 kills, 20 at each labelled point among them."""
    await kill(rehearsal, at_random=240, at_each_point=20)
