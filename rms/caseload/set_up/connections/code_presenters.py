"""The codes of a sender as strings: which wait for an answer and who gives it, and what was said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.set_up.connections.forms import OWN
from rms.caseload.set_up.connections.presenters import PATH, sentence
from rms.caseload.set_up.connections.store import CodeWaiting, FeedFigures
from rms.caseload.worklist.ages import counted, when
from rms.sync.codes import IN_WORDS, CodeLine
from rms.web.forms import NO_ERRORS, FieldErrors

_NOBODY: Final = "Nobody in this team may answer yet. Give a nurse specialist, consultant or team lead this team."


class WaitingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A code that nobody has answered for, as one team is asked about it. `who`: the people who may."""

    code: str
    waiting: str
    since: str
    team: str
    who: str


class CodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a sender and what was said of it. `line` is set when it can be taken back."""

    code: str
    words: str
    means: str
    counts_for: str
    said: str
    line: str


class CodesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/peer_codes.html`."""

    heading: str
    waiting: tuple[WaitingRow, ...]
    rows: tuple[CodeRow, ...]
    action: str
    said: str
    errors: FieldErrors


def present_codes(
    one: FeedFigures, lines: Sequence[CodeLine], waiting: Sequence[CodeWaiting], *, done: str, now: datetime,
    errors: FieldErrors = NO_ERRORS,
) -> CodesPage:  # fmt: skip
    """What waits for an answer, then what was said, what is not ours first."""
    return CodesPage(
        heading=f"Codes of {one.name}", action=f"{PATH}/{one.id}/codes", errors=errors,
        waiting=tuple(
            WaitingRow(code=asked.code, waiting=counted(asked.waiting, "message"), since=sentence(when(asked.since, now=now)),
                       team=asked.team, who=", ".join(asked.who) or _NOBODY)
            for asked in waiting
        ),
        rows=tuple(_row(one, line, now=now) for line in lines),
        said="Taken back. The next message with this code comes to a person again." if done == "taken-back" else "",
    )  # fmt: skip


def _row(one: FeedFigures, line: CodeLine, *, now: datetime) -> CodeRow:
    may = line.may_take_back and (line.own or not one.shared)
    return CodeRow(
        code=line.code, words=line.words or "", means=sentence(IN_WORDS.get(line.analyte, line.analyte)),
        counts_for="This trust" if line.own or not one.shared else "Every trust that it sends for",
        said=f"{line.made_by}, {when(line.made_at, now=now)}", line=f"{OWN if line.own else ''}{line.id}" if may else "",
    )  # fmt: skip
