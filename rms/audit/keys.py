"""The keys that sign seals: the private one from the surroundings or made once, the public ones of all times kept.

Whoever has the private key can make seals that look right, so in production it comes from outside (RMS_AUDIT_KEY) and
the machine that verifies needs the public keys only.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rms.audit.chain import read_signing_key
from rms.errors import Unavailable
from rms.settings import Secret

FOLDER = "audit"
PRIVATE = "signing.key"


def signing_key(home: Path, *, given: Secret | None) -> Ed25519PrivateKey:
    """The key to sign with: the one given, else the one in `home`, made (0600) when there is none.

    Its public half is noted in `home`, so that seals stay verifiable after the key was changed. Raises Unavailable in
    words when `home` cannot be used.
    """
    folder = home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = read_signing_key(given.reveal()) if given is not None else _kept_key(folder / PRIVATE)
        public = key.public_key().public_bytes_raw().hex()
        if not (noted := folder / f"{public[:16]}.pub").exists():
            _write_once(noted, public)
    except OSError as error:
        raise Unavailable(f"The keys of the audit in {folder} cannot be used ({error.strerror}).") from error
    except ValueError as error:
        raise Unavailable(f"The key of the audit in {folder} is damaged; put it back from a backup.") from error
    return key


def public_keys(home: Path) -> Sequence[Ed25519PublicKey]:
    """Every key that ever signed here. Raises Unavailable when one cannot be read."""
    folder = home / FOLDER
    try:
        texts = [path.read_text(encoding="ascii") for path in sorted(folder.glob("*.pub"))]
        return [Ed25519PublicKey.from_public_bytes(bytes.fromhex(text)) for text in texts]
    except (OSError, ValueError) as error:
        raise Unavailable(f"A public key of the audit in {folder} cannot be read.") from error


def heads_file(home: Path) -> Path:
    """Where the heads of seals are noted when nobody says otherwise: outside the database, though on this machine."""
    return home / FOLDER / "heads"


def _kept_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        _write_once(path, Ed25519PrivateKey.generate().private_bytes_raw().hex())
    return read_signing_key(path.read_text(encoding="ascii"))


def _write_once(path: Path, text: str) -> None:
    """Write a 0600 file in one step; when two processes do it at once the first one's stays."""
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
