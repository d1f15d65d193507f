"""The MLLP listener: keep what came, commit, answer. It reads no more of a message than its header.

The promise (I-3): an answer leaves only after the bytes are committed. While the database is away nothing is answered and
the connection is closed, so that the sender keeps the message and sends it again. What a message means is the worker's.
"""

import asyncio
import contextlib
import hashlib
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from rms.crashpoints import Crashpoint, crashpoint
from rms.db.database import Database
from rms.errors import DatabaseAway, Unavailable
from rms.log import get_log
from rms.sync.hl7 import answer_for, read, without_batch_header
from rms.sync.hl7.charset import wide_charset
from rms.sync.mllp import Fault, Frame, Framer, wrap
from rms.sync.senders import Peer, sender_of
from rms.sync.store import Kept, add_to_inbox, peers

MAX_BYTES = 20 * 1024 * 1024
_READ_BYTES = 256 * 1024
_HEADER_BYTES = 16 * 1024
_ID_CHARACTERS = 200
_PEERS_KEPT_SECONDS = 5.0

log = get_log(__name__)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one sender's time and our memory a connection may take.

    `quiet_seconds` between messages; `pause_seconds` between two packets of one message; `message_seconds` for a message.
    `connections` at once; `at_once` commits at the same time (not more than the pool has connections).
    """

    max_bytes: int = MAX_BYTES
    quiet_seconds: float = 3600
    pause_seconds: float = 60
    message_seconds: float = 600
    connections: int = 200
    at_once: int = 8


class Listener:
    """Takes connections and keeps what comes. Made by `listening`."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._saving = asyncio.Semaphore(limits.at_once)
        self._peers: Sequence[Peer] = ()
        self._peers_until = -1.0
        self._connections: set[asyncio.Task[None]] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._away = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to its end; never raises for what the other side does."""
        task = asyncio.current_task()
        assert task is not None
        if self._stopping or len(self._connections) >= self._limits.connections:
            log.warning("connection_dropped", count=len(self._connections))
            writer.close()
            return
        self._connections.add(task)
        address = _address(writer)
        try:
            await self._serve(reader, writer, address=address)
        except (OSError, EOFError, TimeoutError):
            log.info("connection_closed", outcome="broken")
        except asyncio.CancelledError:
            log.info("connection_closed", outcome="stopping")
        except (DatabaseAway, asyncpg.PostgresError):
            # No answer: the sender keeps its messages and sends them again.
            self._note_away(away=True)
        finally:
            self._connections.discard(task)
            writer.close()

    async def stop(self, *, grace_seconds: float = 10) -> None:
        """Take nothing new, let what is being saved be answered, then end."""
        self._stopping = True
        for task in tuple(self._reading):
            task.cancel()
        if self._connections:
            _, slow = await asyncio.wait(tuple(self._connections), timeout=grace_seconds)
            for task in slow:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, address: str) -> None:
        framer = Framer(self._limits.max_bytes)
        clock = asyncio.get_running_loop().time
        begun = clock()
        while not self._stopping:
            waiting = framer.is_mid_frame
            left = begun + self._limits.message_seconds - clock()
            allowed = min(self._limits.pause_seconds, left) if waiting else self._limits.quiet_seconds
            received = await self._read(reader, seconds=allowed) if allowed > 0 else b""
            begun = begun if waiting else clock()
            frames = framer.feed(received) if received else framer.close()
            if frames:
                answers = await self._keep(frames, address=address)
                writer.write(b"".join(map(wrap, answers)))
                await asyncio.wait_for(writer.drain(), self._limits.pause_seconds)
                begun = clock()
            if not received:
                return

    async def _read(self, reader: asyncio.StreamReader, *, seconds: float) -> bytes:
        """The next bytes; none at the end of the stream or after a silence that is too long."""
        task = asyncio.current_task()
        assert task is not None
        self._reading.add(task)
        try:
            return await asyncio.wait_for(reader.read(_READ_BYTES), seconds)
        except (TimeoutError, ConnectionError):
            return b""
        finally:
            self._reading.discard(task)

    async def _keep(self, frames: Sequence[Frame], *, address: str) -> list[bytes]:
        """Commit what came and give the answers, in order; a frame that no sender waits for has none."""
        async with self._saving, self._database.transaction() as tx:
            answered = [(frame, *answer_for(frame, live=tx.live)) for frame in frames]
            if asyncio.get_running_loop().time() >= self._peers_until:
                self._peers = await peers(tx)
                self._peers_until = asyncio.get_running_loop().time() + _PEERS_KEPT_SECONDS
            kept = [kept_frame(frame, code, address=address, peers=self._peers) for frame, code, _ in answered]
            await add_to_inbox(tx, kept)
            crashpoint(Crashpoint.INBOX_BEFORE_COMMIT)
        crashpoint(Crashpoint.INBOX_AFTER_COMMIT)
        self._note_away(away=False)
        for one in kept:
            log.info("frame_received", bytes=len(one.raw), code=one.answered.lower(), peer_id=one.peer_id)
        return [answer for frame, _, answer in answered if frame.fault is None or frame.fault.is_answered]

    def _note_away(self, *, away: bool) -> None:
        """Say once that the database went away, and once that it is back."""
        if away and not self._away:
            log.error("database_away")
        elif self._away and not away:
            log.info("database_back")
        self._away = away


def kept_frame(frame: Frame, answered: str, *, address: str, peers: Sequence[Peer]) -> Kept:
    """What is stored of a frame: all of it, and who it says it is from."""
    header = read(_header(frame.body))
    peer = sender_of(peers, address=address, application=header.sending_application, facility=header.sending_facility)
    return Kept(
        peer_id=peer.id if peer else None, peer_address=address, raw=frame.body, sha256=hashlib.sha256(frame.body).digest(),
        control_id=header.control_id[:_ID_CHARACTERS] or None, answered=answered,
        frame_fault=frame.fault.name.lower() if frame.fault else None,
    )  # fmt: skip


def fault_named(name: str | None) -> Fault | None:
    """The fault that `kept_frame` wrote down."""
    return Fault[name.upper()] if name else None


def _header(body: bytes) -> bytes:
    start = without_batch_header(body[:_HEADER_BYTES])
    return start if wide_charset(start) else start.lstrip(b"\x0b\r\n\t ").split(b"\r", 1)[0].split(b"\n", 1)[0]


def _address(writer: asyncio.StreamWriter) -> str:
    named = writer.get_extra_info("peername")
    connection = writer.get_extra_info("socket")
    if connection is not None:
        # A sender that vanished without a word is found by the operating system.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return str(named[0]) if named else "unknown"


class Listening(msgspec.Struct, frozen=True):
    """Where a listener answers."""

    host: str
    port: int


@asynccontextmanager
async def listening(database: Database, *, host: str, port: int, limits: Limits = Limits()) -> AsyncIterator[Listening]:
    """Listen while the block runs; `port` 0 takes a free one. `database` is the pool of the listener's role."""
    listener = Listener(database, limits)
    try:
        server = await asyncio.start_server(listener.take, host, port, backlog=limits.connections)
    except OSError as error:
        raise Unavailable(f"RMS cannot listen on {host}:{port} ({error.strerror}).") from error
    bound = server.sockets[0].getsockname()
    try:
        yield Listening(host, bound[1])
    finally:
        server.close()
        await listener.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 5)


async def serve(database: Database, *, host: str, port: int, limits: Limits = Limits()) -> None:
    """Listen until SIGTERM or SIGINT; then finish what is being saved and end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with listening(database, host=host, port=port, limits=limits) as where:
        log.info("ready", port=where.port)
        await stop.wait()
        log.info("stopping")
    log.info("stopped")
