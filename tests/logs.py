"""The log of the test run itself is put back after a test that sets up the log of a process."""

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator

import structlog


@contextlib.contextmanager
def put_back() -> Iterator[None]:
    """Whatever the block makes of the logs of this process (a command that runs inside it does), nothing of it stays.

    A log that went on writing to where a test had caught it would fail every later test that logs.
    """
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook, threading.excepthook)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:], root.level, logging.raiseExceptions, sys.excepthook, threading.excepthook = before
        structlog.reset_defaults()
