"""The supervisor: one server for one home, started by whoever comes first and shared by everybody else.

It starts, watches and stops PostgreSQL; it knows the login roles and no table.
"""

import atexit
import errno
import os
import threading
from pathlib import Path
from urllib.parse import quote

from rms.db.embedded.account import Account, choose_account
from rms.db.embedded.child import Child
from rms.db.embedded.cluster import explain, prepare_cluster
from rms.db.embedded.leftovers import clear_leftovers, until
from rms.db.embedded.lock import HomeLock, announced_socket_dir
from rms.db.embedded.options import DATABASE, OWNER, PORT, bootstrap_sql, server_arguments
from rms.db.embedded.passwords import give_to_owner_of, read_passwords
from rms.db.embedded.programs import find_programs, run_program
from rms.db.embedded.sockets import make_socket_dir, socket_dir
from rms.errors import Unavailable

_LOG = "postgres.log"
_LOG_LIMIT = 10_000_000  # bytes; one older file is kept
_WAIT = 90.0  # seconds for another process to finish its start
_RECOVERY = 600.0  # seconds for a server that replays its journal after a crash


class EmbeddedServer:
    """The PostgreSQL server of one home directory, ours or another process's.

    Several threads may start it at once, as the duties of a worker do when the database is gone: one does, the others wait.
    """

    def __init__(self, home: Path, *, fast_and_loose: bool = False) -> None:
        self._home = Path(home).absolute()
        self._fast_and_loose = fast_and_loose
        self._programs = find_programs()
        self._child: Child | None = None
        self._socket_dir = socket_dir(self._home)
        self._passwords: dict[str, str] = {}
        self._log_from = 0
        self._one_at_a_time = threading.RLock()

    @property
    def home(self) -> Path:
        """The directory of everything the server keeps: data, passwords, socket, log."""
        return self._home

    @property
    def socket_dir(self) -> Path:
        """The directory of the server's socket."""
        return self._socket_dir

    @property
    def bin_dir(self) -> Path:
        """The directory of psql, pg_dump, pg_restore and the others."""
        return self._programs

    @property
    def ours(self) -> bool:
        """Whether the server is this process's own child, and ends with it."""
        return self._child is not None and self._child.alive()

    def start(self) -> None:
        """Make sure that the server answers: start it, or find the one that another process runs.

        Recovers from a server or a parent that was killed. Raises Unavailable with one sentence for a person.
        """
        with self._one_at_a_time:
            if self.running():
                return
            self._start()

    def _start(self) -> None:
        try:
            self._make_home()
            found = until(self._own_or_join, seconds=_WAIT)
        except OSError as trouble:
            raise _in_words(trouble, home=self._home) from trouble
        if not found:
            raise Unavailable(f"Another process holds {self._home} and its server does not answer: end that process.")

    def stop(self) -> None:
        """Stop our own server cleanly and wait for its end; another process's server runs on."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()
            atexit.unregister(self.stop)

    def running(self) -> bool:
        """Whether the server accepts connections now."""
        if not self._passwords or (self._child is not None and not self._child.alive()):
            return False
        ready = [self._programs / "pg_isready", "-q", "-h", self._socket_dir, "-p", str(PORT)]
        return run_program(ready).returncode == 0

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """The address for asyncpg, psql and pg_dump alike, with the role's password: never print or log it."""
        if role not in self._passwords:
            raise Unavailable(f"The embedded server is not started, or has no role {role}.")
        where = quote(str(self._socket_dir), safe="/")
        return f"postgresql://{role}:{self._passwords[role]}@/{quote(database)}?host={where}&port={PORT}"

    def _own_or_join(self) -> bool:
        lock = HomeLock(self._home)
        if not lock.take():
            return self._join()
        try:
            self._run(lock)
        except BaseException:
            self.stop()
            lock.release()
            raise
        return True

    def _join(self) -> bool:
        where = announced_socket_dir(self._home)
        self._passwords = read_passwords(self._home) or {}
        self._child = None
        self._socket_dir = where or self._socket_dir
        return where is not None and self.running()

    def _run(self, lock: HomeLock) -> None:
        data = self._home / "data"
        clear_leftovers(data)
        account = choose_account(self._home, programs=self._programs)
        passwords = prepare_cluster(self._home, account=account, fast_and_loose=self._fast_and_loose)
        self._socket_dir = socket_dir(self._home)
        make_socket_dir(self._socket_dir, account=account)
        self._child = self._launch(lock, account=account)
        self._passwords = passwords
        atexit.register(self.stop)
        self._await_answer(self._child)
        self._bootstrap()
        lock.announce(pid=self._child.pid, socket_dir=self._socket_dir)

    def _launch(self, lock: HomeLock, *, account: Account) -> Child:
        options = server_arguments(socket_dir=str(self._socket_dir), fast_and_loose=self._fast_and_loose)
        command = [str(account.programs / "postgres"), "-D", str(self._home / "data"), *options]
        path = self._home / _LOG
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_name(f"{_LOG}.1"))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            give_to_owner_of(self._home, path=path)
            self._log_from = log.tell()
            return Child(command, account=account, log=log, on_end=lock.release)

    def _await_answer(self, child: Child) -> None:
        until(lambda: self.running() or not child.alive(), seconds=_RECOVERY)
        if not self.running():
            with (self._home / _LOG).open("rb") as log:
                log.seek(self._log_from)
                said = log.read().decode(errors="replace")
            raise explain(self._home, what="did not start", said=said)

    def _bootstrap(self) -> None:
        psql = [self._programs / "psql", "-X", "-q", "-h", self._socket_dir, "-p", str(PORT), "-U", OWNER, "postgres"]
        done = run_program(psql, stdin=bootstrap_sql(self._passwords), password=self._passwords[OWNER])
        if done.returncode != 0:
            raise explain(self._home, what="could not make the roles", said=done.stderr)

    def _make_home(self) -> None:
        if not self._home.exists():
            self._home.mkdir(parents=True)
            self._home.chmod(0o711)  # the server may run as another user, who has to pass through
        elif not self._home.is_dir():
            raise Unavailable(f"RMS_HOME names {self._home}, which is not a directory.")


def ensure(home: Path, *, fast_and_loose: bool = False) -> EmbeddedServer:
    """The server of this home, answering: another process's when it runs one, else a child of ours.

    `fast_and_loose` switches off what protects rows at a power loss: for tests only.
    """
    server = EmbeddedServer(home, fast_and_loose=fast_and_loose)
    server.start()
    return server


def _in_words(trouble: OSError, *, home: Path) -> Unavailable:
    if trouble.errno == errno.ENOSPC:
        return Unavailable(f"The disk that holds {home} is full: free some space and start again.")
    if trouble.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Unavailable(f"RMS may not write to {home}: run as the user it belongs to, or set RMS_HOME.")
    return Unavailable(f"The embedded PostgreSQL cannot be started in {home}: {trouble}.")
