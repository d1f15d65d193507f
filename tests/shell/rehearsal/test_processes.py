"""Children of the demo and the story: one that ends while it starts is told in its own words, at once."""

import os
import time
from pathlib import Path

import pytest

from rms.errors import Unavailable
from rms.rehearsal.processes import Process, wait_for


def a_child(log: Path, *, module: str, arguments: tuple[str, ...], announces: bool = False) -> Process:
    child = Process(
        "listener", module=module, arguments=arguments, environ=os.environ, log=log, announces=announces
    )  # fmt: skip
    child.start()
    return child


def ended(child: Process) -> bool:
    for _ in range(600):
        if child.ended():
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_ends_while_it_starts_is_told_in_its_own_last_words(tmp_path: Path) -> None:
    log = tmp_path / "listener.log"
    log.write_text("What it said yesterday.\n")
    child = a_child(log, module="rms.cli", arguments=("listen", "--port", "no"))
    assert ended(child)
    sentence = child.why_it_ended()
    assert "The process “listener” ended with exit code 2 while it was starting." in sentence
    assert "port" in sentence
    assert "yesterday" not in sentence
    assert str(log) in sentence


def test_a_child_that_is_killed_while_it_starts_is_told_with_its_signal(tmp_path: Path) -> None:
    child = a_child(tmp_path / "log", module="http.server", arguments=("0",))
    child.kill()
    assert "was ended by signal 9 while it was starting" in child.why_it_ended()
    child.stop()


def test_a_child_that_should_announce_itself_and_ends_is_told(tmp_path: Path) -> None:
    child = a_child(tmp_path / "log", module="rms.rehearsal.notify_server", arguments=("--port", "x"), announces=True)
    with pytest.raises(Unavailable, match="ended with exit code 2 while it was starting"):
        child.wait_until_ready()
    child.stop()


def test_nobody_waits_for_an_answer_when_a_child_has_ended() -> None:
    def give_up() -> None:
        raise Unavailable("The process “listener” ended.")

    with pytest.raises(Unavailable, match="listener"):
        wait_for(lambda: False, what="The web server", meanwhile=give_up)
