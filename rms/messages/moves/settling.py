"""What became of a message: the answer to our call, the answer to our question, a receipt, or a stop with a reason.

Whatever did not reach a person becomes the team's work in the same transaction.
"""

from datetime import datetime, timedelta

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.db.engine import Tx
from rms.messages.gateway import Answer, Found
from rms.messages.lifecycle import (
    GRACE_BEFORE_RESEND,
    Move,
    apply_answer,
    apply_outcome,
    apply_receipt,
    may_move,
)
from rms.messages.model import (
    CODES,
    Channel,
    Fault,
    Later,
    MessageState,
    Receipt,
    ReceiptStatus,
    Recipient,
    Refused,
    SendOutcome,
)
from rms.messages.spoken import not_reached
from rms.messages.store import MessageOnFile, locked_message, note, unwanted_because
from rms.messages.ways import NEEDS
from rms.people.moves import mark_contact_dead

#: When a message without a receipt is asked about: after an hour, then after a day, then after three days more.
ASK_WHEN_ACCEPTED = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))
#: How often an unknown one is asked about before a person is.
ASK_WHEN_UNKNOWN = 20
_END = {MessageState.DELIVERED, MessageState.FAILED, MessageState.VOID, MessageState.EXPIRED}

# News that changes nothing (a receipt twice) leaves the reason and the instant of the end as they were.
_SETTLE = """
update message
   set state = $3, state_reason = case when state = $3 and state <> 'unknown' then state_reason else $4 end,
       provider = coalesce($5, provider), provider_ref = coalesce($6, provider_ref),
       settled_at = case when not $7 then null when state = $3 then settled_at else $8 end,
       accepted_at = case when $3 = 'accepted' then coalesce(accepted_at, $8) else accepted_at end,
       asked = case when state <> $3 then 0 else asked end,
       ask_after = clock_timestamp() + $9::interval,
       lease_until = null
 where organisation_id = $1 and id = $2
"""


class _News(msgspec.Struct, frozen=True, kw_only=True):
    """What is written about a message: a line of its history of this `kind`, and what the provider told us."""

    kind: str
    provider: str | None = None
    provider_ref: str | None = None
    grace: timedelta = GRACE_BEFORE_RESEND


async def note_outcome(
    tx: Tx,
    *,
    message_id: int,
    organisation_id: int,
    epoch: int,
    outcome: SendOutcome,
    provider: str,
    grace: timedelta = GRACE_BEFORE_RESEND,
    now: datetime,
) -> bool:
    """Record the answer to our call. False when another worker has taken over meanwhile: then nothing is written."""
    message = await locked_message(tx, organisation_id=organisation_id, message_id=message_id)
    if message.epoch != epoch:
        return False
    move = apply_outcome(message.state, outcome)
    news = _News(kind="answered", provider=provider, provider_ref=getattr(outcome, "provider_ref", None), grace=grace)
    await _write(tx, message=message, move=move, news=news, now=now)
    if isinstance(outcome, Later):
        await tx.execute("update message set not_before = $3 where organisation_id = $1 and id = $2",
                         organisation_id, message_id, now + outcome.retry_after)  # fmt: skip
    if isinstance(outcome, Refused) and outcome.fault is Fault.RECIPIENT and outcome.permanent:
        await _mark_dead(tx, message=message, why=outcome.reason, now=now)
    await _void_unwanted(tx, message, move, now=now)
    return True


async def note_answer(
    tx: Tx,
    *,
    asked: MessageOnFile,
    answer: Answer,
    since_call: timedelta,
    grace: timedelta,
    provider: str | None,
    now: datetime,
) -> MessageState:
    """Record what the provider said when we asked about a message; returns the state it has now.

    `since_call` must not count the time that the asking took: "not there" was true when the provider looked.
    """
    message = await locked_message(tx, organisation_id=asked.organisation_id, message_id=asked.id)
    if message.epoch != asked.epoch:
        return message.state
    move = apply_answer(message.state, answer, since_call=since_call, grace=grace)
    if message.state is MessageState.ACCEPTED and isinstance(answer, Found) and may_move(message.state, answer.state):
        move = Move(state=answer.state, note=f"No receipt came; asked by reference it is {answer.state}.")
    if move.state is MessageState.UNKNOWN and message.asked >= ASK_WHEN_UNKNOWN:
        move = Move(state=MessageState.HELD, note=f"{move.note} Asked {message.asked} times; a person must decide.")
    news = _News(kind="asked", provider=provider, provider_ref=getattr(answer, "provider_ref", None), grace=grace)
    await _write(tx, message=message, move=move, news=news, now=now)
    if isinstance(answer, Found) and answer.permanent:
        await _mark_dead(tx, message=message, why="The provider says it does not exist.", now=now)
    return await _void_unwanted(tx, message, move, now=now)


