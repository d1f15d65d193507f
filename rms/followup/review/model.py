"""The values of a review: what decides where a result is looked at, and what a nurse is shown of it. Pure.

A shown row keeps every value that stood on the screen, so that afterwards nobody has to guess what was seen. Its
fingerprint covers the facts as well: whatever changes, also what is not on the screen, makes the row stale.
"""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from rms.alerts.model import FindingOutcome
from rms.results.model import ObservationStatus

#: How many are looked at together.
TEN = 10
#: The least time a nurse needs for a row, in seconds; the server measures it.
SECONDS_A_ROW = 1


class RuleStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule of the plan says now. CLEAR with an empty sentence: it has not been asked anything yet."""

    rule: str
    outcome: FindingOutcome
    sentence: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How the person would be told. `how` is empty when they cannot be written to; then `why_not` says why."""

    how: str = ""
    why_not: str = ""


class EntryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a result may be confirmed together with others.

    Sentences and tuples are empty, and instants None, when there is nothing of the kind. `rules` are all rules of the
    plan; `watched`: at least one of them looks at this analyte. `spoke_when_filed` is what a rule said of this very
    version. `final_versions` counts the versions that were final. `reviewed_at`: when a result of this plan was last
    looked at. `dropped` says why it was put aside before. `comment` is what the laboratory
    flagged or wrote beside it.
    """

    result: int
    version: int
    review_state: str
    status: ObservationStatus
    final_versions: int
    is_number: bool
    unit: str | None
    unit_expected: str | None
    plan_state: str | None
    death_recorded: bool
    rules: tuple[RuleStanding, ...]
    watched: bool
    spoke_when_filed: str
    matched: bool
    typed_unchecked: bool
    doubts_about_person: tuple[str, ...]
    closed_step: bool
    earlier_on_plan: int
    newer_on_file: bool
    method: str
    method_before: str
    comment: str
    comment_before: str
    open_alerts: tuple[str, ...]
    questionnaires_unanswered: tuple[str, ...]
    questionnaires_changed: tuple[str, ...]
    unmatched_messages: int
    told: Told
    reviewed_at: datetime | None
    limit_changed_at: datetime | None
    treated_at: datetime | None
    others_waiting: int
    parts_missing: int
    dropped: str


class AnswerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What makes answers stale on the screen of somebody who looks at them. `last_answer` is the newest answer's id."""

    assignment: int
    review_state: str
    last_answer: int
    open_alerts: tuple[str, ...]


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One result in a row of results: as it reads, and as a chart draws it."""

    value: str
    sampled_on: date
    number: Decimal
    comparator: str = ""


class LimitShown(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's number in words, and whether it was set for this person."""

    rule: str
    words: str
    personal: bool


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the screen about one result. `protocol` names key and version.

    `trend` are the numbers of the small chart, the latest first, this one among them when it is a number; `line` is the
    limit drawn across it.
    """

    subject_ref: UUID
    person_ref: UUID
    name: str
    born_text: str
    nhs_number: str | None
    test: str
    value: str
    sampled_on: date
    trend: tuple[Past, ...]
    line: Decimal | None
    limits: tuple[LimitShown, ...]
    questionnaires: str
    next_test: str
    next_due_on: date | None
    told: str
    protocol: str

    @property
    def past(self) -> tuple[Past, ...]:
        """The last three before this one, the latest first."""
        return tuple(one for one in self.trend if one.sampled_on != self.sampled_on)[:3]


class Subject(NamedTuple):
    """What is looked at: a result, or the answers to a questionnaire (`response`)."""

    kind: Literal["result", "response"]
    id: int


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that waits: the facts that decide, and what is shown."""

    patient_id: int
    plan_id: int | None
    team_id: int
    facts: EntryFacts | AnswerFacts
    shown: Shown

    @property
    def subject(self) -> Subject:
        """What it is."""
        if isinstance(self.facts, EntryFacts):
            return Subject("result", self.facts.result)
        return Subject("response", self.facts.assignment)

    @property
    def waits(self) -> bool:
        """Whether somebody still has to look."""
        return self.facts.review_state in ("to_review", "set_aside")

    @property
    def fingerprint(self) -> bytes:
        """32 bytes that differ as soon as a fact or a shown value does."""
        return hashlib.sha256(msgspec.json.encode((self.facts, self.shown), order="deterministic")).digest()


class Place(StrEnum):
    """Where something is looked at."""

    IN_RANGE = "in_range"
    ONE_BY_ONE = "one_by_one"


class RowOutcome(StrEnum):
    """What became of a row that was shown."""

    DECIDED = "decided"
    LEFT_OUT = "left_out"
    STALE = "stale"
