"""Every check, in turn: lint, format, types, contracts, tests, browser tests. Called by `python3 run.py test`.

    checks.py [--faults] [words for pytest ...]

It runs in .venv after the set-up and uses the standard library only. A part that fails does not stop the next one.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POSTGRES_15 = Path("/usr/lib/postgresql/15/bin/postgres")  # never installed for the checks: they stay quick
IN_CI = os.environ.get("CI") == "true"


def main(words: list[str]) -> int:
    """Run all parts, then say in one line how they went; 1 when one failed."""
    began = time.monotonic()
    environment = test_environment()
    browser = "RMS_CHROMIUM" in environment
    parts = checks([word for word in words if word != "--faults"], faults="--faults" in words, browser=browser)
    failed = [] if browser or not IN_CI else ["browser tests (no Chromium)"]
    for name, command in parts.items():
        print(f"--- {name}", flush=True)
        if run(command, environment=environment) != 0:
            failed.append(name)
    if not browser:
        print("Left out: browser tests, because no Chromium was found (on Debian: `apt install chromium`).")
    if not POSTGRES_15.is_file():
        print(
            "Left out: the schema on PostgreSQL 15, because it is not there (on Debian 12: `apt install postgresql-15`)."
        )
    print(f"Failed: {', '.join(failed)}." if failed else f"All passed: {', '.join(parts)}.", end=" ")
    print(f"({time.monotonic() - began:.0f} s)")
    return 1 if failed else 0


def checks(words: list[str], *, faults: bool, browser: bool) -> dict[str, list[str]]:
    """Name to command, in the order they are run. Browser tests bring their own loop, hence a process of their own.

    The words narrow the tests; the browser's are few and always run as a whole. The tests share out the cores by file,
    because a file's tests share what they set up; the long ones measure what a kill leaves behind and want a quiet machine.
    """
    quick = "" if faults else " and not faults"
    python = [sys.executable, "-m"]
    abreast = [] if faults else ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "loadfile"]
    parts = {
        "lint": [*python, "ruff", "check"],
        "format": [*python, "ruff", "format", "--check"],
        "types": [*python, "mypy"],
        "contracts": [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        "tests": [*python, "pytest", "--ignore=tests/browser", "-m", f"not browser{quick}", *abreast, *words],
    }
    return parts | (
        {"browser tests": [*python, "pytest", "-m", "browser", *abreast, "tests/browser"]} if browser else {}
    )


def test_environment() -> dict[str, str]:
    """What the tests see: the test material when it lies beside us, and a Chromium, installed when CI has none."""
    environment = dict(os.environ)
    material = ROOT.parent / "shared" / "data"
    if material.is_dir():
        environment.setdefault("RMS_TEST_DATA", str(material))
    if IN_CI and find_chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        quiet = environment | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            run(["apt-get", *words], environment=quiet, output=subprocess.DEVNULL)
    chromium = environment.get("RMS_CHROMIUM") or find_chromium()
    return environment | ({"RMS_CHROMIUM": chromium} if chromium else {})


def find_chromium() -> str | None:
    """A Chromium on the PATH, else one that Playwright has fetched."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    fetched = sorted(Path("~/.cache/ms-playwright").expanduser().glob("chromium-*/chrome-linux*/chrome"))
    return str(fetched[-1]) if fetched else None


def run(command: list[str], *, environment: dict[str, str], output: int | None = None) -> int:
    """Run one program to its end; it ends with us even when we are killed."""
    tie = (lambda: ctypes.CDLL(None).prctl(1, int(signal.SIGTERM))) if sys.platform == "linux" else None
    program = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, preexec_fn=tie
    )
    try:
        return program.wait()
    except KeyboardInterrupt:  # the terminal told it too: let it clean up
        program.wait()
        raise


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
