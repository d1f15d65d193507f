"""The print queue as strings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import msgspec

from rms.caseload.letters.store import OneOfSeveral, WaitingLetter
from rms.caseload.message_words import title_words
from rms.caseload.people.words import RECIPIENTS
from rms.caseload.words import in_words, moment
from rms.caseload.worklist.ages import age, counted
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.frame import ListFrame, list_frame
from rms.caseload.worklist.people import known_by, person_in_line
from rms.caseload.worklist.surroundings import Surroundings
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors

PATH: Final = "/letters"


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One letter: `who` tells two people of one name apart, `file` is the PDF, `printed` the address that takes it off the
    queue; of a held one `held` says why.
    """

    person: str
    who: str
    purpose: str
    to: str
    made: str
    age: str
    file: str
    printed: str
    held: str


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """All letters of the page that may be printed: the file with them, and what the form about them sends."""

    count: str
    file: str
    refs: tuple[str, ...]


class LettersPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/letters.html`. `may_mark` shows the buttons. `stopped`: what must come out of a pile just printed."""

    list: ListFrame
    letters: tuple[LetterLine, ...]
    may_mark: bool
    together: Together | None
    said: str
    stopped: tuple[str, ...]
    errors: FieldErrors


def present_letters(
    letters: Sequence[WaitingLetter], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime,
    stopped: Sequence[OneOfSeveral] = (), printed: str = "", errors: FieldErrors = NO_ERRORS,
) -> LettersPage:  # fmt: skip
    """One page of the queue, the oldest first."""
    return LettersPage(
        list=list_frame(
            PATH, asked, around=around, kinds={}, thing="letter", me=asks.staff_id,
            total=letters[0].total if letters else 0, on_page=len(letters), order="The oldest first.",
            empty=("No letter waits to be printed.",
                   "What is written for people and their GP practices appears here by itself."),
        ),
        letters=tuple(_line(one, now=now) for one in letters),
        may_mark=asks.may(Permission.MESSAGE_SEND), together=_together(letters), said=_said(printed),
        stopped=tuple(f"{person_in_line(one.family_name, given_names=one.given_names)}, "
                      f"{known_by(one.born_text, nhs_number=one.nhs_number)}: {one.held_because}"
                      for one in stopped if not one.may_print),
        errors=errors,
    )  # fmt: skip


def _together(letters: Sequence[WaitingLetter]) -> Together | None:
    refs = tuple(str(one.ref) for one in letters if one.held_because is None)
    if len(refs) < 2:
        return None
    return Together(count=counted(len(refs), "letter"), refs=refs,
                    file=f"{PATH}/together?{urlencode([('ref', ref) for ref in refs])}")  # fmt: skip


def _said(printed: str) -> str:
    if not printed.isdecimal() or len(printed) > 3:
        return ""
    number = int(printed)
    return f"{counted(number, 'letter')} {'is' if number == 1 else 'are'} recorded as printed."


def _line(letter: WaitingLetter, *, now: datetime) -> LetterLine:
    return LetterLine(
        person=person_in_line(letter.family_name, given_names=letter.given_names),
        who=known_by(letter.born_text, nhs_number=letter.nhs_number),
        purpose=title_words(letter.purpose, facts=letter.facts),
        to=RECIPIENTS.get(letter.recipient) or in_words(letter.recipient),
        made=moment(letter.made_at),
        age=age(letter.made_at, now=now),
        file=f"/letters/{letter.ref}/pdf",
        printed=f"/letters/{letter.ref}/printed",
        held=letter.held_because or "",
    )
