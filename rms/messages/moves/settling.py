"""What became of a message: the answer to our call, the answer to our question, a receipt, or a stop with a reason.

Whatever did not reach a person becomes the team's work in the same transaction.
"""

from datetime import datetime, timedelta

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.db.engine import Tx
from rms.messages.gateway import Answer, Found
from rms.messages.lifecycle import Move, apply_answer, apply_outcome, apply_receipt, may_move
from rms.messages.model import Channel, Fault, Later, MessageState, Receipt, ReceiptStatus, Refused, SendOutcome
from rms.messages.moves.queueing import NEEDS
from rms.messages.store import MessageOnFile, locked_message, note
from rms.people.moves import mark_contact_dead

#: When a message without a receipt is asked about: an hour, a day and three days after it was taken.
ASK_WHEN_ACCEPTED = (timedelta(hours=1), timedelta(days=1), timedelta(days=3))
#: How often an unknown one is asked about before a person is.
ASK_WHEN_UNKNOWN = 20
_END = {MessageState.DELIVERED, MessageState.FAILED, MessageState.VOID, MessageState.EXPIRED}


async def note_outcome(
    tx: Tx, *, message_id: int, organisation_id: int, epoch: int, outcome: SendOutcome, provider: str, now: datetime
) -> bool:
    """Record the answer to our call. False when another worker has taken over meanwhile: then nothing is written."""
    message = await locked_message(tx, organisation_id=organisation_id, message_id=message_id)
    if message.epoch != epoch:
        return False
    move = apply_outcome(message.state, outcome)
    provider_ref = getattr(outcome, "provider_ref", None)
    await _write(tx, message=message, move=move, kind="answered", provider=provider, provider_ref=provider_ref, now=now)
    if isinstance(outcome, Later):
        await tx.execute("update message set not_before = $3 where organisation_id = $1 and id = $2",
                         organisation_id, message_id, now + outcome.retry_after)  # fmt: skip
    if isinstance(outcome, Refused) and outcome.fault is Fault.RECIPIENT and outcome.permanent:
        await _mark_dead(tx, message=message, why=outcome.reason, now=now)
    return True


async def note_answer(
    tx: Tx,
    *,
    asked: MessageOnFile,
    answer: Answer,
    since_call: timedelta,
    grace: timedelta,
    provider: str,
    now: datetime,
) -> MessageState:
    """Record what the provider said when we asked about a message; returns the state it has now."""
    message = await locked_message(tx, organisation_id=asked.organisation_id, message_id=asked.id)
    if message.epoch != asked.epoch:
        return message.state
    move = apply_answer(message.state, answer, since_call=since_call, grace=grace)
    if message.state is MessageState.ACCEPTED and isinstance(answer, Found) and may_move(message.state, answer.state):
        move = Move(state=answer.state, note=f"No receipt came; asked by reference it is {answer.state}.")
    if move.state is MessageState.UNKNOWN and message.asked >= ASK_WHEN_UNKNOWN:
        move = Move(state=MessageState.HELD, note=f"{move.note} Asked {message.asked} times; a person must decide.")
    provider_ref = getattr(answer, "provider_ref", None)
    await _write(tx, message=message, move=move, kind="asked", provider=provider, provider_ref=provider_ref, now=now)
    return move.state


async def record_receipt(tx: Tx, *, organisation_id: int, message_id: int, receipt: Receipt, now: datetime) -> str:
    """Record a receipt, late, twice or out of order as it may come; returns the sentence for the history."""
    message = await locked_message(tx, organisation_id=organisation_id, message_id=message_id)
    move = apply_receipt(message.state, receipt)
    await _write(
        tx, message=message, move=move, kind="receipt", provider=None, provider_ref=receipt.provider_ref, now=now
    )
    if receipt.status is ReceiptStatus.FAILED_PERMANENT and message.state is not MessageState.FAILED:
        await _mark_dead(tx, message=message, why="The provider says it does not exist.", now=now)
    return move.note


async def stop(tx: Tx, *, message: MessageOnFile, state: MessageState, reason: str, now: datetime) -> None:
    """Hold, expire or void a message that was about to leave; the caller holds its lock."""
    await _write(tx, message=message, move=Move(state=state, note=reason), kind=state, provider=None, provider_ref=None,
                 now=now)  # fmt: skip


async def _write(
    tx: Tx,
    *,
    message: MessageOnFile,
    move: Move,
    kind: str,
    provider: str | None,
    provider_ref: str | None,
    now: datetime,
) -> None:
    assert may_move(message.state, move.state), f"{message.state} to {move.state} is not a legal move"
    waits = move.state in (MessageState.ACCEPTED, MessageState.UNKNOWN)
    pause = _pause(message, move.state)
    await tx.execute(
        "update message set state = $3, state_reason = $4, provider = coalesce($5, provider),"
        " provider_ref = coalesce($6, provider_ref), settled_at = case when $7 then $8 end,"
        " accepted_at = case when $3 = 'accepted' then coalesce(accepted_at, $8) else accepted_at end,"
        " asked = case when state <> $3 then 0 else asked end,"
        " ask_after = case when $9::interval is not null then clock_timestamp() + $9 end,"
        " lease_until = case when $3 = 'sending' then lease_until end"
        " where organisation_id = $1 and id = $2",
        message.organisation_id, message.id, move.state, move.note, provider, provider_ref, move.state in _END, now,
        pause if waits else None,
    )  # fmt: skip
    await note(tx, message=message, kind=kind, detail=move.note, now=now)
    if move.state is not message.state:
        await _tell_the_team(tx, message=message, move=move, now=now)


def _pause(message: MessageOnFile, state: MessageState) -> timedelta | None:
    """How long until it is asked about (again); None when it never is."""
    if message.channel is Channel.LETTER:
        return None
    if state is MessageState.UNKNOWN:
        return timedelta(seconds=min(10 * 2**message.asked, 900))
    asked = message.asked if message.state is state else 0
    return ASK_WHEN_ACCEPTED[asked] if asked < len(ASK_WHEN_ACCEPTED) else None


async def _tell_the_team(tx: Tx, *, message: MessageOnFile, move: Move, now: datetime) -> None:
    if move.state not in (MessageState.FAILED, MessageState.HELD, MessageState.EXPIRED):
        return
    what = message.purpose.replace("_", " ")
    await raise_alert(
        tx, organisation_id=message.organisation_id, team_id=message.team_id, kind=AlertKind.CHASE,
        subject_kind="patient", subject_id=message.patient_id, rule_key="message", patient_id=message.patient_id,
        plan_id=message.plan_id, cause_kind="message", cause_id=message.id, by=WORKER, now=now,
        sentence=f"A message ({what}, by {message.channel}) did not reach the person: {move.note}",
    )  # fmt: skip


async def _mark_dead(tx: Tx, *, message: MessageOnFile, why: str, now: datetime) -> None:
    """The number or address that was used does not work: it is not used again until somebody brings another."""
    if message.address is None or message.channel not in NEEDS:
        return
    contact_id = await tx.fetchval(
        "select id from contact_point where organisation_id = $1 and patient_id = $2 and kind = $3 and value = $4"
        " and valid_until is null and dead_at is null",
        message.organisation_id, message.patient_id, NEEDS[message.channel], message.address,
    )  # fmt: skip
    if contact_id is not None:
        await mark_contact_dead(tx, organisation_id=message.organisation_id, contact_id=contact_id, why=why, by=WORKER,
                                now=now)  # fmt: skip
