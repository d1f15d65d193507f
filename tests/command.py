"""The command line in a process of its own, against the tests' database."""

import json
import os
import sys
from typing import Any

import anyio

from tests.database import World

RMS = [sys.executable, "-c", "import sys; sys.argv[0] = 'rms'; from rms.cli import main; sys.exit(main())"]


def environment(world: World | None, **more: str) -> dict[str, str]:
    """What a command is told: the tests' database by role, and nothing of ours besides."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("RMS_", "DATABASE_URL"))}
    if world is not None:
        environ["DATABASE_URL"] = world.url()
        for role in ("web", "worker", "listener"):
            environ[f"RMS_DATABASE_URL_{role.upper()}"] = world.url(f"rms_{role}")
    return environ | more


async def run(world: World | None, *words: str, **more: str) -> tuple[int, str, str]:
    """Run a command to its end: exit code, answer, what it said besides."""
    done = await anyio.run_process([*RMS, *words], env=environment(world, **more), check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


async def answer(world: World, *words: str) -> Any:
    """The object that a command answers with `--json`; it must have gone well."""
    code, out, said = await run(world, *words, "--json")
    assert code == 0, said
    return json.loads(out)
