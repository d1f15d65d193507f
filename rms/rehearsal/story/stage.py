"""The stage: a fresh embedded database, two trusts with their teams, the stand-ins outside, and every process of RMS.

Everything runs as it does in life: the web server, the worker and the listener are processes of their own, the provider
and the register are other processes on this machine. A process that is killed is started again, as a supervisor would.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from http import HTTPStatus
from pathlib import Path
from urllib.request import urlopen

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.db.embedded import EmbeddedServer
from rms.errors import BadInput, Unavailable
from rms.people.model import Role, TumourSite
from rms.people.staff import add_organisation, add_staff, add_team
from rms.rehearsal.notify_server.app import REHEARSAL_KEY
from rms.rehearsal.processes import Process, wait_for

FACILITY = "NORTHLAB"
_AWAY = 4  # the exit code of a command whose system is away
OPERATOR = Actor(kind=ActorKind.OPERATOR, name="rehearsal")


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """A trust on the stage: its urology team, a nurse and a team lead who signs protocols off."""

    code: str
    name: str
    organisation_id: int
    team_id: int
    nurse: Actor
    lead: Actor
    lead_sign_in: str


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where each process listens on this machine; fixed once, so that a restarted one is found again."""

    web: int
    mllp: int
    notify: int
    register: int


