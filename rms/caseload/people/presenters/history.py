"""The history of a person as strings: when, what, who, why."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.identity import IdentityBar
from rms.caseload.people.store import Happened
from rms.caseload.people.words import ALERT_MOVES, CONTACTS, DECISIONS, VERBS, by_whom, step_words
from rms.caseload.words import day, in_words, moment

#: What a step was done by, where no words were given.
_CAME = {"result": "A result came", "response": "Answers came"}
_ABOUT = {"result": "a result", "response": "answers", "alert": "an alert"}


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    at: str
    what: str
    who: str
    why: str


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/history.html`. `newer` and `older` are addresses; `shown` says which lines these are."""

    bar: IdentityBar
    lines: tuple[HistoryLine, ...]
    shown: str
    newer: str | None
    older: str | None


def present_history(lines: Sequence[Happened]) -> tuple[HistoryLine, ...]:
    """In the order given."""
    return tuple(map(_line, lines))


def history_page(
    bar: IdentityBar, lines: Sequence[Happened], *, ref: UUID, page: int, size: int, total: int
) -> HistoryPage:
    """One page of it."""
    first = (page - 1) * size + 1
    here = f"/people/{ref}/history"
    return HistoryPage(
        bar=bar, lines=present_history(lines),
        shown=f"{first} to {first + len(lines) - 1} of {total}, newest first" if lines else "Nothing has happened yet.",
        newer=f"{here}?page={page - 1}" if page > 1 else None,
        older=f"{here}?page={page + 1}" if page * size < total else None,
    )  # fmt: skip


def pages_in(total: int, *, size: int) -> int:
    """How many pages so many lines take; one at least."""
    return max(1, -(-total // size))


def _line(one: Happened) -> HistoryLine:
    what, why = _TOLD[one.origin](one)
    return HistoryLine(at=moment(one.at), what=what, who=by_whom(one.by_name), why=why)


def _audit(one: Happened) -> tuple[str, str]:
    words = VERBS.get(one.what) or in_words(one.what)
    kind = CONTACTS.get(one.detail or "")
    return (f"{words}: {kind.lower()}" if kind else words), one.reason or ""


def _alert(one: Happened) -> tuple[str, str]:
    words = ALERT_MOVES.get(one.what) or in_words(one.what)
    if one.what == "raise":
        return words, one.about or ""
    reason = one.reason or ""
    if one.what == "close":  # what is kept as its reason is the code of the outcome
        reason = in_words(reason)
    return f"{words}: {one.about}" if one.about and one.about != reason else words, reason


def _decision(one: Happened) -> tuple[str, str]:
    words = DECISIONS.get(one.what) or in_words(one.what)
    if one.what == "undone":
        about = DECISIONS.get(one.about or "", one.about or "")
        return f"Decision undone: {about.lower()}", ""
    until = f" until {day(date.fromisoformat(one.detail))}" if one.detail else ""
    return f"Decided about {_ABOUT.get(one.about or '', one.about or '')}: {words.lower()}{until}", one.reason or ""


def _step(one: Happened) -> tuple[str, str]:
    due = f", due {day(date.fromisoformat(one.detail))}" if one.detail else ""
    detail = "" if one.what in ("stage", "taken back") else _CAME.get(one.reason or "", one.reason or "")
    return f"{one.about}{due}: {step_words(one.what, detail=one.reason).lower()}", detail


_TOLD: Final[Mapping[str, Callable[[Happened], tuple[str, str]]]] = {
    "audit": _audit,
    "alert": _alert,
    "decision": _decision,
    "step": _step,
}
