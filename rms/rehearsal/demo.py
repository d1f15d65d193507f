"""The demo: a home with made-up people in which the story was played once, and every process up until Ctrl-C."""

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from rms.errors import Unavailable
from rms.rehearsal.story.expected import Values
from rms.rehearsal.story.look import Difference
from rms.rehearsal.story.stage import Ports, Stage, free_ports

_PLAYED = "played"
_PORTS = "ports.json"


class Demo:
    """One demo in its home. The second start finds everything there and only brings the processes up."""

    def __init__(self, home: Path, *, web_port: int, say: Callable[[str], None]) -> None:
        self._home = home
        self._web_port = web_port
        self._say = say

    async def run(self, *, once: bool) -> int:
        """Bring it up, play when it is new, stay until told to stop; 0 when nothing differed."""
        if _is_taken(self._web_port):
            raise Unavailable(f"Port {self._web_port} is taken. Say another one with --port, or set RMS_WEB_PORT.")
        is_new = not (self._home / _PLAYED).exists()
        stage = Stage(self._home, ports=self._ports(is_new))
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._say("Starting the database and the processes.")
        try:
            await asyncio.to_thread(stage.open, fresh=is_new, tick=0.1 if is_new else 1.0)
            if is_new:
                self._keep_ports(stage.ports)
                if not await self._play(stage, stop):
                    return 1
                (self._home / _PLAYED).touch()
            self._tell(stage)
            if not once:
                await stop.wait()
                self._say("Stopping.")
        finally:
            await asyncio.to_thread(stage.close)
        return 0

    async def _play(self, stage: Stage, stop: asyncio.Event) -> bool:
        self._say(
            "Playing the story of one man once, so that there is something to look at; this takes about a minute."
        )
        from rms.rehearsal.story.scenes import Story  # loads half of RMS, which a second start has no use for

        playing = asyncio.create_task(Story(stage, Values()).play())
        waiting = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if playing not in done:
            playing.cancel()
            return False
        waiting.cancel()
        try:
            playing.result()
        except Difference as difference:
            self._say(f"The story differs from what the outside saw: {difference}")
            return False
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
