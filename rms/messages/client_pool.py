"""Blocking provider clients, used from the loop: each client serves one thread at a time, and no call lasts for ever.

The providers' own clients block, are not thread-safe, and log what they send. This file knows how to live with that
and nothing about messages or providers.
"""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

C = TypeVar("C")
R = TypeVar("R")

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0


class TookTooLong(Exception):
    """The whole call passed its deadline; what the other side did is not known."""


class NoClient(Exception):
    """The client could not be made from our settings, so certainly nothing left."""


class ClientPool(Generic[C]):
    """Up to `at_most` clients made by `make`, lent to one call each; `close` gives back a client's connections.

    `deadline` in seconds covers the whole call: a server that sends a byte now and then never trips a read time-out.
    A call that passed the deadline is left to its thread; its client comes back only when the thread is done.
    """

    def __init__(self, make: Callable[[], C], *, close: Callable[[C], None], at_most: int, deadline: float) -> None:
        self._make = make
        self._close = close
        self._deadline = deadline
        self._limiter = anyio.CapacityLimiter(at_most)
        self._idle: list[C] = []
        self._closed = False

    async def call(self, action: Callable[[C], R]) -> R:
        """Run `action` with a client in a thread. Raises what it raises, NoClient or TookTooLong."""
        async with self._limiter:
            with anyio.move_on_after(self._deadline):
                # Its own limiter: the thread limiter that everything else shares must not be eaten by a slow provider.
                return await anyio.to_thread.run_sync(
                    self._lend, action, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
                )
        raise TookTooLong(f"No whole answer within {self._deadline:g} seconds.")

    def _lend(self, action: Callable[[C], R]) -> R:
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._made()
        try:
            return action(client)
        finally:
            if self._closed:
                self._close(client)
            else:
                self._idle.append(client)

    def _made(self) -> C:
        try:
            return self._make()
        except Exception as error:
            raise NoClient("The provider's client cannot be made from the settings.") from error

    async def aclose(self) -> None:
        """Close the clients that are not at work; those at work are closed by their threads."""
        self._closed = True
        while self._idle:
            self._close(self._idle.pop())


def never_left(error: BaseException | None) -> bool:
    """Did the connection fail before anything was sent? Then the other side certainly did nothing."""
    from requests.exceptions import ConnectionError as NotConnected
    from requests.exceptions import ConnectTimeout
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    if isinstance(error, ConnectTimeout):
        return True
    if not isinstance(error, NotConnected):
        return False
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", inner), NewConnectionError | ConnectTimeoutError)


def silence(*loggers: str) -> None:
    """Switch off loggers that write numbers, texts or references of ours; their children follow them."""
    for name in loggers:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
