"""What an event says, as values: written by whoever announces it, read by whoever tells the register.

All that is told stands in the payload, so that what is sent does not change with the person's record. `written` gives
the JSON of a payload, `read` gives it back; a payload that does not fit its kind is refused.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from rms.errors import BadInput
from rms.events.model import EventKind


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Who it is about, as the register can find them. `register_ref` is the register's own key (`Patient/123`)."""

    nhs_number: str | None = None
    hospital_system: str | None = None
    hospital_number: str | None = None
    register_ref: str | None = None


class PlanTold(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, as all events about it name it. `earlier`: the refs of the events already announced about the plan.

    `ways`: how the person is followed up, our code and the words for it; an event from before this was told has none.
    """

    ref: UUID
    title: str
    started_on: date
    earlier: tuple[UUID, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What every event says: about whom, by whom (the name of the member of staff), when it was decided."""

    subject: Subject
    by: str
    decided_at: datetime


class FollowUpStarted(Payload, frozen=True, kw_only=True):
    """A nurse started a plan."""

    plan: PlanTold


class PlanHeld(Payload, frozen=True, kw_only=True):
    """A plan stands still, with the reason in a sentence (a death to confirm, a transfer)."""

    plan: PlanTold
    reason: str


class PlanRestored(Payload, frozen=True, kw_only=True):
    """A plan that stood still runs again."""

    plan: PlanTold
    reason: str


class WaysChanged(Payload, frozen=True, kw_only=True):
    """The person is followed up in other ways; `stands_still`: the plan is held, and stays so."""

    plan: PlanTold
    reason: str
    stands_still: bool = False


class FollowUpEnded(Payload, frozen=True, kw_only=True):
    """A named person ended a plan."""

    plan: PlanTold
    ended_on: date
    reason: str


class OutcomeRecorded(Payload, frozen=True, kw_only=True):
    """A nurse decided on a result, an answer or a silence. `outcome` is our code, `sentence` what was decided and why."""

    plan: PlanTold
    outcome: str
    sentence: str


class Certainty(StrEnum):
    """How sure a recurrence is."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RULED_OUT = "ruled_out"


class Recurrence(Payload, frozen=True, kw_only=True):
    """A recurrence. `episode_ref` stays the same from suspicion to confirmation; `earlier` are its earlier events."""

    episode_ref: UUID
    certainty: Certainty
    found_on: date
    diagnosis: str
    icd10: str | None = None
    how_found: str | None = None
    earlier: tuple[UUID, ...] = ()


class PromScore(Payload, frozen=True, kw_only=True):
    """A score of a questionnaire. `score` is None when it cannot be told, and `why_none` says why."""

    plan_ref: UUID
    instrument: str
    title: str
    answered_at: datetime
    score: Decimal | None = None
    why_none: str | None = None


AnyPayload = (
    FollowUpStarted | PlanHeld | PlanRestored | WaysChanged | FollowUpEnded | OutcomeRecorded | Recurrence | PromScore
)

_TYPES: Mapping[EventKind, type[AnyPayload]] = {
    EventKind.FOLLOW_UP_STARTED: FollowUpStarted,
    EventKind.PLAN_HELD: PlanHeld,
    EventKind.PLAN_RESTORED: PlanRestored,
    EventKind.WAYS_CHANGED: WaysChanged,
    EventKind.FOLLOW_UP_ENDED: FollowUpEnded,
    EventKind.OUTCOME_RECORDED: OutcomeRecorded,
    EventKind.RECURRENCE: Recurrence,
    EventKind.PROM_SCORE: PromScore,
}


def written(payload: AnyPayload) -> dict[str, Any]:
    """Give a payload as JSON values (numbers with decimals as text, so that they keep their digits)."""
    plain: dict[str, Any] = msgspec.to_builtins(payload)
    return plain


def read(kind: EventKind, payload: Mapping[str, Any]) -> AnyPayload:
    """Read the payload of an event. BadInput when it does not fit its kind."""
    try:
        return msgspec.convert(dict(payload), type=_TYPES[kind])
    except msgspec.ValidationError as error:
        raise BadInput(f"The event {kind} does not say what it must: {error}.") from None
