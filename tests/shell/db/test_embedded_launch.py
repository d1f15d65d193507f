"""The small program between us and the server, in the form for systems whose kernel does not tell a child of a death."""

import os
import subprocess
import sys
from pathlib import Path

import rms.db.embedded
from rms.db.embedded.leftovers import until

LAUNCH = Path(rms.db.embedded.__file__).with_name("launch.py")
# PostgreSQL sets its own answer to SIGINT; Python keeps what it inherits, which a shell's background job ignores.
CHILD = "import os, signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); print(os.getpid(), flush=True); time.sleep(60)"


def launch(tie: str, *, parent: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", LAUNCH, str(parent), "-", "-", tie, sys.executable, "-c", CHILD]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}/cwd").exists()


def test_the_pipe_tells_when_the_parent_is_gone() -> None:
    with launch("pipe", parent=os.getpid()) as watcher:
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        server = int(watcher.stdout.readline())
        assert server != watcher.pid
        assert not ended(server)
        watcher.stdin.close()
        assert until(lambda: ended(server), seconds=15)
        watcher.wait()


def test_a_signal_to_the_watcher_reaches_the_server() -> None:
    with launch("pipe", parent=os.getpid()) as watcher:
        assert watcher.stdout is not None
        server = int(watcher.stdout.readline())
        watcher.terminate()
        assert until(lambda: ended(server), seconds=15)


def test_nothing_starts_when_the_parent_died_first() -> None:
    with launch("kernel", parent=1 if os.getpid() != 1 else 2) as launched:
        assert launched.stdout is not None
        assert launched.stdout.read() == ""
    assert launched.returncode == 1
