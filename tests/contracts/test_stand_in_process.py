"""The stand-in as its own process: its one line, its log, its control, and its end with its parent."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from rms.messages.model import Accepted, Channel
from rms.rehearsal.notify_server.wire import Act, Call, json_reply, serve_connection
from tests.contracts.conftest import notify_gateway

COMMAND = [sys.executable, "-m", "rms.rehearsal.notify_server", "--port", "0"]


@contextmanager
def process(*arguments: str, **named: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    environ = os.environ | named
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, env=environ) as started:
        assert started.stdout is not None
        try:
            yield started, json.loads(started.stdout.readline())
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(10)


async def send(url: str, reference: str) -> None:
    notify = notify_gateway(url)
    outcome = await notify.send(
        reference=reference, channel=Channel.SMS, address="+447700900123", subject=None, text="Hello"
    )
    await notify.aclose()
    assert isinstance(outcome, Accepted)


@pytest.mark.anyio
async def test_it_prints_its_port_and_keeps_its_log_over_a_kill(tmp_path: Path) -> None:
    log = tmp_path / "accepted.jsonl"
    with process("--log", str(log)) as (started, line):
        assert set(line) == {"port", "url"}
        await send(line["url"], "m-1")
        started.kill()
    with process("--log", str(log)) as (_, line):
        await send(line["url"], "m-2")
        accepted = httpx.get(f"{line['url']}/_log", trust_env=False).json()["accepted"]
    written = [json.loads(text) for text in log.read_text().splitlines()]
    assert [one["reference"] for one in accepted] == ["m-1", "m-2"]
    for one in written:
        assert (one["to"], one["body"]) == ("+447700900123", "Hello")
    assert [one["id"] for one in written] == [one["id"] for one in accepted]


def test_faults_and_receipts_are_set_over_http() -> None:
    with process("--receipts", "thrice") as (_, line):
        good = httpx.post(
            f"{line['url']}/_faults",
            json={"faults": [{"do": "error", "times": 2}], "receipts": [{"do": "none"}]},
            trust_env=False,
        )
        bad = httpx.post(f"{line['url']}/_faults", json={"faults": [{"do": "explode"}]}, trust_env=False)
    assert good.json()["faults"][0]["times"] == 2
    assert bad.status_code == 400


@pytest.mark.anyio
async def test_its_token_comes_from_the_environment_whatever_it_begins_with() -> None:
    heard: list[str] = []

    async def answer(call: Call) -> Act:
        heard.append(call.headers["authorization"])
        return json_reply(200, {})

    server = await asyncio.start_server(lambda r, w: serve_connection(answer, r, w), "127.0.0.1", 0)
    ours = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback"
    with process("--callback-url", ours, RMS_NOTIFY_CALLBACK_TOKEN="-begins-with-a-hyphen") as (_, line):
        await send(line["url"], "m-1")
        with anyio.fail_after(10):
            while not heard:
                await anyio.sleep(0.01)
    server.close()
    assert heard == ["Bearer -begins-with-a-hyphen"]


def test_it_ends_with_its_parent() -> None:
    code = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen({[*COMMAND, '--die-with-parent']!r}, stdout=subprocess.PIPE)\n"
        "p.stdout.readline()\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
