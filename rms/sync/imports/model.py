"""What an import is made of: the file as it was read, the rows that were decided on, the batch that waits for approval."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from rms.people.model import RegisterPerson, TumourSite
from rms.sync.caseload_csv import PlanInCourse
from rms.sync.reading import Counts, Fault
from rms.sync.staging import Change


class ImportKind(StrEnum):
    """What a file holds: people as a register tells them, or a caseload in mid-course."""

    REGISTER = "register"
    CASELOAD = "caseload"


class Action(StrEnum):
    """What becomes of one row on approval. Nothing is ever done about `ask` and `fault`: a person looks."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    ASK = "ask"
    FAULT = "fault"


APPLIED = frozenset({Action.ADD, Action.CHANGE})
FOR_A_PERSON = frozenset({Action.ASK, Action.FAULT})


class BatchState(StrEnum):
    """Where a batch stands. A dry run is stored nowhere."""

    DRY_RUN = "dry_run"
    STAGED = "staged"
    APPROVED = "approved"
    DISCARDED = "discarded"


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A file (or a folder of them) as it was read; `plans` only for a caseload, `people` only for a register."""

    kind: ImportKind
    file_name: str
    sha256: bytes
    faults: tuple[Fault, ...]
    counts: Counts
    people: tuple[RegisterPerson, ...] = ()
    plans: tuple[PlanInCourse, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One person (or plan, or fault) of a batch. `place` is where it stands in the file or the source's key for it."""

    row_number: int
    place: str
    action: Action
    patient_id: int | None = None
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    person: RegisterPerson | None = None
    plan: PlanInCourse | None = None
    site: TumourSite | None = None

    @property
    def decided(self) -> tuple[object, ...]:
        """What the one who approves agrees to; when it has changed since, the approval does not hold."""
        return self.place, self.action, self.patient_id, self.changes


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """An import with what would become, or became, of each row. `id` and `ref` are None for a dry run."""

    kind: ImportKind
    file_name: str
    sha256: bytes
    read: Counts
    rows: tuple[Row, ...]
    state: BatchState = BatchState.DRY_RUN
    id: int | None = None
    ref: UUID | None = None
    staged_at: datetime | None = None
    staged_by: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many rows of each action; they add up to the number of rows."""
        counted = Counter(row.action for row in self.rows)
        return {action: counted[action] for action in Action}

    @property
    def changes_nothing(self) -> bool:
        """Whether approval would write nothing about any person."""
        return not any(row.action in APPLIED for row in self.rows)

    @property
    def told_counts(self) -> dict[str, Any]:
        """The counts as they are stored and printed."""
        return {**msgspec.to_builtins(self.read), **{str(action): number for action, number in self.counts.items()}}