def free_ports() -> Ports:
    """Four ports that nobody uses."""
    sockets = [socket.socket() for _ in range(4)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        numbers = [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
    return Ports(web=numbers[0], mllp=numbers[1], notify=numbers[2], register=numbers[3])


class Stage:
    """Everything the story plays on. `open` starts it, `close` leaves the home as it is and no process behind."""

    def __init__(self, home: Path, *, ports: Ports | None = None) -> None:
        self.home = home
        self.ports = ports or free_ports()
        self.logs = home / "logs"
        self.server = EmbeddedServer(home)
        self.processes: list[Process] = []
        self._watching = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def notify_log(self) -> Path:
        """What the provider took, a line of JSON each."""
        return self.home / "notify.jsonl"

    @property
    def register_log(self) -> Path:
        """What the register took, a line of JSON each."""
        return self.home / "register.jsonl"

    @property
    def base_url(self) -> str:
        """Where the web server answers."""
        return f"http://127.0.0.1:{self.ports.web}"

    def environ(self) -> dict[str, str]:
        """The surroundings of every process: this home, and the stand-ins as the outside."""
        # Compiled modules are kept even where the machine says not to: without them each start compiles RMS five times.
        left_out = ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("RMS_") and name not in left_out
        }
        return kept | {
            "RMS_HOME": str(self.home),
            "RMS_WEB_PORT": str(self.ports.web),
            "RMS_BASE_URL": self.base_url,
            "RMS_PORTAL_URL": self.base_url,
            "RMS_MLLP_PORT": str(self.ports.mllp),
            "RMS_NOTIFY_URL": f"http://127.0.0.1:{self.ports.notify}",
            "RMS_NOTIFY_KEY": REHEARSAL_KEY,
            "RMS_NOTIFY_CALLBACK_TOKEN": self._token(),
            "RMS_NOTIFY_TEMPLATE_SMS": "11111111-1111-4111-8111-111111111111",
            "RMS_NOTIFY_TEMPLATE_EMAIL": "22222222-2222-4222-8222-222222222222",
            "RMS_REGISTER_FHIR_URL": f"http://127.0.0.1:{self.ports.register}",
        }

    def _token(self) -> str:
        """The callback token of this home, made once."""
        path = self.home / "callback.token"
        if not path.exists():
            path.write_text(secrets.token_urlsafe(32))
            path.chmod(0o600)
        return path.read_text()

    def rms(self, *words: str) -> str:
        """Run one `rms` command as an operator does; what it printed.

        Unavailable when a system was away (try again), BadInput with its own sentence when it fails otherwise.
        """
        done = subprocess.run(
            [sys.executable, "-m", "rms.cli", *words], env=self.environ(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            kind = Unavailable if done.returncode == _AWAY else BadInput
            raise kind(f"rms {' '.join(words[:2])} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def open(self, *, fresh: bool, tick: float) -> None:
        """Start the database and every process; `fresh` throws away what an earlier story left in this home."""
        if fresh and self.home.exists():
            shutil.rmtree(self.home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        self.logs.mkdir(exist_ok=True)
        self.server.start()
        if fresh:
            self.rms("migrate", "--mode", "demo")
        self._start_processes(tick)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _start_processes(self, tick: float) -> None:
        environ = self.environ()

        def child(name: str, module: str, *arguments: str, announces: bool = False) -> Process:
            process = Process(name, module=module, arguments=arguments, environ=environ, log=self.logs / f"{name}.log",
                              announces=announces)  # fmt: skip
            self.processes.append(process)
            process.start()
            return process

        # The web server takes longest to load, so it goes first.
        child("web", "rms.cli", "web", "--port", str(self.ports.web), "--die-with-parent")
        # Notify tries again for 25 minutes; six tries within 40 seconds outlast the restart of a web server that was killed.
        child("notify", "rms.rehearsal.notify_server", "--port", str(self.ports.notify), "--log", str(self.notify_log),
              "--retry-seconds", "8", "--callback-url", f"{self.base_url}/callbacks/notify", "--die-with-parent",
              announces=True)  # fmt: skip
        child("register", "rms.rehearsal.register.server", "--port", str(self.ports.register), "--log",
              str(self.register_log), "--die-with-parent", announces=True)  # fmt: skip
        child("worker", "rms.cli", "worker", "--tick", str(tick), "--die-with-parent")
        child("listener", "rms.cli", "listen", "--port", str(self.ports.mllp), "--die-with-parent")
        for process in self.processes:
            process.wait_until_ready()
        wait_for(self._web_answers, what="The web server", meanwhile=self._refuse_ended)
        wait_for(self._listener_answers, what="The listener", meanwhile=self._refuse_ended)
        self._refuse_ended()

    def pace(self, *, tick: float) -> None:
        """Let the worker look at another pace from now on."""
        number = next(number for number, process in enumerate(self.processes) if process.name == "worker")
        self.processes[number].stop()
        worker = Process("worker", module="rms.cli", arguments=("worker", "--tick", str(tick), "--die-with-parent"),
                         environ=self.environ(), log=self.logs / "worker.log", announces=False)  # fmt: skip
        worker.start()
        self.processes[number] = worker

    def _refuse_ended(self) -> None:
        """Unavailable, in the child's own last words, when one ended while all were starting: nobody restarts it yet."""
        for process in self.processes:
            if process.ended():
                raise Unavailable(process.why_it_ended())

    def _web_answers(self) -> bool:
        with urlopen(f"{self.base_url}/health", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == HTTPStatus.OK)

    def _listener_answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.ports.mllp), timeout=1):
            return True

    def _watch(self) -> None:
        """Start again whatever was killed: a process of ours, or the database under all of them."""
        while not self._watching.wait(0.2):
            with contextlib.suppress(Exception):
                if not self.server.running():
                    self.server.start()
            for process in self.processes:
                if process.ended() and not self._watching.is_set():
                    with contextlib.suppress(Exception):
                        process.start()

    def close(self) -> None:
        """Stop every process, then the database."""
        self._watching.set()
        if self._watcher is not None:
            self._watcher.join(timeout=10)
        for process in reversed(self.processes):
            process.stop()
        self.server.stop()

    async def found_trust(self, *, code: str, name: str, phone: str) -> Trust:
        """A trust with a urology team, a nurse, a team lead and a service manager, protocols signed for demonstration."""
        async with Database(self.server.url("rms_owner"), name="rehearsal", size=1) as owner, owner.transaction() as tx:
            organisation_id = await add_organisation(
                tx, code=code, name=name, phone=phone, address=f"{name}\n1 Hospital Road\nMadeup\nZZ99 1AA", by=OPERATOR
            )
        database = Database(self.server.url("rms_web"), name="rehearsal", size=1)
        async with database, database.transaction(organisation_id=organisation_id) as tx:
            team_id = await add_team(tx, organisation_id=organisation_id, key="urology", name="Urology follow-up team",
                                     phone=phone, site=TumourSite.UROLOGY, by=OPERATOR)  # fmt: skip
            staff = []
            for display, role in (("Nora Nightly", Role.NURSE_SPECIALIST), ("Lena Longfield", Role.TEAM_LEAD),
                                  ("Max Merriman", Role.SERVICE_MANAGER)):  # fmt: skip
                sign_in = f"{display.split()[0].lower()}.{code.lower()}@example.org"
                made = await add_staff(
                    tx, organisation_id=organisation_id, sign_in_name=sign_in, display_name=display, role=role,
                    team_ids=[team_id], leads=role is Role.TEAM_LEAD, by=OPERATOR,
                )  # fmt: skip
                staff.append((Actor(kind=ActorKind.STAFF, name=display, id=made.staff_id), sign_in))
        return Trust(code=code, name=name, organisation_id=organisation_id, team_id=team_id, nurse=staff[0][0],
                     lead=staff[1][0], lead_sign_in=staff[1][1])  # fmt: skip
