"""A TCP proxy on this machine that cuts connections by script. It understands exchanges (one side speaks, then the
other), nothing of what is said.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

_CHUNK = 65_536


class Cut(StrEnum):
    """Where in an exchange the connection breaks."""

    NOWHERE = "nowhere"
    #: The server hears nothing.
    BEFORE_REQUEST = "before_request"
    #: The server hears the first half of what was said.
    IN_REQUEST = "in_request"
    #: The server has heard all and has begun to answer; the caller hears nothing.
    AFTER_REQUEST = "after_request"
    #: The caller hears the first part of the answer.
    IN_RESPONSE = "in_response"


class CuttingProxy:
    """Carries exchanges to `target` (a port of this machine). `script` says for each exchange where it is cut."""

    def __init__(self, *, target: int, script: Callable[[], Cut]) -> None:
        self.made: Counter[Cut] = Counter()
        self._target = target
        self._script = script

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until it ends or is cut."""
        upstream: asyncio.StreamWriter | None = None
        try:
            answers, upstream = await asyncio.open_connection("127.0.0.1", self._target)
            await self._carry(reader, writer, answers, upstream)
        except ConnectionError:
            pass  # either side went away, which is what this proxy is for
        finally:
            for end in (writer, upstream):
                if end is not None:
                    await _reset(end)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        upstream: asyncio.StreamWriter,
    ) -> None:
        cut = Cut.NOWHERE
        speaking = False
        said = asyncio.create_task(reader.read(_CHUNK))
        heard = asyncio.create_task(answers.read(_CHUNK))
        try:
            while True:
                await asyncio.wait((said, heard), return_when=asyncio.FIRST_COMPLETED)
                if heard.done():
                    speaking = False
                    if not await self._answer(heard.result(), cut, writer):
                        return
                    heard = asyncio.create_task(answers.read(_CHUNK))
                if said.done():
                    if not speaking:
                        cut, speaking = self._script(), True
                        self.made[cut] += 1
                    if not await _ask(said.result(), cut, upstream):
                        return
                    said = asyncio.create_task(reader.read(_CHUNK))
        finally:
            said.cancel()
            heard.cancel()

    async def _answer(self, part: bytes, cut: Cut, writer: asyncio.StreamWriter) -> bool:
        """Pass on a part of the answer; False when this is the end."""
        if not part or cut is Cut.AFTER_REQUEST:
            return False
        writer.write(part if cut is Cut.NOWHERE else part[: len(part) // 2])
        await writer.drain()
        return cut is Cut.NOWHERE


async def _ask(part: bytes, cut: Cut, upstream: asyncio.StreamWriter) -> bool:
    """Pass on a part of what was said; False when this is the end."""
    if not part or cut is Cut.BEFORE_REQUEST:
        return False
    upstream.write(part[: len(part) // 2] if cut is Cut.IN_REQUEST else part)
    await upstream.drain()
    return cut is not Cut.IN_REQUEST


async def _reset(end: asyncio.StreamWriter) -> None:
    """Hang up as a broken line does. What was written before still has a moment to arrive."""
    await asyncio.sleep(0.001)
    plug: socket.socket = end.get_extra_info("socket")
    with contextlib.suppress(OSError):
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
    with contextlib.suppress(ConnectionError):
        await end.wait_closed()


@asynccontextmanager
async def running(*, target: int, script: Callable[[], Cut]) -> AsyncIterator[tuple[CuttingProxy, str]]:
    """Serve on this machine only; the proxy and its address."""
    proxy = CuttingProxy(target=target, script=script)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
