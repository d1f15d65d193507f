"""The whole job through the real doors, as `rms story` plays it; and again while its processes are killed in turn."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import pytest

from rms.db.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[2]
OTHERS = {
    "limit": "0.2",
    "results": [
        {"sampled_on": "2027-04-25", "value": "<0.01"},
        {"sampled_on": "2027-07-20", "value": "0.25"},
        {"sampled_on": "2027-08-25", "value": "0.12"},
    ],
}

# The message counts as written, and no paper ever comes out: what a lost letter looks like.
LOSES_THE_PRACTICES_LETTER = """
create function lose() returns trigger language plpgsql as $$
begin
  if exists (select from message where id = new.message_id and purpose = 'plan_started_gp') then return null; end if;
  return new;
end $$;
create trigger lose before insert on letter for each row execute function lose();
"""


def _start(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rms.cli", "story", "--home", str(home), *words],
        cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture
def home(passable: Path) -> Path:
    """A home that the database's user may reach."""
    return passable / "story"


def _processes_of(home: Path) -> list[tuple[int, str]]:
    """The processes that live in a home, as (pid, command line)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                surroundings = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(home) in words or f"RMS_HOME={home}" in surroundings:
                found.append((int(entry.name), words))
    return found


def test_the_story_comes_to_its_end_with_other_values_and_leaves_nothing_behind(home: Path) -> None:
    values = home.parent / "values.json"
    values.write_text(json.dumps(OTHERS))
    story = _start(home, "--values", str(values))
    said, _ = story.communicate(timeout=600)
    assert story.returncode == 0, said
    assert "nothing differs" in said
    assert "printed: 2 letters, 1 for him and 1 for his practice" in said
    assert _processes_of(home) == []


def test_a_story_whose_print_queue_misses_a_letter_says_which_and_ends_with_1(home: Path) -> None:
    values = home.parent / "values.json"
    values.write_text(json.dumps({"results": [{"sampled_on": "2027-03-20", "value": "0.03"}]}))
    story = _start(home, "--values", str(values))
    assert story.stdout is not None
    said = story.stdout.readline()
    assert "The web answers" in said
    asyncio.run(_as_owner(home, LOSES_THE_PRACTICES_LETTER))
    said += story.communicate(timeout=600)[0]
    assert story.returncode == 1, said
    assert "North Madeup Hospital the letter plan_started_gp to the practice is not in the print queue" in said
    assert _processes_of(home) == []


async def _as_owner(home: Path, sql: str) -> None:
    server = EmbeddedServer(home)
    server.start()  # joins the one that the story runs
    connection = await asyncpg.connect(server.url("rms_owner"))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def test_values_that_cannot_be_read_are_refused_in_a_sentence(home: Path) -> None:
    values = home.parent / "values.json"
    values.write_text('{"limit": "a lot"}')
    story = _start(home, "--values", str(values))
    said, _ = story.communicate(timeout=60)
    assert story.returncode == 3
    assert "limit: the value is no number" in said
    assert "Traceback" not in said


#: What is killed, in this order, by a part of its command line. The story's own process is not among them.
VICTIMS = ("rms.cli web", "rms.cli worker", "rms.cli listen", "notify_server", "register.server", "postgres -D")


@pytest.mark.faults
def test_the_story_comes_to_its_end_while_every_process_is_killed_in_turn(home: Path) -> None:
    lines: list[str] = []
    killed: list[str] = []
    with _start(home) as story:
        reader = threading.Thread(target=lambda: lines.extend(story.stdout or ()), daemon=True)
        reader.start()
        told = 0
        while story.poll() is None:
            time.sleep(0.3 * (1 + len(killed) % 7))  # now at the beginning of what comes next, now within
            # One kill for each line that the story gets on: on a busy machine a kill every few seconds stops everything.
            if len(lines) > told and any("starts his plan" in line for line in lines):
                told = len(lines)
                killed += _kill(home, VICTIMS[len(killed) % len(VICTIMS)])
        reader.join(timeout=10)
    assert story.returncode == 0, "".join(lines)
    assert set(killed) == set(VICTIMS), "The story was over before every process had been killed once."
    assert _processes_of(home) == []


def _kill(home: Path, victim: str) -> list[str]:
    """Kill it now, and say whom; nobody when it is not up at this moment, so that the next look tries again."""
    found = [pid for pid, words in _processes_of(home) if victim in words]
    for pid in found[:1]:
        os.kill(pid, signal.SIGKILL)
    return [victim for _ in found[:1]]
