"""What a log line keeps of an exception: its class, an id to quote on the telephone, and the places it passed."""

import secrets
import sys
import traceback
from pathlib import Path
from types import TracebackType

from structlog.typing import EventDict, WrappedLogger

MOST_FRAMES = 12
MOST_CAUSES = 5


def new_error_id() -> str:
    """Make an id that stands both on the error page and in the log: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def describe_exception(_: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Replace `exc_info` by `error`, `error_id`, `causes` and `frames`, leaving out message and local values."""
    error = _exception_in(line.pop("exc_info", None))
    if error is None:
        return line
    causes = _causes(error)
    return {
        **line,
        "error": _class_name(error),
        "error_id": line.get("error_id") or new_error_id(),
        **({"causes": causes} if causes else {}),
        "frames": _frames(error.__traceback__),
    }


def _exception_in(given: object) -> BaseException | None:
    match given:
        case BaseException():
            return given
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _causes(error: BaseException) -> list[str]:
    """Name the classes of what led to an exception, and of those inside a group."""
    found: list[str] = []
    waiting: list[BaseException] = [error]
    while waiting and len(found) < MOST_CAUSES:
        current = waiting.pop(0)
        before = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        inside = current.exceptions if isinstance(current, BaseExceptionGroup) else ()
        following = [each for each in (before, *inside) if each is not None]
        found += [_class_name(each) for each in following]
        waiting += following
    return found[:MOST_CAUSES]


def _frames(trace: TracebackType | None) -> list[str]:
    """Give the innermost places as file:line; the file without the folders above the package, which may name a user."""
    places = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(trace)]
    return [f"{_short(file)}:{number}" for file, number in places[-MOST_FRAMES:]]


def _short(file: str) -> str:
    parts = Path(file).parts
    for start in ("site-packages", "rms"):
        if start in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(start) - (start == "rms") :])
    return parts[-1] if parts else "?"
