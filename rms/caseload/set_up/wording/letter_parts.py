"""The parts of a letter as strings: a box for each, words under their labels, and how long the letter comes out."""

import msgspec

from rms.caseload.set_up.wording.forms import block_field
from rms.caseload.worklist.ages import counted
from rms.messages.catalogue import Template
from rms.messages.letter_proof import letter_samples
from rms.messages.letter_words import blocks_of, names_in
from rms.messages.model import Channel
from rms.messages.own_proof import Sender


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One letter of the preview: `file` is the PDF of saved words, `number` asks for that of the words in the form."""

    who: str
    count: str
    file: str
    number: str


class BlockBox(msgspec.Struct, frozen=True, kw_only=True):
    """The box for one part of a letter."""

    field: str
    label: str
    hint: str
    rows: int


def reading(body: str, standard: Template) -> str:
    """Words for somebody to read: each part of a letter under its label."""
    if standard.channel is not Channel.LETTER:
        return body
    labels = {block.name: block.label for block in blocks_of(standard.body)}
    return "\n\n".join(f"{labels.get(one.name, one.name)}:\n{one.text}" for one in blocks_of(body))


def boxes(standard: Template) -> tuple[BlockBox, ...]:
    """A box for each part, with the places it cannot do without."""
    return tuple(
        BlockBox(
            field=block_field(block.name), label=block.label, rows=2 + len(block.text) // 90,
            hint=f"Needed: {', '.join(f'{{{{ {name} }}}}' for name in names)}." if (names := names_in(block.text)) else "",
        )
        for block in blocks_of(standard.body)
    )  # fmt: skip


def letter_lines(shown: Template, sender: Sender, *, action: str) -> tuple[LetterLine, ...]:
    """`shown` of version 0 with own words is what stands in the form, which no address can give."""
    typed = shown.own and not shown.version
    return tuple(
        LetterLine(
            who=one.who, count=one.fault or f"{counted(one.pages, 'page')}", number=str(number) if typed else "",
            file="" if typed else f"{action}/pdf?version={shown.version if shown.own else 0}&name={number}",
        )
        for number, one in enumerate(letter_samples(shown, sender=sender))
    )  # fmt: skip
