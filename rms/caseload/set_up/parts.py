"""What the pages of set-up share: a tag with its colour, a filter, a title. Pure."""

from typing import Final

import msgspec

from rms.caseload.worklist.frame import Option

GOOD: Final = "green"
WAITS: Final = "yellow"
WRONG: Final = "red"
NEUTRAL: Final = "grey"


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A state in a word or two; the colour says nothing that the words do not."""

    text: str
    colour: str


def options(choices: dict[str, str], *, chosen: str) -> tuple[Option, ...]:
    """Choices of a drop-down or of radios."""
    return tuple(Option(code=code, text=text, chosen=code == chosen) for code, text in choices.items())
