"""The schema on PostgreSQL 15, the oldest server that an installation may have: the same as on our own, to the last right."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import World, open_folder
from tests.shell.db.catalogue import QUERIES, catalogue

BUILD = """
import asyncio, json, sys
from pathlib import Path
from rms.cli.release import bring_up_to_date
from rms.db.embedded import ensure
from tests.shell.db.catalogue import catalogue
server = ensure(Path(sys.argv[1]), fast_and_loose=True)
first = asyncio.run(bring_up_to_date(server.url(), mode="demo"))
again = asyncio.run(bring_up_to_date(server.url(), mode="demo"))
print(json.dumps({
    "server": (server.home / "data" / "PG_VERSION").read_text().strip(), "ran": first.ran, "loaded": first.loaded,
    "again": again.ran + again.loaded, "catalogue": asyncio.run(catalogue(server.url())),
}))
server.stop()
"""


@pytest.fixture(scope="module")
def built(postgres_15: Path) -> Iterator[dict]:
    """The whole schema built by PostgreSQL 15 in a process of its own, where its programs are named by RMS_PG_BIN."""
    checkout = Path(__file__).resolve().parents[3]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("RMS_", "DATABASE_"))}
    with open_folder() as home:
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(home / "home")], cwd=checkout, capture_output=True, text=True, timeout=120,
            env=env | {"RMS_PG_BIN": str(postgres_15)}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout)


def test_every_migration_runs_once(built: dict) -> None:
    assert built["server"] == "15"
    assert len(built["ran"]) >= 10
    assert built["loaded"] != []
    assert built["again"] == []


def _without_months(lines: list[str]) -> list[str]:
    """The calendar's partitions come with the months, by a duty of the worker: which there are is no part of the schema."""
    return [line for line in lines if not re.search(r"calendar_2\d{3}_\d{2}", line)]


@pytest.mark.parametrize("kind", list(QUERIES))
async def test_the_catalogue_is_that_of_our_own_server(built: dict, world: World, kind: str) -> None:
    ours = _without_months((await catalogue(world.url()))[kind])
    there = _without_months(built["catalogue"][kind])
    assert len(there) > 5
    assert sorted(set(ours) ^ set(there)) == []
    assert len(ours) == len(there)
