"""The demo's home: filled once with made-up people, then every process up until Ctrl-C."""

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from rms.db.embedded import is_held
from rms.errors import Unavailable
from rms.rehearsal.logs import log_into
from rms.rehearsal.story.stage import Ports, Stage, free_ports

_FILLED = "filled"
_PORTS = "ports.json"
#: Holds the address while the demo is up.
_RUNNING = "running"
#: Seconds between two looks of the worker: while it is filled, and afterwards.
_QUICK, _TICK = 0.25, 1.0


class Demo:
    """One demo in its home. The second start finds everything there and only brings the processes up."""

    def __init__(self, home: Path, *, people: int, web_port: int, say: Callable[[str], None]) -> None:
        self._home = home
        self._people = people
        self._web_port = web_port
        self._say = say

    async def run(self, *, once: bool) -> int:
        """Bring it up, play when it is new, stay until told to stop; 0 when nothing differed."""
        self.refuse_a_second()
        if _is_taken(self._web_port):
            raise Unavailable(f"Port {self._web_port} is taken. Say another one with --port, or set RMS_WEB_PORT.")
        is_new = not (self._home / _FILLED).exists()
        stage = Stage(self._home, ports=self._ports(is_new))
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._say("Starting the database and the processes.")
        try:
            await asyncio.to_thread(stage.open, fresh=is_new, tick=_QUICK if is_new else _TICK)
            log_into(stage.logs, name="demo")
            if is_new:
                self._keep_ports(stage.ports)
                if not await self._fill(stage, stop):
                    return 1
                (self._home / _FILLED).touch()
            (self._home / _RUNNING).write_text(stage.base_url + "\n")
            self._tell(stage)
            if not once:
                await stop.wait()
                self._say("Stopping.")
        finally:
            (self._home / _RUNNING).unlink(missing_ok=True)
            await asyncio.to_thread(stage.close)
        return 0

    def refuse_a_second(self) -> None:
        """Unavailable, with its address, when a demo runs in this home already; nothing of it is touched."""
        if not is_held(self._home):
            return
        try:
            address = (self._home / _RUNNING).read_text().strip()
        except OSError:
            raise Unavailable(
                f"Another RMS process works in {self._home} at this moment, perhaps a demo that is still starting."
                " Try again in a minute, or name another --home."
            ) from None
        raise Unavailable(
            f"A demo runs in {self._home} already, at {address}. Stop it with Ctrl-C where it was started, or name"
            " another --home and --port."
        )

    async def _fill(self, stage: Stage, stop: asyncio.Event) -> bool:
        """Load the trusts and play the last weeks; False when told to stop meanwhile."""
        from rms.rehearsal.demo.filling import fill_stage  # loads half of RMS, which a second start has no use for

        filling = asyncio.create_task(fill_stage(stage, people=self._people, say=self._say))
        waiting = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait({filling, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if filling not in done:
            filling.cancel()
            return False
        waiting.cancel()
        filling.result()
        await asyncio.to_thread(stage.pace, tick=_TICK)
        return True

    def _tell(self, stage: Stage) -> None:
        self._say(f"RMS is up: {stage.base_url}")
        self._say("  Staff sign in there as one of the made-up people on the page.")
        self._say(f"  A laboratory may send HL7 v2 over MLLP to 127.0.0.1:{stage.ports.mllp}.")
        self._say(
            f"  What was sent to people lies in {stage.notify_log}, what the register was told in {stage.register_log}."
        )
        self._say(f"  Commands find it with RMS_HOME={self._home}. Ctrl-C ends it.")

    def _ports(self, is_new: bool) -> Ports:
        path = self._home / _PORTS
        ports = free_ports() if is_new or not path.exists() else msgspec.json.decode(path.read_bytes(), type=Ports)
        if not is_new and any(_is_taken(p) for p in (ports.mllp, ports.notify, ports.register)):
            ports = free_ports()
        return msgspec.structs.replace(ports, web=self._web_port)

    def _keep_ports(self, ports: Ports) -> None:
        (self._home / _PORTS).write_bytes(msgspec.json.encode(ports))


def _is_taken(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
