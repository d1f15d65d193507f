"""The style sheets, scripts and images of the pages: copied once from npm's packages, named by their content.

Run as `python -m rms.web.assets` by `run.py` after `npm ci`; asked by templates through `asset()`. Knows no page.
The folder `static/` is served at `/assets`: names in the manifest never change their content and may be cached for
ever, the images under `/assets/images` keep their plain names, because the style sheet asks for them so.
"""

import functools
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from rms.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
MANIFEST = "manifest.json"
PREFIX = "/assets"

_NHSUK = "nhsuk-frontend/dist/nhsuk"
_OWN = "rms/web/front"  # our own style sheets and scripts, when there are any


def asset(name: str) -> str:
    """`nhsuk.css` to `/assets/nhsuk-<hash>.css`. KeyError for a name that is not in the manifest."""
    return f"{PREFIX}/{read_manifest(STATIC)[name]}"


@functools.cache
def read_manifest(static: Path) -> dict[str, str]:
    """Plain name to hash-named file, read once a process. Raises Unavailable when nothing was built."""
    try:
        return dict(json.loads((static / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise Unavailable("The pages' style sheets are not built yet: run `python3 run.py setup`.") from None


def build(*, node_modules: Path, own: Path, static: Path) -> dict[str, str]:
    """Fill `static` anew and return its manifest. The old folder stays until the new one is complete."""
    part = static.with_name(f"{static.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(node_modules / _NHSUK / "assets" / "images", part / "images")
    manifest = {name: _write(part, name=name, content=content) for name, content in _sources(node_modules, own=own)}
    (part / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(static, ignore_errors=True)
    part.rename(static)
    return manifest


def without_outside_fonts(css: str) -> str:
    """The style sheet without fonts from elsewhere: our pages ask nobody outside; Arial is its next choice."""
    return re.sub(r"@font-face\s*\{[^}]*\}|/\*# sourceMappingURL=[^*]*\*/", "", css)


def _sources(node_modules: Path, *, own: Path) -> Iterator[tuple[str, bytes]]:
    nhsuk = node_modules / _NHSUK
    yield "nhsuk.css", without_outside_fonts(_only(nhsuk, "nhsuk-frontend-[0-9]*.min.css").read_text("utf-8")).encode()
    yield "nhsuk.js", _only(nhsuk, "nhsuk-frontend-[0-9]*.min.js").read_bytes()
    yield "htmx.js", (node_modules / "htmx.org" / "dist" / "htmx.min.js").read_bytes()
    for path in sorted(own.glob("*.*")):
        yield path.name, path.read_bytes()


def _only(folder: Path, pattern: str) -> Path:
    [found] = folder.glob(pattern)
    return found


def _write(folder: Path, *, name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    named = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    (folder / named).write_bytes(content)
    return named


if __name__ == "__main__":
    print(len(build(node_modules=ROOT / "node_modules", own=ROOT / _OWN, static=STATIC)), "files")
    sys.exit(0)