async def record_receipt(tx: Tx, *, organisation_id: int, message_id: int, receipt: Receipt, now: datetime) -> str:
    """Record a receipt, late, twice or out of order as it may come; returns the sentence for the history."""
    message = await locked_message(tx, organisation_id=organisation_id, message_id=message_id)
    move = apply_receipt(message.state, receipt)
    await _write(tx, message=message, move=move, news=_News(kind="receipt", provider_ref=receipt.provider_ref), now=now)
    if receipt.status is ReceiptStatus.FAILED_PERMANENT:
        await _mark_dead(tx, message=message, why="The provider says it does not exist.", now=now)
    return move.note


async def stop(tx: Tx, *, message: MessageOnFile, state: MessageState, reason: str, now: datetime) -> None:
    """Hold, expire or void a message that was about to leave; the caller holds its lock."""
    await _write(tx, message=message, move=Move(state=state, note=reason), news=_News(kind=state), now=now)


async def _void_unwanted(tx: Tx, message: MessageOnFile, move: Move, *, now: datetime) -> MessageState:
    """What is queued again because it certainly did not leave, but is no longer wanted, ends here; the state it has."""
    if move.state is not MessageState.QUEUED or message.state is MessageState.QUEUED:
        return move.state
    why = await unwanted_because(tx, organisation_id=message.organisation_id, message_id=message.id)
    if why is None:
        return move.state
    queued = msgspec.structs.replace(message, state=MessageState.QUEUED)
    reason = f"It did not leave and is no longer wanted: {why}"
    await stop(tx, message=queued, state=MessageState.VOID, reason=reason, now=now)
    return MessageState.VOID


async def _write(tx: Tx, *, message: MessageOnFile, move: Move, news: _News, now: datetime) -> None:
    if not may_move(message.state, move.state):
        raise ValueError(f"{message.state} to {move.state} is not a legal move of a message.")
    pause = _pause(message, move.state, grace=news.grace)
    await tx.execute(_SETTLE, message.organisation_id, message.id, move.state, move.note, news.provider,
                     news.provider_ref, move.state in _END, now, pause)  # fmt: skip
    await note(tx, message=message, kind=news.kind, detail=move.note, now=now)
    if move.state is not message.state:
        await _tell_the_team(tx, message=message, move=move, now=now)


def _pause(message: MessageOnFile, state: MessageState, *, grace: timedelta) -> timedelta | None:
    """How long until it is asked about (again); None when it never is. With the usual grace: 10 s to 15 minutes."""
    if message.channel is Channel.LETTER or state not in (MessageState.ACCEPTED, MessageState.UNKNOWN):
        return None
    asked = message.asked if message.state is state else 0
    if state is MessageState.UNKNOWN:
        doubling: timedelta = grace / 30 * 2**asked
        return min(doubling, 3 * grace)
    return ASK_WHEN_ACCEPTED[asked] if asked < len(ASK_WHEN_ACCEPTED) else None


async def _tell_the_team(tx: Tx, *, message: MessageOnFile, move: Move, now: datetime) -> None:
    if move.state not in (MessageState.FAILED, MessageState.HELD, MessageState.EXPIRED):
        return
    if message.purpose in CODES and move.state is MessageState.EXPIRED:
        return  # the person has seen that none came, and asks again or phones
    await raise_alert(
        tx, organisation_id=message.organisation_id, team_id=message.team_id, kind=AlertKind.CHASE,
        subject_kind="patient", subject_id=message.patient_id, rule_key="message", patient_id=message.patient_id,
        plan_id=message.plan_id, cause_kind=f"message:{move.state}", cause_id=message.id, by=WORKER, now=now,
        sentence=not_reached(purpose=message.purpose, channel=message.channel, state=move.state, reason=move.note),
    )  # fmt: skip


async def _mark_dead(tx: Tx, *, message: MessageOnFile, why: str, now: datetime) -> None:
    """The number or address that was used does not work: it is not used again until somebody brings another.

    A detail recorded after the call is newer than the news, which is then not about it.
    """
    if message.recipient is not Recipient.PERSON or message.address is None:
        return
    contact_id = await tx.fetchval(
        "select id from contact_point where organisation_id = $1 and patient_id = $2 and kind = $3 and value = $4"
        " and valid_until is null and dead_at is null and recorded_at < $5",
        message.organisation_id, message.patient_id, NEEDS[message.channel], message.address, message.called_at,
    )  # fmt: skip
    if contact_id is not None:
        await mark_contact_dead(tx, organisation_id=message.organisation_id, contact_id=contact_id, why=why, by=WORKER,
                                now=now)  # fmt: skip
