"""Starting the processes of RMS and the stand-ins as children that never outlive us, and stopping them.

A child is told to die with its parent by the kernel (Linux); elsewhere it is stopped when this process ends in any
ordinary way. A child that ends by itself can be started again: that is what a demo does and a story refuses.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rms.errors import Unavailable

_READY_SECONDS = 60.0


class Process:
    """One child: `python -m MODULE ARGUMENTS`, its log in a file, and what it printed first as JSON when it has a port."""

    def __init__(
        self,
        name: str,
        *,
        module: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        log: Path,
        announces: bool,
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-m", module, *arguments]
        self._environ = dict(environ)
        self._log = log
        self._announces = announces
        self._log_began = 0
        self._child: subprocess.Popen[bytes] | None = None
        self.announced: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self) -> None:
        """Start it; `wait_until_ready` waits for its first line when it announces one."""
        self._log_began = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, env=self._environ, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._announces else log, stderr=log,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Wait for the line in which it announces its address. Unavailable, with a sentence, when it ends first."""
        if not self._announces or self._child is None:
            return
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            self._child.wait()
            raise Unavailable(self.why_it_ended())
        self.announced = json.loads(line)

    def why_it_ended(self) -> str:
        """A sentence about a child that ended while it was starting: its exit code and the last thing it said."""
        code = None if self._child is None else self._child.returncode
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        written = self._log.read_bytes()[self._log_began :].decode(errors="replace") if self._log.exists() else ""
        said = [line.strip() for line in written.splitlines() if line.strip() and not line.startswith("{")]
        last = f" It said: {said[-1][:300]}" if said else ""
        return f"The process “{self.name}” {how} while it was starting.{last} Its log is {self._log}."

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._child is not None and self._child.poll() is not None

    def stop(self) -> None:
        """Ask it to end, and end it after ten seconds."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if child.stdout is not None:
            child.stdout.close()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._child is not None and self._child.poll() is None:
            os.kill(self._child.pid, signal.SIGKILL)
            self._child.wait()


def wait_for(
    answers: Callable[[], bool],
    *,
    what: str,
    seconds: float = _READY_SECONDS,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Wait until something answers. Unavailable, with a sentence, when it does not; `meanwhile` may give up sooner."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        meanwhile()
        with contextlib.suppress(Exception):
            if answers():
                return
        time.sleep(0.05)
    raise Unavailable(f"{what} did not answer within {seconds:.0f} seconds.")
