"""The generated passwords of the embedded server's roles, in one file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path

from rms.db.embedded.options import ROLES
from rms.errors import Unavailable

FILE = "passwords.json"


def read_passwords(home: Path) -> dict[str, str] | None:
    """Role to password; None when there is no file yet. Raises Unavailable when the file cannot be used."""
    path = home / FILE
    try:
        held = json.loads(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except PermissionError:
        raise Unavailable(f"{path} belongs to another user: run as that user, or set RMS_HOME.") from None
    except ValueError:
        raise Unavailable(f"{path} is damaged: move it away, and new passwords are made at the next start.") from None
    return {role: str(held[role]) for role in ROLES if role in held}


def make_passwords(home: Path, *, known: dict[str, str] | None = None) -> dict[str, str]:
    """Passwords for every role, written before anybody uses them; `known` ones are kept."""
    made = {role: (known or {}).get(role) or secrets.token_hex(24) for role in ROLES}
    write_private(home / FILE, json.dumps(made, indent=2) + "\n", like=home)
    return made


def write_private(path: Path, text: str, *, like: Path) -> None:
    """Write a 0600 file in one step. Run by root in another user's home it stays that user's: owner as of `like`."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    give_to_owner_of(like, path=part)
    part.replace(path)


def give_to_owner_of(like: Path, *, path: Path) -> None:
    """Root's new file in somebody's home becomes theirs; for everybody else nothing happens."""
    if os.geteuid() == 0:
        there = like.stat()
        os.chown(path, there.st_uid, there.st_gid)
