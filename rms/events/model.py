"""An event: one thing that happened here and that the register must know. Values only."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


class EventKind(StrEnum):
    """What happened."""

    FOLLOW_UP_STARTED = "follow_up_started"
    OUTCOME_RECORDED = "outcome_recorded"
    RECURRENCE = "recurrence"
    FOLLOW_UP_ENDED = "follow_up_ended"
    PROM_SCORE = "prom_score"
    PLAN_HELD = "plan_held"
    PLAN_RESTORED = "plan_restored"
    WAYS_CHANGED = "ways_changed"


class EventState(StrEnum):
    """Where an event stands. WAITING and DELIVERING are open; a void one never left us."""

    WAITING = "waiting"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    VOID = "void"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it was claimed for delivery.

    `ref` is what the register knows it by, in every attempt. `payload` holds all that is told, so that what is sent
    does not change with the person's record. `attempts` counts this one too; `epoch` is the claim's, and only its
    holder may write what became of it.
    """

    id: int
    ref: UUID
    organisation_id: int
    patient_id: int
    kind: EventKind
    cause_kind: str
    cause_id: int
    payload: Mapping[str, Any]
    created_at: datetime
    attempts: int
    epoch: int


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that did not succeed, with its reason in words that name nobody."""

    event: Event
    reason: str


def wait_after(event: Event) -> timedelta:
    """How long to wait before the next attempt: doubling from five seconds to an hour, each event with its own spread.

    The spread (half of the wait) comes from the event's reference and its attempts, so that a thousand events that
    failed together do not come back together, and a test can say what to expect.
    """
    doublings = min(event.attempts - 1, 20)
    longest = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    drawn = hashlib.sha256(f"{event.ref}/{event.attempts}".encode()).digest()
    return longest * (0.5 + drawn[0] / 510)
