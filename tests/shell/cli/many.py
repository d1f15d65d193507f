"""Many commands in one process of its own, one after another: as an operator types them, without the start of each."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec

_PROGRAM = """
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from rms.cli import main
given = dict(os.environ)
for line in sys.stdin:
    asked = json.loads(line)
    os.environ.clear()
    os.environ.update(given | asked["env"])
    out, said = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(said):
        code = main(asked["words"])
    print(json.dumps({"code": int(code), "out": out.getvalue(), "said": said.getvalue()}), flush=True)
"""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A command, what its surroundings say besides, and where it is run."""

    words: Sequence[str]
    env: Mapping[str, str] = {}


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    said: str


def run_all(asked: Sequence[Asked], *, folder: str, env: Mapping[str, str]) -> list[Ended]:
    """Run every command in `folder`; nothing of our own settings is there but `env`."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("RMS_", "DATABASE_"))}
    lines = "".join(json.dumps({"words": list(one.words), "env": dict(one.env)}) + "\n" for one in asked)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], input=lines, cwd=folder, env=surroundings | dict(env), capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    ended = [msgspec.json.decode(line, type=Ended) for line in done.stdout.splitlines()]
    assert len(ended) == len(asked), f"{asked[len(ended)].words} ended everything: {done.stderr}"
    return ended
