"""Write the lock files anew from pyproject.toml. Called by `python3 run.py lock`; `--upgrade` takes newer releases.

`requirements.lock` holds what RMS runs with, and uv and Node for the set-up; `requirements-test.lock` the same with the
test tools. Every file has hashes, and neither names a package index or a path.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SET_UP = "uv\nnodejs-wheel\n"  # run.py installs them on their own
FIXED = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet"


def main(options: list[str]) -> int:
    """Run uv twice, so that the second file keeps the first one's versions; its exit code."""
    compile_to = [Path(sys.executable).with_name("uv"), "pip", "compile", *FIXED.split(), *options, "pyproject.toml"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as tools:
        tools.write(SET_UP)
        tools.flush()
        code = subprocess.run([*compile_to, tools.name, "-o", "requirements.lock"], cwd=ROOT).returncode
    extra = ["--extra", "test", "-c", "requirements.lock", "-o", "requirements-test.lock"]
    return code or subprocess.run([*compile_to, *extra], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
