"""The steps between a call to a log and the line: put the time on it, keep what is listed, write JSON."""

import json
import sys

from structlog.typing import EventDict, WrappedLogger

from rms.clock import real_now
from rms.log.words import EVENTS, KEYS

# Made by our own steps and never by a caller; `module` is where the call stands.
OURS = ("at", "level", "error", "causes", "frames")


def with_time(_: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Put the real time on the line and take away what a caller put where our own words stand."""
    kept = {key: value for key, value in line.items() if key not in OURS or key == "level"}
    return {"at": real_now().isoformat(timespec="milliseconds"), **kept}


def only_listed(_: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Keep the listed keys whose values have the listed shape; count the others in `dropped`."""
    event = line.get("event")
    listed = isinstance(event, str) and event in EVENTS
    kept: EventDict = {
        key: value
        for key, value in line.items()
        if key in OURS or (key == "module" and _is_module(value)) or (key in KEYS and KEYS[key](value))
    }
    kept["event"] = event if listed else "unlisted"
    dropped = len(line) - len(kept) + (not listed)
    return {**kept, "dropped": dropped} if dropped else kept


def to_json(_: WrappedLogger, _method: str, line: EventDict) -> str:
    """Write the line as JSON with the same words first in every line."""
    first = {key: line[key] for key in ("at", "level", "event", "module") if key in line}
    return json.dumps({**first, **line}, default=str, ensure_ascii=True)


def _is_module(value: object) -> bool:
    return (
        isinstance(value, str) and all(map(str.isidentifier, value.split("."))) and value.split(".")[0] in sys.modules
    )
