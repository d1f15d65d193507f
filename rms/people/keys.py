"""The one secret of an installation and the keys made from it: for forgery tokens, second-factor seeds, browsers we know.

It comes from the surroundings (RMS_SECRET_KEY) or from a file of `home` that is made once, readable by us only. Knows no
table; whoever needs a key names what it is for, so that no key serves two ends.
"""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rms.errors import Unavailable
from rms.settings import Secret

FILE = "secret.key"
LENGTH = 32


def installation_secret(home: Path, *, given: Secret | None) -> Secret:
    """The secret that was given, else the one kept in `home` (0600), made when there is none. Raises Unavailable."""
    if given is not None:
        return given
    path = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_hex(LENGTH))
        found = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(f"The secret key {path} cannot be used; put it back from a backup.") from error
    if len(found) < LENGTH:
        raise Unavailable(f"The secret key {path} is damaged; put it back from a backup.")
    return Secret(found)


def derived_key(secret: Secret, *, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose; nobody can get from it to the secret or to another purpose's key."""
    made = HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=f"rms {purpose}".encode())
    return made.derive(secret.reveal().encode())


def _write_once(path: Path, text: str) -> None:
    """Write the file in one step; of two processes that do it at once, the first one's stays."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
