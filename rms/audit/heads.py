"""The list of heads outside the database: a line for each seal, in a file that only grows.

It shows what the database alone cannot: that the end of the chain was cut off, or the whole chain made anew.
"""

import contextlib
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from rms.audit.chain import Head, read_head, write_head
from rms.errors import BadInput

#: Enough for the last few lines.
_TAIL = 4_096


def note_heads(path: Path, heads: Sequence[Head]) -> None:
    """Add heads to the list, durably. A line that a power cut left half written is taken away first."""
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.ftruncate(descriptor, _whole_length(descriptor))
        written = "".join(f"{write_head(head)}\n" for head in heads).encode("ascii")
        while written:
            written = written[os.write(descriptor, written) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync_folder(path.parent)


def last_noted(path: Path) -> int:
    """The number of the seal noted last; 0 when there is no list, or none that can be read (the verifier says so)."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        end = _whole_length(descriptor)
        lines = os.pread(descriptor, min(end, _TAIL), max(0, end - _TAIL)).decode("ascii", "replace").splitlines()
    finally:
        os.close(descriptor)
    for line in reversed(lines):
        with contextlib.suppress(BadInput):
            return read_head(line).number
    return 0


def read_heads(path: Path) -> tuple[Sequence[Head], Sequence[int]]:
    """All heads, and the numbers of the lines that are none. A last line without its end is not counted as either."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return [], []
    heads: list[Head] = []
    unreadable: list[int] = []
    for number, line in enumerate(text[: text.rfind("\n") + 1].splitlines(), start=1):
        try:
            heads.append(read_head(line))
        except BadInput:
            unreadable.append(number)
    return heads, unreadable


def _whole_length(descriptor: int) -> int:
    """How long the file is up to the end of its last whole line."""
    end = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, min(end, _TAIL), max(0, end - _TAIL))
    if not tail:
        return 0
    cut = tail.rfind(b"\n") + 1
    return max(0, end - _TAIL) + cut if cut else (0 if end <= _TAIL else end)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
