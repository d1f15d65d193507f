"""As whom PostgreSQL runs. It refuses root, so root needs a way round; everybody else runs it as themselves.

For root, in this order: as the owner of the home (else `nobody`), when that user can reach home and programs; in a user
namespace of its own; with a copy of the programs inside home. Nobody's directories are ever opened for it.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from rms.db.embedded.programs import clean_environment, copy_programs
from rms.errors import Unavailable

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is started: `uid` and `gid` to change to (None: stay), words put before it, and its programs."""

    programs: Path
    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, command: Sequence[object], *, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's short programs as this account, to its end."""
        return subprocess.run(
            [*self.prefix, *map(str, command)],
            input=stdin,
            capture_output=True,
            text=True,
            cwd="/",
            env=clean_environment(),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def own(self, path: Path) -> None:
        """Give a directory of ours, with all that is in it, to the server. Does nothing where that is so already."""
        if os.geteuid() != 0 or path.stat().st_uid == (self.uid or 0):
            return
        for folder, _, names in os.walk(path):
            for name in (".", *names):
                os.chown(Path(folder, name), self.uid or 0, self.gid or 0, follow_symlinks=False)

    def reaches(self, folder: Path) -> bool:
        """Whether this account may pass through every directory down to `folder`."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0

    def works(self) -> bool:
        """Whether this account can execute the programs."""
        try:
            return self.run([self.programs / "postgres", "--version"]).returncode == 0
        except OSError:
            return False


def choose_account(home: Path, *, programs: Path) -> Account:
    """The account for this home and these programs. Raises Unavailable with what to do when there is none."""
    if os.geteuid() != 0:
        _require_own_data(home / "data")
        return Account(programs=programs)
    nobody = pwd.getpwnam("nobody")
    uid, gid = _owner(home) or (nobody.pw_uid, nobody.pw_gid)
    person = Account(programs=programs, uid=uid, gid=gid)
    reached = person.reaches(home)
    if reached and person.works():
        return person
    apart = Account(programs=programs, prefix=_NAMESPACE)
    if uid == nobody.pw_uid and shutil.which(_NAMESPACE[0]) and apart.works():
        return apart
    if reached:
        copy = copy_programs(programs, to=home / f"programs-{_fingerprint(programs)}")
        return Account(programs=copy, uid=uid, gid=gid)
    raise Unavailable(
        f"PostgreSQL does not run as root, and the user {pwd.getpwuid(uid).pw_name} may not pass through every "
        f"directory down to {home}: set RMS_HOME to a directory that every user may pass through, such as "
        "/var/lib/rms, or run as an ordinary user."
    )


def _owner(home: Path) -> tuple[int, int] | None:
    """Who has run this home before, when that was not root: the owner of the rows, else of the home."""
    for path in (home / "data", home):
        if path.exists() and path.stat().st_uid != 0:
            return path.stat().st_uid, path.stat().st_gid
    return None


def _require_own_data(data: Path) -> None:
    if data.exists() and data.stat().st_uid != os.geteuid():
        raise Unavailable(f"{data} belongs to another user: run as that user or as root, or set RMS_HOME.")


def _fingerprint(programs: Path) -> str:
    there = (programs / "postgres").stat()
    return hashlib.sha256(f"{programs} {there.st_size} {there.st_mtime_ns}".encode()).hexdigest()[:12]
