"""What an earlier run left in a data directory: a server whose parent was killed, its orphans, a stale pid file.

Called only by the holder of the home's lock, so whatever still runs here has no owner.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rms.errors import Unavailable

PID_FILE = "postmaster.pid"


def clear_leftovers(data: Path) -> None:
    """Wait for a server that is shutting down, end what stays, and remove the pid file. Committed rows are safe.

    PostgreSQL itself takes a zombie for a running server, which is why we look. Raises Unavailable when one stays.
    """
    for number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
        left = server_processes(data)
        if not left:
            break
        _signal(left, number=number, postmaster=_written_pid(data))
        until(lambda: not server_processes(data), seconds=seconds if _written_pid(data) in left else 10)
    if server_processes(data):
        raise Unavailable(f"An earlier PostgreSQL of {data} does not end: see its processes with ps, and end them.")
    (data / PID_FILE).unlink(missing_ok=True)


def server_processes(data: Path) -> list[int]:
    """Process ids of the server of this data directory and of its orphans; zombies do not count."""
    if sys.platform != "linux":
        return _named_by_the_pid_file(data)
    # Each of its processes works inside the data directory; a zombie works nowhere.
    here = str(data.resolve())
    return sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _cwd(entry) == here)


def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask every 20 ms until the condition holds; False when it never did. Counts its sleeps, reads no clock."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def _cwd(entry: Path) -> str | None:
    try:
        return str((entry / "cwd").readlink())
    except OSError:
        return None


def _written_pid(data: Path) -> int | None:
    try:
        return int((data / PID_FILE).read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _named_by_the_pid_file(data: Path) -> list[int]:
    pid = _written_pid(data)
    if pid is None:
        return []
    seen = subprocess.run(["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return [pid] if "postgres" in seen and not seen.startswith("Z") else []


def _signal(pids: list[int], *, number: signal.Signals, postmaster: int | None) -> None:
    """A clean shutdown is asked of the head process alone: SIGINT means other things to its children."""
    asked = pids if number == signal.SIGKILL or postmaster not in pids else [postmaster]
    if number == signal.SIGINT and postmaster not in pids:
        return  # orphans notice by themselves that their head is gone
    for pid in asked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
