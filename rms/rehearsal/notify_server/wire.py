"""Just enough HTTP/1.1 to be right, and to be wrong on purpose: hanging, dripping, and cutting connections.

A web framework would mend what this must break. Knows nothing of messages.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import msgspec

_MAX_BODY = 1_000_000


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came in; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `drip_seconds` spreads its body over that time, a byte at a time."""

    status: int
    body: bytes
    content_type: str = "application/json"
    drip_seconds: float = 0.0


class Reset(msgspec.Struct, frozen=True):
    """Cut the connection with a TCP reset instead of answering."""


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Say nothing for `seconds`, then close."""

    seconds: float


Act = Reply | Reset | Silence
Handler = Callable[[Call], Awaitable[Act]]


def json_reply(status: int, value: object) -> Reply:
    """An answer with a JSON body."""
    return Reply(status=status, body=msgspec.json.encode(value))


async def serve_connection(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve calls on one connection until either side ends it."""
    try:
        while (call := await _read(reader)) is not None:
            act = await handler(call)
            if not await _perform(act, writer):
                break
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
        pass  # the stand-in stops, or whoever called went away or does not speak HTTP; a stand-in has nobody to tell
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError, OSError):
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Call | None:
    first = await reader.readline()
    if not first:
        return None
    method, target, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _MAX_BODY:
        raise ValueError("The body is longer than a message can be.")
    url = urlsplit(target)
    body = await reader.readexactly(length)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Call(method=method, path=url.path, query=query, headers=headers, body=body)


async def _perform(act: Act, writer: asyncio.StreamWriter) -> bool:
    """Answer; True when the connection may be used again."""
    if isinstance(act, Silence):
        await asyncio.sleep(act.seconds)
        return False
    if isinstance(act, Reset):
        plug: socket.socket = writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    head = (
        f"HTTP/1.1 {act.status} {HTTPStatus(act.status).phrase}\r\n"
        f"Content-Type: {act.content_type}\r\nContent-Length: {len(act.body)}\r\n\r\n"
    )
    writer.write(head.encode())
    if act.drip_seconds:
        for byte in act.body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(act.drip_seconds / max(1, len(act.body)))
    else:
        writer.write(act.body)
    await writer.drain()
    return True
