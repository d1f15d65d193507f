"""A batch of an import in words and as an object: what came in, what becomes of it, field by field."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from rms.people.names import full_name
from rms.sync.imports.model import Action, Batch, BatchState, ImportKind, Row

_WORDS: Mapping[Action, str] = {
    Action.ADD: "new",
    Action.CHANGE: "changed",
    Action.SAME: "as on file",
    Action.ASK: "for a person to decide",
    Action.FAULT: "faults",
}
ROWS_TOLD = 200


def as_object(batch: Batch) -> Mapping[str, Any]:
    """The batch for `--json`."""
    return {
        "ref": batch.ref,
        "kind": batch.kind,
        "file_name": batch.file_name,
        "sha256": batch.sha256.hex(),
        "state": batch.state,
        "staged_at": batch.staged_at,
        "staged_by": batch.staged_by,
        "settled_at": batch.settled_at,
        "settled_by": batch.settled_by,
        "read": {
            "read": batch.read.read, "used": batch.read.used, "held_back": batch.read.held_back,
            "ignored": [{"reason": reason, "count": count} for reason, count in batch.read.ignored.items()],
        },
        "counts": {str(action): number for action, number in batch.counts.items()},
        "changes_nothing": batch.changes_nothing,
        "rows": [_row_object(row) for row in batch.rows],
    }  # fmt: skip


def _row_object(row: Row) -> Mapping[str, Any]:
    return {
        "row_number": row.row_number,
        "place": row.place,
        "action": row.action,
        "name": _name(row),
        "changes": msgspec.to_builtins(row.changes),
        "reasons": row.reasons,
        "faults": [
            {"place": one.place, "row_number": one.row, "column": one.column, "sentence": one.sentence}
            for one in row.faults
        ],
    }


def as_text(batch: Batch) -> str:
    """The batch for people: counts first, then every row that adds, changes or asks something."""
    read, what = batch.read, "people" if batch.kind is ImportKind.REGISTER else "plans"
    ignored = "".join(f", {number} {why} left out" for why, number in read.ignored.items())
    told = [row for row in batch.rows if row.action is not Action.SAME]
    lines = [
        f"{batch.file_name}: {read.read} rows or entries read, {read.used} used, {read.held_back} held back{ignored}.",
        f"{what.capitalize()} and faults: "
        + ", ".join(f"{number} {_WORDS[action]}" for action, number in batch.counts.items())
        + ".",
        *(line for row in told[:ROWS_TOLD] for line in _row_lines(row)),
        *([f"And {len(told) - ROWS_TOLD} more; --json gives all."] if len(told) > ROWS_TOLD else []),
        _ending(batch),
    ]
    return "\n".join(lines)


def _row_lines(row: Row) -> Iterable[str]:
    if row.action is Action.FAULT:
        yield from (f"  fault  {fault.place}: {fault.sentence}" for fault in row.faults)
        return
    name = _name(row)
    yield f"  {row.action}  {row.place}{f' {name}' if name else ''}"
    for change in row.changes:
        yield f"      {change.field}: {change.old or 'nothing'} -> {change.new or 'nothing'}"
    yield from (f"      {reason}" for reason in row.reasons)


def _name(row: Row) -> str | None:
    told = row.person.person.name if row.person else row.plan.name if row.plan else None
    return full_name(told) if told else None


def _why_nothing(batch: Batch) -> str:
    """What is true of a batch that changes nothing; empty when it changes something."""
    if not batch.changes_nothing:
        return ""
    same, asked = batch.counts[Action.SAME], batch.counts[Action.ASK] + batch.counts[Action.FAULT]
    if not asked:
        return "It changes nothing: all of it is on file already. " if same else "It changes nothing: nobody is in it. "
    need = f"{asked} {'needs' if asked == 1 else 'need'} a person"
    return f"It changes nothing: {need}, and {f'{same} of it is' if same else 'nothing of it is'} on file already. "


def _ending(batch: Batch) -> str:
    nothing = _why_nothing(batch)
    match batch.state:
        case BatchState.DRY_RUN:
            return f"{nothing}This was a dry run: nothing was written."
        case BatchState.STAGED:
            return f"{nothing}Staged as {batch.ref}. Nothing is changed before `rms import approve {batch.ref}`."
        case BatchState.APPROVED:
            return f"{nothing}Applied as {batch.ref}, approved by {batch.settled_by}."
        case BatchState.DISCARDED:
            return f"Discarded {batch.ref}: nothing was changed."
