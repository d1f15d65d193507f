"""The state of the laboratory feeds, and of the worker, in words, for the foot of every staff page. Pure.

"No results" from a feed that is silent is not good news; so each page says when the last message came.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from rms.caseload.feeds import Feed
from rms.caseload.worklist.ages import when
from rms.db.pulse import WorkerSeen

#: A laboratory that sends for a whole trust sends every day; our default.
SILENT_AFTER: Final = timedelta(hours=24)


def feed_words(feeds: Sequence[Feed], *, now: datetime) -> str:
    """One sentence for each feed that is silent; else when the last message came."""
    if not feeds:
        return "No laboratory feed is connected yet."
    silent = silent_words(feeds, now=now)
    if silent:
        return silent
    return f"Last laboratory message received {when(max(one.last_at for one in feeds if one.last_at), now=now)}."


def worker_words(worker: WorkerSeen, *, now: datetime) -> str:
    """That nothing happens by itself, and since when; empty while the worker does its rounds."""
    if not worker.is_silent:
        return ""
    since = f" since {_since(worker.last_at, now=now)}" if worker.last_at else ""
    return (
        f"RMS has done nothing by itself{since}: no message is sent, no result filed, no alert raised."
        " Tell whoever runs RMS here."
    )


def foot_words(feeds: Sequence[Feed], worker: WorkerSeen, *, now: datetime) -> str:
    """The foot of a page: first whether RMS itself works, then whether the laboratories send."""
    return f"{worker_words(worker, now=now)} {feed_words(feeds, now=now)}".strip()


def silent_words(feeds: Sequence[Feed], *, now: datetime) -> str:
    """What is wrong with the feeds; empty when each of them sent something lately."""
    said = []
    for one in feeds:
        called = "The laboratory feed" if len(feeds) == 1 else f"The laboratory feed {one.name}"
        if one.last_at is None:
            said.append(f"{called} has sent nothing yet.")
        elif now - one.last_at > SILENT_AFTER:
            said.append(f"{called} has sent nothing since {_since(one.last_at, now=now)}.")
    return " ".join(said)


def _since(instant: datetime, *, now: datetime) -> str:
    return when(instant, now=now).removeprefix("on ")
