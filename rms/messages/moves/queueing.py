"""Putting a message in the outbox: a row with a key that says why, so that the same reason never sends twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.db.engine import Tx
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.spoken import about
from rms.messages.ways import way_of
from rms.people.store import contacts_in_force, person


class ToQueue(msgspec.Struct, frozen=True, kw_only=True):
    """One message to queue. The key is (cause, purpose, recipient, channel, attempt); `channel` None: as they prefer."""

    organisation_id: int
    patient_id: int
    team_id: int
    recipient: Recipient
    cause_kind: str
    cause_id: int
    purpose: Purpose
    channel: Channel | None
    facts: Mapping[str, Any]
    not_before: datetime
    not_after: datetime
    plan_id: int | None = None
    plan_revision: int | None = None
    attempt: int = 1


async def queue(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    team_id: int,
    recipient: Recipient,
    cause_kind: str,
    cause_id: int,
    purpose: Purpose,
    channel: Channel | None,
    facts: Mapping[str, Any],
    not_before: datetime,
    not_after: datetime,
    plan_id: int | None = None,
    plan_revision: int | None = None,
    attempt: int = 1,
    now: datetime,
) -> int | None:
    """Queue one message; returns its id, or None when it stands already or when nobody can be reached.

    With `channel` None it stands already whichever channel it took: somebody who has changed their mind meanwhile does
    not get it twice. A person who is reached by telephone only, or whose details are all dead, becomes the team's task
    (an alert of kind chase) instead of silence. The caller holds the person's lock.
    """
    asked = ToQueue(
        organisation_id=organisation_id, patient_id=patient_id, team_id=team_id, recipient=recipient,
        cause_kind=cause_kind, cause_id=cause_id, purpose=purpose, channel=channel, facts=facts, not_before=not_before,
        not_after=not_after, plan_id=plan_id, plan_revision=plan_revision, attempt=attempt,
    )  # fmt: skip
    if channel is None and await _stands(tx, asked):
        return None
    way = channel or await _way_to(tx, asked)
    if isinstance(way, _Phone):
        await _ask_the_team_to_phone(tx, asked, why=way.why, now=now)
        return None
    message_id: int | None = await tx.fetchval(
        "insert into message (organisation_id, patient_id, team_id, plan_id, plan_revision, recipient, cause_kind, cause_id,"
        " purpose, channel, attempt, facts, not_before, not_after, queued_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        " on conflict (organisation_id, cause_kind, cause_id, purpose, recipient, channel, attempt) do nothing returning id",
        organisation_id, patient_id, team_id, plan_id, plan_revision, recipient, cause_kind, cause_id, purpose, way,
        attempt, dict(facts), not_before, not_after, now,
    )  # fmt: skip
    return message_id


async def queue_many(tx: Tx, wanted: list[ToQueue], *, now: datetime) -> int:
    """Queue several messages; returns how many are new."""
    queued = 0
    for one in wanted:
        queued += await queue(tx, **msgspec.structs.asdict(one), now=now) is not None
    return queued


class _Phone(msgspec.Struct, frozen=True):
    """Nothing can be written to this person, and why."""

    why: str


async def _stands(tx: Tx, asked: ToQueue) -> bool:
    found: bool = await tx.fetchval(
        "select exists (select from message where organisation_id = $1 and cause_kind = $2 and cause_id = $3"
        " and purpose = $4 and recipient = $5 and attempt = $6)",
        asked.organisation_id, asked.cause_kind, asked.cause_id, asked.purpose, asked.recipient, asked.attempt,
    )  # fmt: skip
    return found


async def _way_to(tx: Tx, asked: ToQueue) -> Channel | _Phone:
    """The channel a person prefers when they have a detail for it, else the first they have one for."""
    if asked.recipient is not Recipient.PERSON:
        return Channel.LETTER
    them = await person(tx, organisation_id=asked.organisation_id, patient_id=asked.patient_id)
    if them.prefers == "phone":
        return _Phone("they are reached by telephone only")
    contacts = await contacts_in_force(tx, organisation_id=asked.organisation_id, patient_id=asked.patient_id)
    nowhere = _Phone("no mobile number, email or postal address is known that works")
    return way_of(them.prefers, known={contact.kind for contact in contacts}) or nowhere


async def _ask_the_team_to_phone(tx: Tx, asked: ToQueue, *, why: str, now: datetime) -> None:
    await raise_alert(
        tx, organisation_id=asked.organisation_id, team_id=asked.team_id, kind=AlertKind.CHASE, subject_kind="patient",
        subject_id=asked.patient_id, rule_key="phone", patient_id=asked.patient_id, plan_id=asked.plan_id,
        sentence=f"Please phone this person ({about(asked.purpose)}): {why}.",
        cause_kind=f"{asked.cause_kind}:{asked.purpose}", cause_id=asked.cause_id, by=WORKER, now=now,
    )  # fmt: skip
