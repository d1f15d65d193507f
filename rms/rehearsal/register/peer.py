"""Starts the register that we did not write: `medplum/server.mjs` on Node, with its packages installed beside it.

Node comes from the PATH or from the environment's own programs; packages come from npm, by the lock file, into a folder
that git ignores.
"""

import asyncio
import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rms.errors import Unavailable

FOLDER = Path(__file__).with_name("medplum")
NEEDED = (22, 18)


@functools.cache
def prepare() -> str:
    """Install what is missing; why it cannot be used, in a sentence, or an empty text."""
    programs = _programs()
    if programs is None:
        return f"there is no Node {NEEDED[0]}.{NEEDED[1]} or later with npm on the PATH or in the environment"
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".installed-from"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return ""
    node, npm = programs
    options = ["--ignore-scripts", "--no-progress", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(
        [npm, "ci", *options], cwd=FOLDER, env=_environment(node), stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode != 0:
        return f"npm could not install its packages (exit code {done.returncode})"
    shutil.copyfile(lock, installed)
    return ""


@asynccontextmanager
async def running() -> AsyncIterator[int]:
    """Serve on this machine only; the port. Raises Unavailable in words when it cannot be started."""
    if reason := await asyncio.to_thread(prepare):
        raise Unavailable(f"The rehearsal register cannot run: {reason}.")
    programs = _programs()
    assert programs is not None
    server = await asyncio.create_subprocess_exec(
        programs[0], str(FOLDER / "server.mjs"), cwd=FOLDER, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        async with asyncio.timeout(60):
            first = await server.stdout.readline()
        if not first:
            raise Unavailable("The rehearsal register ended while it started.")
        yield int(json.loads(first)["port"])
    finally:
        server.stdin.close()  # it ends when its standard input does, so it never outlives us
        with contextlib.suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


def _programs() -> tuple[str, str] | None:
    """A node that is new enough, and its npm."""
    for folder in (None, str(Path(sys.executable).parent)):
        node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
        if node and npm:
            said = subprocess.run([node, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
            if tuple(int(part) for part in re.findall(r"\d+", said)[:2]) >= NEEDED:
                return node, npm
    return None


def _environment(node: str) -> dict[str, str]:
    """Ours, with the folder of node first: npm is a script that looks for it on the PATH."""
    return {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
