"""The data directory: made once, in one step; its version checked; its owner's password set when it was lost."""

import shutil
from pathlib import Path

from rms.db.embedded.account import Account
from rms.db.embedded.options import OWNER, initdb_arguments
from rms.db.embedded.passwords import make_passwords, read_passwords, write_private
from rms.db.embedded.programs import major_version
from rms.errors import Unavailable

_FULL = "No space left on device"


def prepare_cluster(home: Path, *, account: Account, fast_and_loose: bool) -> dict[str, str]:
    """Make `home/data` ready to be served and return the passwords. Raises Unavailable in one sentence."""
    data = home / "data"
    known = read_passwords(home)
    passwords = make_passwords(home, known=known)
    if not (data / "PG_VERSION").exists():
        _initialise(home, account=account, password=passwords[OWNER], fast_and_loose=fast_and_loose)
        return passwords
    account.own(data)
    _require_same_version(data, programs=account.programs)
    if known is None or OWNER not in known:
        _set_owner_password(data, account=account, password=passwords[OWNER])
    return passwords


def explain(home: Path, *, what: str, said: str) -> Unavailable:
    """The one sentence for what PostgreSQL wrote when it gave up."""
    if _FULL in said:
        return Unavailable(f"The disk that holds {home} is full: free some space and start again.")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line] or lines or ["nothing"]
    return Unavailable(f"PostgreSQL {what}; it said: {telling[-1]} (its log is {home / 'postgres.log'}).")


def _initialise(home: Path, *, account: Account, password: str, fast_and_loose: bool) -> None:
    data, part, secret = home / "data", home / "data.part", home / "owner.part"
    shutil.rmtree(part, ignore_errors=True)  # of a start that was interrupted
    if data.exists():
        data.rmdir()  # refuses, rightly, a directory that holds something which is not a cluster
    part.mkdir(mode=0o700)
    account.own(part)
    write_private(secret, password + "\n", like=part)
    arguments = initdb_arguments(major=major_version(account.programs), fast_and_loose=fast_and_loose)
    try:
        done = account.run([account.programs / "initdb", "-D", part, f"--pwfile={secret}", *arguments])
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode != 0:
        shutil.rmtree(part, ignore_errors=True)
        raise explain(home, what="could not make its data directory", said=done.stdout + done.stderr)
    part.rename(data)


def _require_same_version(data: Path, *, programs: Path) -> None:
    written, ours = int((data / "PG_VERSION").read_text(encoding="ascii")), major_version(programs)
    if written != ours:
        raise Unavailable(
            f"{data} was written by PostgreSQL {written} and the programs in {programs} are {ours}: "
            "set RMS_PG_BIN to programs of that version, or restore a backup into a new RMS_HOME."
        )


def _set_owner_password(data: Path, *, account: Account, password: str) -> None:
    """The password file was lost: a server that listens to nobody sets a new one."""
    command = [account.programs / "postgres", "--single", "-D", data, "-c", "log_min_error_statement=panic", "postgres"]
    done = account.run(command, stdin=f"alter role {OWNER} password '{password}'\n")
    if done.returncode != 0:
        raise explain(data.parent, what="could not set a new password", said=done.stderr)
