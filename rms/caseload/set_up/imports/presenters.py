"""A file on its way in, as strings: what would become of each row, what cannot be read and where, and what became of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from rms.caseload.set_up.parts import options
from rms.caseload.words import moment
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.frame import Option
from rms.messages.compose import day_in_words
from rms.nhs_number import NhsNumber
from rms.people.access import Asker
from rms.people.names import full_name
from rms.people.permissions import Permission
from rms.sync.imports.model import Action, Batch, BatchState, ImportKind, Row
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/import"
NOTHING: Final = Submitted(pairs=())
ROWS_A_PAGE: Final = 50
KINDS: Final[Mapping[str, str]] = {
    ImportKind.REGISTER: "People as the register tells them: a CSV file or a FHIR bundle",
    ImportKind.CASELOAD: "A caseload in mid-course, with the dates of each plan: a CSV file",
}
#: In the order in which somebody should look.
_PARTS: Final[Mapping[Action, tuple[str, str]]] = {
    Action.FAULT: (
        "Cannot be read",
        "Nothing is done about these. Mend the file and send it again, or leave them out.",
    ),
    Action.ASK: (
        "Close match, to decide",
        "Nothing is done about these. They become an alert of the team, with the reason.",
    ),
    Action.ADD: ("New", "They are not here yet."),
    Action.CHANGE: ("Would change", "They are here, and the file says something else."),
    Action.SAME: ("Already here", "The file says what is here already. Nothing changes."),
}


class PartLink(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the batch with how many rows it has; `href` None: none, or the one that is shown."""

    text: str
    count: str
    href: str | None
    current: bool


class BatchLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row: where it stands in the file, who it is about, and what is said of it."""

    place: str
    column: str
    name: str
    more: str
    said: tuple[str, ...]


class WaitingLine(msgspec.Struct, frozen=True, kw_only=True):
    """One file that waits for approval."""

    href: str
    name: str
    kind: str
    when: str
    by: str
    counts: str


class ImportPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/import.html`."""

    kinds: tuple[Option, ...]
    waiting: tuple[WaitingLine, ...]
    may_approve: bool
    said: str
    errors: FieldErrors


class BatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/batch.html`: before approval the review, after it the report."""

    heading: str
    file_name: str
    state: str
    is_open: bool
    read: str
    summary: tuple[tuple[str, str], ...]
    parts: tuple[PartLink, ...]
    part: str
    part_means: str
    lines: tuple[BatchLine, ...]
    shown: str
    before: str | None
    after: str | None
    approve: str | None
    approve_words: str
    discard: str | None
    why_not: str
    errors: FieldErrors


def present_import(
    waiting: Sequence[Mapping[str, Any]],
    *,
    asks: Asker,
    done: str,
    typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> ImportPage:
    """The form and what waits."""
    return ImportPage(
        kinds=options(dict(KINDS), chosen=typed.one("kind") or ImportKind.REGISTER),
        waiting=tuple(
            WaitingLine(href=f"{PATH}/{one['ref']}", name=one["file_name"], kind=_kind(one["kind"]),
                        when=moment(one["staged_at"]),
                        by=one["staged_by"], counts=_counts({Action(a): one["counts"].get(a, 0) for a in Action}))
            for one in waiting
        ),
        may_approve=asks.may(Permission.IMPORT_APPROVE),
        said="The file is put away. Nothing was changed." if done == "discarded" else "", errors=errors,
    )  # fmt: skip


def _kind(kind: str) -> str:
    return "Register" if kind == ImportKind.REGISTER else "Caseload"


def _counts(counts: Mapping[Action, int]) -> str:
    return ", ".join(f"{counts[action]:,} {words.lower()}" for action, (words, _) in _PARTS.items() if counts[action])


def present_batch(batch: Batch, *, asks: Asker, part: str, page: int, errors: FieldErrors = NO_ERRORS) -> BatchPage:
    """One file: the part that was asked for, else the first that has rows."""
    counts = batch.counts
    filled = [action for action in _PARTS if counts[action]]
    shown = Action(part) if part in tuple(filled) else (filled[0] if filled else Action.ADD)
    rows = [row for row in batch.rows if row.action is shown]
    last = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = page if 1 <= page <= last else 1
    first = (page - 1) * ROWS_A_PAGE
    here = rows[first : first + ROWS_A_PAGE]
    path, is_open = f"{PATH}/{batch.ref}", batch.state is BatchState.STAGED
    may_approve = asks.may(Permission.IMPORT_APPROVE)
    return BatchPage(
        heading=_heading(batch), file_name=batch.file_name, state=_state(batch), is_open=is_open, read=_read(batch),
        summary=tuple((words, f"{counts[action]:,}") for action, (words, _) in _PARTS.items()),
        parts=tuple(
            PartLink(text=_PARTS[action][0], count=f"{counts[action]:,}", current=action is shown,
                     href=f"{path}?part={action}" if action is not shown else None)
            for action in filled
        ),
        part=_PARTS[shown][0], part_means=_PARTS[shown][1],
        lines=tuple(line for row in here for line in _lines(row)),
        shown=f"Showing {first + 1:,} to {first + len(here):,} of {len(rows):,}" if len(rows) > ROWS_A_PAGE else "",
        before=f"{path}?part={shown}&page={page - 1}" if page > 1 else None,
        after=f"{path}?part={shown}&page={page + 1}" if page < last else None,
        approve=f"{path}/approve" if is_open and may_approve and not batch.changes_nothing else None,
        approve_words=_approve_words(batch),
        discard=f"{path}/discard" if is_open else None, why_not=_why_not(batch, may_approve=may_approve), errors=errors,
    )  # fmt: skip


def _heading(batch: Batch) -> str:
    return {
        BatchState.STAGED: "Check what would change",
        BatchState.APPROVED: "What the import changed",
        BatchState.DISCARDED: "This import was put away",
        BatchState.DRY_RUN: "What would change",
    }[batch.state]


def _state(batch: Batch) -> str:
    sent = f"Sent by {batch.staged_by}, {moment(batch.staged_at)}."
    if batch.state is BatchState.STAGED:
        return f"{sent} Nothing has been changed yet."
    done = "Approved" if batch.state is BatchState.APPROVED else "Put away, with nothing changed,"
    return f"{sent} {done} by {batch.settled_by}, {moment(batch.settled_at)}."


def _read(batch: Batch) -> str:
    read = batch.read
    left = "".join(f", {count:,} {why} left out" for why, count in read.ignored.items())
    return f"{counted(read.read, 'row')} or entries read, {read.used:,} used, {read.held_back:,} held back{left}."


def _approve_words(batch: Batch) -> str:
    counts = batch.counts
    what = "person" if batch.kind is ImportKind.REGISTER else "plan"
    told = [f"add {counted(counts[Action.ADD], what).replace('persons', 'people')}"] if counts[Action.ADD] else []
    told += [f"change {counts[Action.CHANGE]:,}"] if counts[Action.CHANGE] else []
    return f"Approve: {' and '.join(told)}" if told else "Approve"


def _why_not(batch: Batch, *, may_approve: bool) -> str:
    if batch.state is not BatchState.STAGED:
        return ""
    if batch.changes_nothing:
        return "There is nothing to approve: everybody in it is here already or cannot be taken over."
    return "" if may_approve else "A team lead approves it. They find it on this page."


def _lines(row: Row) -> Iterator[BatchLine]:
    name, more = _who(row)
    if row.action is Action.FAULT:
        for fault in row.faults:
            place = f"Row {fault.row:,}" if fault.row is not None else fault.place
            yield BatchLine(place=place, column=fault.column or "", name=name, more=more, said=(fault.sentence,))
        return
    changes = tuple(f"{one.field.capitalize()}: {one.old or 'nothing'} → {one.new or 'nothing'}" for one in row.changes)
    yield BatchLine(place=row.place, column="", name=name, more=more, said=(*changes, *row.reasons))


def _who(row: Row) -> tuple[str, str]:
    if row.person is not None:
        them = row.person.person
        born = day_in_words(them.born_on.exact) if them.born_on.exact else str(them.born_on)
        return full_name(them.name), f"Born {born}, NHS number {_digits(them.nhs_number)}"
    if row.plan is not None:
        return full_name(
            row.plan.name
        ), f"Born {day_in_words(row.plan.born_on)}, NHS number {_digits(row.plan.nhs_number)}"
    return "", ""


def _digits(nhs_number: NhsNumber | None) -> str:
    return "None yet" if nhs_number is None else nhs_number.shown
