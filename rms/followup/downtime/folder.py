"""The folder that is read when RMS is down: one PDF file a team and day, whole or not at all, gone after seven days.

A file's name says trust, team and day and nothing about anybody. The folder is the operator's: who may open it is theirs to
set; each file is for its owner and group only.
"""

import contextlib
import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from rms.errors import Unavailable
from rms.messages.downtime import KEPT_DAYS

_NAME: Final = re.compile(r"downtime-[A-Za-z0-9]+-[a-z0-9-]+-(\d{4}-\d{2}-\d{2})\.pdf", re.ASCII)


def file_name(code: str, *, team_key: str, day: date) -> str:
    """`downtime-RAA-urology-2026-11-24.pdf`."""
    return f"downtime-{code}-{re.sub('[^a-z0-9-]', '-', team_key.lower())}-{day.isoformat()}.pdf"


def put_into_folder(folder: Path, *, name: str, pdf: bytes) -> None:
    """Write the file under its name when all of it is on the disk; Unavailable when that cannot be done."""
    unfinished = folder / f".{name}.part"
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        with os.fdopen(handle, "wb") as out:
            out.write(pdf)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(folder / name)
    except OSError as error:
        raise Unavailable(f"The folder of the downtime lists cannot be written ({error.strerror}).") from error


def clear_folder(folder: Path, *, today: date) -> int:
    """Take away our own files of days that are too long ago; how many. Nothing else in the folder is touched."""
    gone = 0
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            match = _NAME.fullmatch(path.name)
            if match and date.fromisoformat(match[1]) < today - timedelta(days=KEPT_DAYS):
                path.unlink(missing_ok=True)
                gone += 1
    return gone
