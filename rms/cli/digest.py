"""What of this release is kept in a database, as one digest: migrations, protocols and questionnaires."""

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
KEPT = ("*/piccolo_migrations/*.py", "plans/protocols/*/*.json", "questionnaires/instruments/*.json")


def release_digest(package: Path = PACKAGE) -> str:
    """The digest over every file whose content ends in a database; another file or another content gives another."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in KEPT for path in package.glob(pattern)):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
