"""The values of plans: a person's dates, the changes made for one person, and what a step comes to on the calendar."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from rms.dates import DateWindow
from rms.messages.model import Channel
from rms.plans.protocol.language import StepKind

FIRST_ADDED = 1001  # numbers below belong to the protocol's own calendar


class _Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all changes for one person share: strict, and named by their kind, so that they can be stored as they are."""


class Skip(_Change, frozen=True, kw_only=True, tag="skip"):
    """Leave one occurrence out."""

    step: str
    number: int


class Add(_Change, frozen=True, kw_only=True, tag="add"):
    """Ask for one more; `number` is `FIRST_ADDED` or above and used once."""

    step: str
    number: Annotated[int, msgspec.Meta(ge=FIRST_ADDED)]
    due_on: date


class Move(_Change, frozen=True, kw_only=True, tag="move"):
    """Give one occurrence another due date; those after it stay where they are."""

    step: str
    number: int
    due_on: date


class Interval(_Change, frozen=True, kw_only=True, tag="interval"):
    """From one occurrence on, another interval, counted from the month of the one before it, to the protocol's end."""

    step: str
    from_number: Annotated[int, msgspec.Meta(ge=1)]
    every_months: Annotated[int, msgspec.Meta(ge=1, le=60)]


class WindowChange(_Change, frozen=True, kw_only=True, tag="window"):
    """Another tolerance for a step."""

    step: str
    early_days: Annotated[int, msgspec.Meta(ge=0, le=366)]
    late_days: Annotated[int, msgspec.Meta(ge=0, le=366)]


class LimitChange(_Change, frozen=True, kw_only=True, tag="limit"):
    """Another limit of a rule; `unit` is said aloud so that it can be checked against the rule's."""

    rule: str
    value: Decimal
    unit: str | None


class ChannelChange(_Change, frozen=True, kw_only=True, tag="channel"):
    """Another way to reach the person for a step, or for all of them (`step` None)."""

    step: str | None
    channel: Channel


class Stop(_Change, frozen=True, kw_only=True, tag="stop"):
    """No occurrence of a step from a day on."""

    step: str
    from_on: date


class MidCourse(_Change, frozen=True, kw_only=True, tag="mid_course"):
    """Where a person stood who was followed before this system: the last one done, the next one due, either or both."""

    step: str
    last_done_on: date | None = None
    next_due_on: date | None = None


Change = Skip | Add | Move | Interval | WindowChange | LimitChange | ChannelChange | Stop | MidCourse


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """One change for one person: what, why, who, when, and the day somebody looks at it again."""

    change: Change
    reason: str
    author: str
    made_on: date
    review_on: date

    @property
    def because(self) -> str:
        """By Nurse Smith: on holiday"""
        return f"by {self.author}: {self.reason}"


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence that a result or an answer closed."""

    step: str
    number: int
    done_on: date


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A person's own dates. For a partial birth date give its latest day, so that nothing stops too early.

    `started_on` is the day the plan began here: what had closed before it is not asked for. `version_since` is the day it
    moved to its version of the protocol, if it did: what that version would have asked for earlier is not made up for.
    """

    anchors: Mapping[str, date]
    started_on: date
    born_on: date | None = None
    done: tuple[Done, ...] = ()
    version_since: date | None = None


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One dated instance of a step. `reason` says why it is due then; `skipped_because` why it is left out."""

    step: str
    number: int
    kind: StepKind
    title: str
    due_on: date
    earliest_on: date
    latest_on: date
    reason: str
    skipped_because: str | None = None

    @property
    def window(self) -> DateWindow:
        """The days on which it counts as done in time."""
        return DateWindow.through(self.earliest_on, last_on=self.latest_on)


class CalendarEntry(msgspec.Struct, frozen=True, kw_only=True):
    """On `act_on` (or at the first sweep after it) an occurrence reaches a stage."""

    act_on: date
    stage: str


class Standing(StrEnum):
    """Where an occurrence stands on a day."""

    AHEAD = "ahead"
    OPEN = "open"
    LATE = "late"
    MISSED = "missed"
    DONE = "done"
    SKIPPED = "skipped"


class StandingToday(msgspec.Struct, frozen=True, kw_only=True):
    """A standing with its reason, and the first day on which time alone changes it (None: only facts do)."""

    standing: Standing
    reason: str
    changes_on: date | None
