"""`rms web`: serve the pages until told to stop. Ctrl-C and SIGTERM finish what is being answered, then end."""

import argparse
import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

from rms import heap
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import port, whole
from rms.errors import Unavailable
from rms.log import get_log

if TYPE_CHECKING:
    from granian.server.embed import Server

log = get_log(__name__)

_PR_SET_PDEATHSIG = 1
_WAITING_CONNECTIONS = 256
_AT_ONCE = 256


async def run_web(context: Context, arguments: Arguments) -> int:
    """Serve until told to stop."""
    with heap.loading():  # the server and all pages are loaded only when they are needed
        from granian.constants import Interfaces
        from granian.http import HTTP1Settings
        from granian.server.embed import Server

        from rms.app import create_app

    if arguments.die_with_parent:
        die_with_parent(os.getppid())
    host, on_port = arguments.host, arguments.port or context.settings.web_port
    _refuse_taken(host, on_port=on_port)
    async with context.database("web", size=arguments.connections, statement_timeout_ms=10_000) as database:
        async with database.transaction() as tx:
            demo = not tx.live
        with heap.loading():
            app = create_app(context.settings, database=database, demo=demo)
        heap.settle()
        server = Server(
            app, address=host, port=on_port, interface=Interfaces.ASGI, backlog=_WAITING_CONNECTIONS,
            backpressure=_AT_ONCE, websockets=False, log_enabled=False, log_access=False,
            http1_settings=HTTP1Settings(header_read_timeout=15_000, max_buffer_size=65_536),
        )  # fmt: skip
        context.say(f"RMS answers at {context.settings.base_url} (port {on_port}). Ctrl-C ends it.")
        await _serve(server)
    log.info("stopped", process="web")
    return Exit.DONE


async def _serve(server: "Server") -> None:
    """Run the server; the first signal lets it finish, and it never outlives this call."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    log.info("started", process="web")
    try:
        await server.serve()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _refuse_taken(host: str, *, on_port: int) -> None:
    """Say in words that a port is taken; the server itself would say it with a trace."""
    with contextlib.closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, on_port))
        except OSError as error:
            raise Unavailable(
                f"Port {on_port} on {host} cannot be used ({error.strerror}). Set RMS_WEB_PORT."
            ) from error


def die_with_parent(parent: int) -> None:
    """Have the kernel kill us when our parent ends, however it ends. Linux only; elsewhere it does nothing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended between our start and the call
        sys.exit(1)


def web_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen; the settings name the port otherwise."""
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=port, help="the port to listen on (default: RMS_WEB_PORT)")
    parser.add_argument(
        "--connections",
        metavar="N",
        type=whole(least=1, most=1000),
        default=8,
        help="connections to the database (default: 8)",
    )
    parser.add_argument(
        "--die-with-parent", action="store_true", help="end when the process that started this one ends"
    )


COMMANDS = (Command(words="web", help="Serve the pages.", run=run_web, arguments=web_arguments, founds=True),)
