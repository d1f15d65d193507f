"""A program of its own, run by file name: become the server's user, tie its life to ours, then become the server.

On Linux the kernel sends SIGINT (a clean, fast shutdown) to the server when the thread that started it ends, even by
kill -9. Elsewhere this program stays and watches a pipe that breaks when the parent dies. It imports only the standard
library, because it runs without site-packages.

    python launch.py PARENT_PID UID|- GID|- kernel|pipe PROGRAM [ARGUMENT ...]
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Does not return under `kernel`: this process is the server from then on."""
    parent, uid, gid, tie, *command = arguments
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if tie == "pipe":
        return _watch(command)
    # After the change of user, which would clear it.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
    if os.getppid() == int(parent):  # else the parent died before the kernel was told
        os.execvp(command[0], command)  # noqa: S606 - there is no shell, on purpose
    return 1


def _watch(command: list[str]) -> int:
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, lambda received, _frame: server.send_signal(received))

    def wait_for_the_parent() -> None:
        sys.stdin.buffer.read()
        server.send_signal(signal.SIGINT)

    threading.Thread(target=wait_for_the_parent, daemon=True).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
