"""A second demo in the same home says that one runs, and where, and touches nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rms.db.embedded.lock import HomeLock


def start(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("RMS_", "DATABASE_URL"))}
    return subprocess.run([sys.executable, "-m", "rms.cli", *words, "--home", str(home)], env=environ, text=True,
                          capture_output=True, check=False, timeout=120)  # fmt: skip


@pytest.mark.parametrize("words", [("demo", "--once"), ("demo", "--once", "--fresh")])
def test_a_second_demo_says_where_the_first_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    lock = HomeLock(tmp_path)
    assert lock.take()
    (tmp_path / "running").write_text("http://127.0.0.1:8123\n")
    before = sorted(one.name for one in tmp_path.iterdir())
    second = start(tmp_path, *words)
    assert (second.returncode, second.stdout) == (4, "")
    assert f"A demo runs in {tmp_path} already, at http://127.0.0.1:8123." in second.stderr
    (tmp_path / "running").unlink()
    starting = start(tmp_path, *words)
    assert starting.returncode == 4
    assert "perhaps a demo that is still starting" in starting.stderr
    assert sorted([*(one.name for one in tmp_path.iterdir()), "running"]) == before
    lock.release()


def test_a_second_story_leaves_the_first_alone(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    assert lock.take()
    second = start(tmp_path, "story")
    assert second.returncode == 4
    assert "Another story plays in" in second.stderr
    assert (tmp_path / "server.lock").exists()
    lock.release()


LOGS = """
import logging, sys
from rms.log import configure_logging
from rms.rehearsal.logs import log_into
configure_logging()
log_into(sys.argv[1], name="story")
logging.getLogger("asyncpg").warning("connection lost")
"""


def test_what_libraries_log_stays_out_of_the_terminal_of_a_story(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LOGS, str(tmp_path)], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"event": "library"' in (tmp_path / "story.log").read_text()
