"""Logs: one line of JSON on standard error for each event, made of listed words, numbers and states only.

`configure_logging()` once at the start of a process, `get_log(__name__)` in a module, then
`log.info("message_sent", message_id=7, ms=12)`. What is not on the list of `rms.log.words` is dropped, and the line
counts what it lost. Of an exception the line keeps the class, an id and where it happened, never its message: messages
quote what they stumbled over, and that may be a person.
"""

import logging
import sys
import threading
from types import TracebackType
from typing import TextIO, cast

import structlog

from rms.log.exceptions import describe_exception, new_error_id
from rms.log.lines import only_listed, to_json, with_time

__all__ = ["configure_logging", "get_log", "new_error_id"]


def get_log(name: str) -> structlog.typing.FilteringBoundLogger:
    """Give the log of a module; call it with the module's `__name__`."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(module=name))


def configure_logging(stream: TextIO | None = None) -> None:
    """Send every log of this process through the list: ours, those of the libraries, and what nobody caught.

    `stream` is standard error unless a test says otherwise.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            with_time,
            describe_exception,
            only_listed,
            to_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[LibraryHandler()], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # else a failing handler prints the record, arguments and all
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class LibraryHandler(logging.Handler):
    """Turns what libraries log into our lines without their words, which may quote addresses, queries and bodies."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line that says which library spoke, how loud, and what exception it held."""
        level = logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING
        get_log(record.name).log(level, "library", exc_info=record.exc_info)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        get_log("rms").error("uncaught", exc_info=(kind, error, trace))
