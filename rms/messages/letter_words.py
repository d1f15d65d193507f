"""The words of a letter: blocks of plain lines with places, the standard ones and an organisation's own alike. Pure.

A block begins with its name in square brackets on a line of its own. A line is a paragraph, or a point of a list when it
begins with a hyphen; words between asterisks are bold. Where a block stands, and what stands around it whatever the words
are (dates, the telephone and its hours, limits, symptoms, the form), is said in `templates/letters`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from rms.errors import BadInput
from rms.messages.catalogue import Template
from rms.messages.lint import text_findings
from rms.messages.model import Channel, Finding

LONGEST_BLOCK: Final = 1_000
"""Characters of one block; the longest standard one has a third of that. Our default."""

_MARK: Final = re.compile(r"^\[(?P<name>[a-z_]+)\](?:[ ](?P<label>[^\n]*))?$", re.MULTILINE)
_PLACE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STRAY: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\(\(|\)\)")
#: What every letter may say; the hours only where the team has some.
_ALWAYS: Final = ("organisation_name", "signed_by", "phone", "phone_hours")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Some lines of a letter; the label says where they stand."""

    name: str
    label: str
    text: str


def blocks_of(body: str) -> tuple[Block, ...]:
    """Every block, in its order. Raises BadInput for words before the first one and for a block that comes twice."""
    marks = list(_MARK.finditer(body))
    names = [mark["name"] for mark in marks]
    if not marks or body[: marks[0].start()].strip() or len(set(names)) < len(names):
        raise BadInput("The words of a letter are blocks, each with a name of its own.")
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    return tuple(
        Block(name=mark["name"], label=mark["label"] or mark["name"], text=body[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    )


def body_of(texts: Mapping[str, str]) -> str:
    """Blocks as one body, to be stored."""
    return "\n\n".join(f"[{name}]\n{text.strip()}" for name, text in texts.items())


def names_in(text: str) -> list[str]:
    """The places that are named, each once."""
    return list(dict.fromkeys(name.strip() for name in _PLACE.findall(text)))


def places_in(standard: Template) -> tuple[list[str], list[str]]:
    """What the standard words name, which may not be missing where it stands there, and what any block may name."""
    needed = names_in(standard.body)
    return needed, list(dict.fromkeys([*needed, *_ALWAYS]))


def letter_findings(body: str, *, standard: Template) -> tuple[Finding, ...]:
    """Every fault of every block, each with the block's label; nothing when it may go to people."""
    try:
        own = {block.name: block.text for block in blocks_of(body)}
    except BadInput as fault:
        return (Finding(code="blocks", sentence=str(fault)),)
    known = blocks_of(standard.body)
    if set(own) != {block.name for block in known}:
        return (Finding(code="blocks", sentence="It does not have the same parts as the standard letter."),)
    return tuple(
        finding for block in known for finding in block_findings(own[block.name], block=block, standard=standard)
    )


def block_findings(text: str, *, block: Block, standard: Template) -> tuple[Finding, ...]:
    """Every fault of one block."""
    return tuple(
        Finding(code=code, sentence=f"{block.label}: {sentence}") for code, sentence in _faults(text, block, standard)
    )


def _faults(text: str, block: Block, standard: Template) -> Iterator[tuple[str, str]]:
    if not text.strip():
        yield "empty", "the words are missing."
        return
    if len(text) > LONGEST_BLOCK:
        yield "too_long", f"it is longer than {LONGEST_BLOCK} characters."
    named, typed = names_in(text), _PLACE.sub(" ", text)
    for name in named:
        if name not in places_in(standard)[1]:
            yield "unknown_place", f"there is no place called {name!r} in this letter."
    for name in names_in(block.text):
        if name not in named:
            yield "missing_place", f"{{{{ {name} }}}} is missing."
    for mark in dict.fromkeys(_STRAY.findall(typed)):
        yield "stray", f"{mark!r} stands alone. A place is written like {{{{ phone }}}}."
    if any(line.count("*") % 2 for line in text.splitlines()):
        yield "stray", "an asterisk stands alone. Bold words stand between two, on one line."
    if _MARK.search(text):
        yield "stray", "a line is a name in square brackets, which begins a new part of a letter."
    if any(one.code == "nhs_number" for one in text_findings(typed, channel=Channel.EMAIL)):
        yield "nhs_number", "ten digits in it look like an NHS number."


def written_out(body: str, known: Mapping[str, str | None]) -> dict[str, list[dict[str, Any]]]:
    """Each block as the lines that `say` of `templates/letters/layout.typ` sets. A value is never read as words of ours.

    Raises BadInput for a place whose value is not known.
    """
    return {block.name: [_line(line, known) for line in _lines(block.text)] for block in blocks_of(body)}


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _line(line: str, known: Mapping[str, str | None]) -> dict[str, Any]:
    point = line.startswith("- ")
    parts = line.removeprefix("- ").split("*")
    return {
        "point": point, "runs": [(_filled(part, known), n % 2 == 1) for n, part in enumerate(parts) if part],
    }  # fmt: skip


def _filled(text: str, known: Mapping[str, str | None]) -> str:
    def value(found: re.Match[str]) -> str:
        given = known.get(found[1].strip())
        if given is None:
            raise BadInput(f"The letter needs {found[1].strip()}, which is not known.")
        return given

    return _PLACE.sub(value, text)
