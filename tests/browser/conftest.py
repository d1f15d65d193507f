"""A real browser against the real web process. Run in a call of their own (`pytest -m browser`): the browser's driver and
the loops of the other tests do not live in one process.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Browser, sync_playwright

from rms.db.embedded import EmbeddedServer
from rms.db.migrate import migrate
from tests.browser.demo import filled_demo
from tests.database import World, opened

CHROMIUM = os.environ.get("RMS_CHROMIUM", "/usr/bin/chromium")
START_SECONDS = 60
Outside = Callable[[Callable[[World], Coroutine[Any, Any, Any]]], Any]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Stay out of every run that did not ask for the browser by name."""
    del collection_path
    return None if config.getoption("markexpr") == "browser" else True


@pytest.fixture(scope="session")
def outside(server: EmbeddedServer) -> Iterator[Outside]:
    """Run something on the database in a thread of its own, because the browser's driver owns this one's loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, migrate(server.url("rms_owner"), mode="demo")).result()
    with _outside(server) as run:
        yield run


@contextlib.contextmanager
def _outside(server: EmbeddedServer) -> Iterator[Outside]:
    """Opened once: signing in anew for each look costs more than the look."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opened(server, "rms")) as world:
        yield lambda work: portal.call(work, world)


@pytest.fixture
def clean(outside: Outside) -> None:
    """An empty database."""

    async def wipe(world: World) -> None:
        await world.owner.empty()

    outside(wipe)


@pytest.fixture(scope="session")
def site(server: EmbeddedServer, outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `rms web`, started as in life on a free port."""
    del outside  # the schema is there
    with _web(server, home=tmp_path_factory.mktemp("home")) as address:
        yield address


class Demo(NamedTuple):
    """The filled demo: its address, and a way to its database."""

    address: str
    outside: Outside


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo's trusts and people, filled once for all tests that only look."""
    with (
        filled_demo() as server,
        _outside(server) as outside,
        _web(server, home=tmp_path_factory.mktemp("demo-web")) as address,
    ):
        yield Demo(address=address, outside=outside)


@contextlib.contextmanager
def _web(server: EmbeddedServer, *, home: Path) -> Iterator[str]:
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    surroundings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RMS_")},
        "DATABASE_URL": server.url("rms_owner"), "RMS_DATABASE_URL_WEB": server.url("rms_web"), "RMS_HOME": str(home),
        "RMS_BASE_URL": address, "RMS_SECRET_KEY": "b" * 64, "RMS_WEB_PORT": str(port),
    }  # fmt: skip
    command = [sys.executable, "-m", "rms.cli", "web", "--die-with-parent"]
    with (home / "web.log").open("wb") as log, subprocess.Popen(command, env=surroundings, stderr=log) as process:
        try:
            _wait_for(f"{address}/health", process=process, log=home / "web.log")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, *, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"The web did not start: {log.read_text()}")
