"""What must never stand in a log: everything that tells who somebody is, and every secret; and a search for it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import msgspec

_TOO_COMMON = 4  # letters: "Ann" is in "announced"; such a name is planted with its neighbour


class Canary(msgspec.Struct, frozen=True):
    """One planted text, and what it is, so that a report of a leak does not leak again."""

    what: str
    text: str


class Leak(msgspec.Struct, frozen=True):
    """Where a planted text was found."""

    what: str
    file: str
    line: int


def of_day(what: str, day: date) -> list[Canary]:
    """A day as people and systems write it."""
    shapes = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d %B %Y")
    return [Canary(what, day.strftime(shape)) for shape in shapes] + [Canary(what, f"{day:%B} {day.day}, {day.year}")]


def of_number(what: str, number: str) -> list[Canary]:
    """An NHS or telephone number whole and in groups."""
    plain = re.sub(r"[^0-9]", "", number)
    short = plain.removeprefix("44")
    return [
        *(Canary(what, text) for text in {plain, short, number}),
        Canary(what, f"{plain[:3]} {plain[3:6]} {plain[6:]}"),
        Canary(what, f"{short[:4]} {short[4:]}"),
    ]


def of_words(what: str, *words: str) -> list[Canary]:
    """Names, addresses, secrets as they are."""
    return [Canary(what, word) for word in words if len(word) > _TOO_COMMON]


def leaks(canaries: Iterable[Canary], files: Mapping[str, bytes]) -> list[Leak]:
    """Every place in the files where a planted text stands, in any case."""
    wanted = list({canary.text.casefold(): canary for canary in canaries if canary.text}.items())
    found: list[Leak] = []
    for name, content in files.items():
        text = content.decode("utf-8", errors="replace").casefold()
        for needle, canary in wanted:
            at = text.find(needle)
            if at >= 0:
                found.append(Leak(canary.what, name, text.count("\n", 0, at) + 1))
    return found


def logs_under(*folders: Path) -> dict[str, bytes]:
    """Every log below some folders, by its path."""
    return {
        str(path): path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.log*")) if path.is_file()
    }
