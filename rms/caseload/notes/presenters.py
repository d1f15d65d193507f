"""Notes as strings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.notes.store import NoteOnFile, WaitingNote
from rms.caseload.words import moment
from rms.caseload.worklist.ages import age
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.frame import ListFrame, Option, colleague_words, list_frame
from rms.caseload.worklist.people import OwnerCell, PersonCell, owner_cell, person_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.clock import london_date
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/notes"


class NoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One note of a person. `read` is where one says that it is read; None when there is nothing to say."""

    words: str
    by: str
    handed_over: str
    read: str | None


class WaitingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One note that waits to be read."""

    person: PersonCell
    words: str
    by: str
    age: str
    owner: OwnerCell
    read: str


class WritingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/notes/write.html`."""

    bar: IdentityBar
    here: str
    readers: tuple[Option, ...]
    typed: Submitted
    errors: FieldErrors


class NotesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/notes/list.html`."""

    list: ListFrame
    lines: tuple[WaitingLine, ...]
    said: str


def present_notes(notes: Sequence[NoteOnFile], *, asks: Asker) -> tuple[NoteLine, ...]:
    """The notes of a person for the one who asks."""
    return tuple(
        NoteLine(
            words=one.words, by=f"{one.author}, {moment(one.written_at)}", handed_over=_handed_over(one),
            read=f"{PATH}/{one.ref}/read" if one.reader and one.read_at is None and asks.may(Permission.NOTE_WRITE) else None,
        )
        for one in notes
    )  # fmt: skip


def present_writing(
    person: PersonOnFile,
    *,
    around: Surroundings,
    asks: Asker,
    now: datetime,
    typed: Submitted,
    errors: FieldErrors = NO_ERRORS,
) -> WritingPage:
    """The page on which a note is written."""
    return WritingPage(
        bar=identity_bar(person, today=london_date(now)), here=f"/people/{person.ref}", typed=typed, errors=errors,
        readers=tuple(
            Option(code=str(one.ref), text=colleague_words(one, me=asks.staff_id), chosen=typed.one("to") == str(one.ref))
            for one in around.colleagues if one.id != asks.staff_id
        ),
    )  # fmt: skip


def present_waiting(
    lines: Sequence[WaitingNote], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime, said: str
) -> NotesPage:
    """One page of the list."""
    return NotesPage(
        list=list_frame(
            PATH, asked, around=around, kinds={}, thing="note", me=asks.staff_id, total=lines[0].total if lines else 0,
            on_page=len(lines), order="The longest waiting first.",
            empty=("No note waits to be read.", "To hand somebody over, open the person and write a note to a colleague."),
        ),
        said=said,
        lines=tuple(
            WaitingLine(
                person=person_cell(one, today=london_date(now)), words=one.words, by=one.author,
                age=age(one.written_at, now=now),
                owner=owner_cell(owner_id=one.owner_id, owner=one.owner, away_until=one.away_until,
                                 covered_by=one.covered_by, me=asks.staff_id),
                read=f"{PATH}/{one.ref}/read",
            )
            for one in lines
        ),
    )  # fmt: skip


def _handed_over(one: NoteOnFile) -> str:
    if one.reader is None:
        return ""
    if one.read_at is None:
        return f"For {one.reader}: not read yet"
    return f"For {one.reader}: read by {one.read_by}, {moment(one.read_at)}"
