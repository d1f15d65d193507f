"""This machine: the home, its disk, and the ports that we listen on. Knows no database and no system outside."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from rms.settings import Settings
from rms.sync.finding import Finding, fine, wrong

#: Below this a busy database can fill a disk within a night.
LEAST_FREE_BYTES = 1_000_000_000
_KNOCK_SECONDS = 2.0


def look_at_machine(settings: Settings) -> Iterator[Finding]:
    """The home, its disk, the port of the web and the port of the listener."""
    yield _home(settings.home)
    yield _disk(settings.home)
    yield _port("web port", "127.0.0.1", settings.web_port, setting="RMS_WEB_PORT", program="rms web")
    yield _port("MLLP port", settings.mllp_host, settings.mllp_port, setting="RMS_MLLP_PORT", program="rms listen")


def _home(home: Path) -> Finding:
    there = _nearest(home)
    if not there.is_dir():
        return wrong("home", f"{there} is not a directory: set RMS_HOME.")
    if not os.access(there, os.W_OK | os.X_OK):
        return wrong("home", f"RMS may not write to {there}: run as the user it belongs to, or set RMS_HOME.")
    return fine("home", f"{home}{'' if there == home else ' will be made when it is needed'}.")


def _disk(home: Path) -> Finding:
    """Free bytes where the home lies or will lie."""
    free = shutil.disk_usage(_nearest(home)).free
    said = f"{free / 1e9:.1f} GB are free on the disk of {home}."
    return fine("disk", said) if free >= LEAST_FREE_BYTES else wrong("disk", f"{said} Make room.")


def _nearest(path: Path) -> Path:
    """The path itself, or what stands nearest above it."""
    return next(each for each in (path, *path.parents) if each.exists())


def _port(what: str, host: str, port: int, *, setting: str, program: str) -> Finding:
    """Somebody answers, or we could: anything else is wrong."""
    try:
        with socket.create_connection((host, port), timeout=_KNOCK_SECONDS):
            return fine(what, f"somebody answers at {host}:{port}.")
    except OSError as closed:
        reason = closed.strerror or "no answer"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = f"nobody answers at {host}:{port} ({reason}), and it cannot be listened on ({error.strerror})"
            return wrong(what, f"{said}: set {setting}.")
    return fine(what, f"{host}:{port} is free; `{program}` does not run here.")
