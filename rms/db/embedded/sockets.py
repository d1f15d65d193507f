"""Where the server's socket lies: in the home, or in a private directory when the home's path is too long for one."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from rms.db.embedded.account import Account
from rms.db.embedded.options import PORT
from rms.errors import Unavailable

LIMIT = 107  # bytes the kernel allows in a socket's path


def socket_dir(home: Path) -> Path:
    """The directory for this home: always the same one, and short enough."""
    inside = home / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LIMIT:
        return inside
    return Path(tempfile.gettempdir()) / f"rms-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"


def make_socket_dir(path: Path, *, account: Account) -> None:
    """Make it so that only the server writes there and everybody may pass through.

    The temporary directory is shared, so a directory that somebody else made there is refused: Unavailable.
    """
    path.mkdir(mode=0o711, exist_ok=True)
    there = path.lstat()
    allowed = {os.geteuid(), os.geteuid() if account.uid is None else account.uid}
    if not stat.S_ISDIR(there.st_mode) or there.st_uid not in allowed:
        raise Unavailable(f"{path} belongs to another user: remove it, or set RMS_HOME to a shorter path.")
    path.chmod(0o711)
    account.own(path)
