"""`rms web` as a process: it answers, ends when told to, never outlives its parent, and says in words what is wrong."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx

from tests.cast import a_trust
from tests.command import RMS, environment, run
from tests.database import World
from tests.pages.site import Site, a_site

PARENT = "import subprocess, sys, time; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); time.sleep(600)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def told(world: World, home: Path, port: int) -> dict[str, str]:
    return environment(world, RMS_HOME=str(home), RMS_WEB_PORT=str(port))


async def answering(port: int) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(300):
            try:
                return await client.get("/health")
            except httpx.TransportError:
                await anyio.sleep(0.1)
    raise AssertionError("It never answered.")


@asynccontextmanager
async def served(world: World, home: Path) -> AsyncIterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    with (home / "said").open("w") as said:
        process = subprocess.Popen([*RMS, "web"], env=told(world, home, port), stderr=said, text=True)
    try:
        await answering(port)
        yield process, port
    finally:
        process.kill()
        process.wait()


def gone(pid: int, *, within: float = 10) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


async def test_it_answers_and_ends_when_told_to(world: World, tmp_path: Path):
    await a_trust(world)
    async with served(world, tmp_path) as (process, port):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/health")).json() == {"status": "ok"}
            shown = await client.get("/sign-in")
            assert "This is a demo" in shown.text
            assert shown.headers["set-cookie"].startswith("rms-visit=")
            assert (await client.get("/today")).status_code == 303
            style = shown.text.split('rel="stylesheet" href="')[1].split('"')[0]
            assert (await client.get(style)).status_code == 200
            process.send_signal(signal.SIGTERM)  # while a connection is still open
            await anyio.to_thread.run_sync(lambda: process.wait(10))
        assert process.returncode == 0
    said = (tmp_path / "said").read_text()
    assert "Nora" not in said
    assert "Traceback" not in said


async def test_it_never_outlives_its_parent(world: World, tmp_path: Path):
    port = free_port()
    words = [sys.executable, "-c", PARENT, *RMS, "web", "--die-with-parent"]
    parent = subprocess.Popen(words, env=told(world, tmp_path, port), stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        child = int(await anyio.to_thread.run_sync(parent.stdout.readline))
        await answering(port)
    finally:
        parent.kill()
        parent.communicate()
    assert gone(child)


async def test_a_port_that_is_taken_is_said_in_words(world: World, tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, said = await run(world, "web", RMS_HOME=str(tmp_path), RMS_WEB_PORT=str(port))
    assert (code, said.count("\n")) == (4, 1)
    assert str(port) in said


async def test_a_database_that_goes_away_is_an_honest_page(world: World, tmp_path: Path):
    """The pool is closed under the running application: 503 in words, for people and for programs."""
    from rms.db.database import Database

    async with Database(world.url("rms_web"), name="web", size=1) as database, a_site(database, home=tmp_path) as site:
        await database.close()
        await says_unavailable(site)


async def says_unavailable(site: Site) -> None:
    for path in ("/health", "/sign-in", "/today"):
        browser = site.browser()
        browser.cookies.set("__Host-rms-staff", "a value", domain="rms.example.org")
        answer = await browser.get(path)
        if path == "/sign-in":  # needs no database outside a demo
            assert answer.status_code == 200
            continue
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30"), path
        assert "not available" in answer.text
