"""What moving a plan to another version of its protocol comes to, as values."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from rms.plans.model import Override


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence as it stands under the version a plan is on. `id` is its row; None while it is only worked out.

    `asked` is what it asks for: kind, analyte, questionnaire. `state` is the row's, or `ahead`.
    """

    step: str
    number: int
    asked: tuple[str | None, ...]
    title: str
    state: str
    due_on: date
    earliest_on: date
    latest_on: date
    done_on: date | None = None
    id: int | None = None

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody waits for it now or will."""
        return self.state in ("open", "ahead")


class What(StrEnum):
    """What becomes of an occurrence when a plan moves."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"
    ANSWERED = "answered"
    KEPT = "kept"  # it was done, and the other version has no date for it
    PASSED = "passed"  # the other version would have asked for it before today


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence that is another one after the move, with a sentence. `before` and `after` are its due dates."""

    what: What
    step: str
    title: str
    before: date | None
    after: date | None
    sentence: str


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A change for the person that needs a look: what it changed is another, or is not there. It is kept either way."""

    override: Override
    sentence: str
    has_effect: bool


class Migration(msgspec.Struct, frozen=True, kw_only=True):
    """All of it: what changes by date, the changes for the person and what a clinician must answer for.

    `overrides` are the person's own, in their order, with the numbers of the other version. `rows` says which step and
    number each row is from then on; one that the other version has no date for gets a number below zero. `weaker`: each
    needs a clinician's tick. `faults`: with any, the plan cannot move.
    """

    lines: tuple[Line, ...]
    unchanged: int
    flags: tuple[Flag, ...]
    overrides: tuple[Override, ...]
    rows: Mapping[int, tuple[str, int]]
    weaker: tuple[str, ...]
    faults: tuple[str, ...]

    def of(self, what: What) -> tuple[Line, ...]:
        """The lines of one kind, by date."""
        return tuple(line for line in self.lines if line.what is what)
