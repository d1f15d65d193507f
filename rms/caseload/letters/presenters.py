"""The print queue as strings."""

from collections.abc import Sequence

import msgspec

from rms.caseload.letters.store import WaitingLetter
from rms.caseload.words import in_words, moment
from rms.caseload.worklist.people import person_in_line


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One letter: `file` is the PDF, `printed` the address that takes it off the queue; of a held one `held` says why."""

    person: str
    purpose: str
    to: str
    made: str
    file: str
    printed: str
    held: str


class LettersPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/letters.html`. `may_mark` shows the buttons."""

    letters: tuple[LetterLine, ...]
    may_mark: bool


def present_letters(letters: Sequence[WaitingLetter], *, may_mark: bool) -> LettersPage:
    """The queue, the oldest first."""
    return LettersPage(letters=tuple(_line(one) for one in letters), may_mark=may_mark)


def _line(letter: WaitingLetter) -> LetterLine:
    return LetterLine(
        person=person_in_line(letter.family_name, given_names=letter.given_names),
        purpose=in_words(letter.purpose),
        to=in_words(letter.recipient),
        made=moment(letter.made_at),
        file=f"/letters/{letter.ref}/pdf",
        printed=f"/letters/{letter.ref}/printed",
        held=letter.held_because or "",
    )
