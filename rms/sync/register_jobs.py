"""Tell the register what happened: claim, deliver, record, until nothing is due. It decides nothing of its own."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rms.clock import Clock
from rms.crashpoints import Crashpoint, crashpoint
from rms.db.database import Database
from rms.events import moves, store
from rms.events.model import Event, Failure
from rms.log import get_log
from rms.sync.fhir import outcome_transaction
from rms.sync.register_gateway import Delivered, NotDelivered, Outcome, RegisterGateway
from rms.sync.register_moves import note_works_again, tell_team

#: Told at the same time, each about another person; small enough that all of it fits in the lease.
AT_ONCE = 8

log = get_log(__name__)


async def deliver_events(database: Database, gateway: RegisterGateway, *, clock: Clock) -> int:
    """Deliver every event that is due to the register; how many it has taken.

    Stops early when nobody answers at all: the rest keep their turn for the next call instead of waiting out one
    time-out after another. `clock` is the real one.
    """
    delivered = 0
    while events := await _claim(database, now=clock.now()):
        crashpoint(Crashpoint.EVENT_AFTER_CLAIM)
        outcomes = await asyncio.gather(*(_deliver(gateway, event) for event in events))
        crashpoint(Crashpoint.EVENT_AFTER_DELIVERY)
        delivered += await _record(database, events, outcomes, now=clock.now())
        if not any(isinstance(outcome, Delivered) or outcome.answered for outcome in outcomes):
            log.warning("gateway_away", gateway="register", waiting=len(events))
            break
    return delivered


async def _claim(database: Database, *, now: datetime) -> Sequence[Event]:
    async with database.transaction() as tx:
        return await store.claim(tx, real_now=now, at_most=AT_ONCE)


async def _deliver(gateway: RegisterGateway, event: Event) -> Outcome:
    try:
        transaction = outcome_transaction(event)
    except Exception as error:  # one event that cannot be written must not hold up other people's
        return NotDelivered(reason=f"It could not be written for the register ({type(error).__name__}).", answered=True)
    return await gateway.deliver(ref=event.ref, transaction=transaction)


async def _record(database: Database, events: Sequence[Event], outcomes: Sequence[Outcome], *, now: datetime) -> int:
    taken, failures = [], {}
    for event, outcome in zip(events, outcomes, strict=True):
        if isinstance(outcome, Delivered):
            taken.append(event)
        else:
            failures[event.id] = (Failure(event=event, reason=outcome.reason), outcome.answered)
    async with database.transaction() as tx:
        written = await moves.record_delivered(tx, taken, now=tx.now)
        for event in (event for event in taken if event.attempts > 1):
            await note_works_again(tx, event, now=tx.now)
        failing = await moves.record_failed(tx, [failure for failure, _ in failures.values()], real_now=now)
        crashpoint(Crashpoint.EVENT_BEFORE_RECORD_COMMIT)
    for event in taken:
        log.info("event_delivered", event_id=event.id, attempts=event.attempts)
    async with database.transaction() as tx:
        for event_id, since in failing.items():
            failure, answered = failures[event_id]
            log.warning("event_retried", event_id=event_id, attempts=failure.event.attempts)
            await tell_team(tx, failure, answered=answered, since=since, real_now=now, now=tx.now)
    return written
