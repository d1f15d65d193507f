"""Who runs the server of a home: an exclusive lock on a file, released by the kernel when its holder dies."""

import fcntl
import json
import os
from pathlib import Path

from rms.db.embedded.passwords import give_to_owner_of, write_private

_LOCK = "server.lock"
_RUNNING = "server.json"


class HomeLock:
    """Held from before the server starts until after it has ended: whoever gets it may start one."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: int | None = None

    def take(self) -> bool:
        """Try once; False when another run holds it."""
        path = self._home / _LOCK
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        give_to_owner_of(self._home, path=path)
        self._file = file
        os.register_at_fork(after_in_child=self._forget)  # a forked child must not keep the lock alive
        self.retract()
        return True

    def announce(self, *, pid: int, socket_dir: Path) -> None:
        """Tell others that the server is ready, and where."""
        write_private(
            self._home / _RUNNING, json.dumps({"pid": pid, "socket_dir": str(socket_dir)}) + "\n", like=self._home
        )

    def retract(self) -> None:
        """Nobody shall connect any more."""
        (self._home / _RUNNING).unlink(missing_ok=True)

    def release(self) -> None:
        """Let the next one start. Safe to call twice."""
        if self._file is not None:
            self.retract()
            self._forget()

    def _forget(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def is_held(home: Path) -> bool:
    """Whether a process runs the server of a home at this moment; touches nothing."""
    try:
        file = os.open(home / _LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def announced_socket_dir(home: Path) -> Path | None:
    """Where the server that another process runs listens; None when none was announced."""
    try:
        return Path(json.loads((home / _RUNNING).read_text(encoding="ascii"))["socket_dir"])
    except FileNotFoundError:
        return None
