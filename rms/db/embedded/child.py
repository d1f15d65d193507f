"""The running server as our child: started from a thread that lives as long as it does, and always reaped.

Knows processes and signals; knows nothing of databases.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

from rms.db.embedded.account import Account
from rms.db.embedded.programs import clean_environment

_LAUNCH = Path(__file__).with_name("launch.py")
Tie = Literal["kernel", "pipe"]


class Child:
    """One run of the server. `on_end` is called once, when it has ended for whatever reason."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        account: Account,
        log: BinaryIO,
        on_end: Callable[[], None],
        tie: Tie = "kernel" if sys.platform == "linux" else "pipe",
    ) -> None:
        self._command = [*account.prefix, *command]
        self._account = account
        self._log = log
        self._on_end = on_end
        self._tie = tie
        self._parent = os.getpid()
        self._started = threading.Event()
        self._trouble: OSError | None = None
        self._process: subprocess.Popen[bytes] | None = None
        # The kernel ties the server to the *thread* that forked it, and the caller's may be short-lived: hence our own.
        self._keeper = threading.Thread(target=self._keep, name="embedded-postgres", daemon=True)
        self._keeper.start()
        self._started.wait()
        if self._trouble is not None:
            raise self._trouble

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        """Whether it still runs; one that ended is reaped and never counts, so no zombie does."""
        return self._keeper.is_alive() and os.getpid() == self._parent

    def stop(self) -> None:
        """Ask for a clean shutdown, insist after a minute, and return when the server is gone."""
        for number, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if not self.alive():
                return
            assert self._process is not None
            self._process.send_signal(number)
            self._keeper.join(seconds)

    def _keep(self) -> None:
        try:
            self._process = self._launch()
        except OSError as trouble:
            self._trouble = trouble
        finally:
            self._started.set()
        if self._process is not None:
            self._process.wait()
        self._on_end()

    def _launch(self) -> subprocess.Popen[bytes]:
        user = ["-", "-"] if self._account.uid is None else [str(self._account.uid), str(self._account.gid)]
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_LAUNCH), str(self._parent), *user, self._tie, *self._command],
            stdin=subprocess.PIPE if self._tie == "pipe" else subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd="/",
            env=clean_environment(),
            start_new_session=True,  # a Ctrl-C in the terminal is for us, not for it
        )
