"""`docs/reference/cli.md` as it can be compared: what each command's section says of words, arguments and JSON."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "cli.md"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its places (what is typed without an option), its options, and the keys of its object.

    `keys` is None where the command knows no `--json`, and empty where the object is somebody else's format.
    """

    places: tuple[str, ...]
    options: frozenset[str]
    keys: frozenset[str] | None


def sections() -> dict[str, Section]:
    """Every section by the words of its command."""
    parts = re.split(r"^### `rms ([^`]+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = list(zip(parts[1::2], parts[2::2], strict=True))
    read = {_words(heading): _section(text) for heading, text in found}
    assert len(read) == len(found), "a command stands there twice"
    for heading, text in found:
        if other := re.search(r"\*JSON:\* as `rms ([^`]+)`", text):
            read[_words(heading)] = msgspec.structs.replace(read[_words(heading)], keys=read[other[1]].keys)
    return read


def _words(heading: str) -> str:
    return " ".join(word for word in heading.split() if re.fullmatch(r"[a-z][a-z0-9-]*", word))


def _section(text: str) -> Section:
    first = [cell.replace("\\|", "|") for cell in re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)]
    json = re.search(r"\*JSON:\*(.*?)(?:\*Exit:\*|^$)", text, flags=re.DOTALL | re.MULTILINE)
    return Section(
        places=tuple(cell for cell in first if not cell.startswith("--")),
        options=frozenset(cell.split()[0] for cell in first if cell.startswith("--")),
        keys=None if json is None else frozenset(_outermost(json[1])),
    )


def _outermost(text: str) -> Iterator[str]:
    """The names in backticks that stand in no bracket."""
    depth = 0
    for piece in re.findall(r"`[^`]*`|[\[\]{}()]", text):
        if piece in "[{(":
            depth += 1
        elif piece in "]})":
            depth -= 1
        elif depth == 0 and not piece.startswith("`-"):
            yield piece.strip("`")
