"""Claim, act, record: every message that may leave now is claimed with its gates, handed over once, and noted."""

from datetime import timedelta

import anyio
import asyncpg

from rms.crashpoints import Crashpoint, crashpoint
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import DatabaseAway
from rms.log import get_log
from rms.messages.gateway import Gateway
from rms.messages.jobs.outbox import Outbox
from rms.messages.jobs.preparing import Ready, prepare
from rms.messages.model import Channel, Later
from rms.messages.moves import note_outcome
from rms.messages.store import claim_ready, is_ours

log = get_log(__name__)

#: Messages in one claim: their people are locked while their letters are set, so not too many.
BATCH = 20
#: Calls at once; no more than the gateways have clients for, so that none waits inside one.
AT_ONCE = 10

_NOT_CALLED = Later(reason="The worker was too slow and did not call.", retry_after=timedelta(0))


async def send_due(database: Database, *, outbox: Outbox) -> int:
    """Hand over everything that may leave now; returns how many messages were moved.

    While sending is off nothing leaves, but what became too old meanwhile is still given to a person. A database that
    is not live hands nothing to a provider that reaches people, whatever key it was given (case 32).
    """
    moved = 0
    while True:
        async with database.transaction() as tx:
            claimed = await claim_ready(tx, now=tx.now, channels=_open_channels(tx, outbox), limit=BATCH)
            ready = [one for message in claimed if (one := await prepare(tx, message, outbox=outbox))]
        crashpoint(Crashpoint.MESSAGE_AFTER_CLAIM)
        await _hand_over(database, ready, outbox=outbox)
        moved += len(claimed)
        if len(claimed) < BATCH:
            return moved


def _open_channels(tx: Tx, outbox: Outbox) -> set[Channel]:
    if not tx.sending_on:
        return set()
    shut = {channel for channel, gateway in outbox.gateways.items() if gateway.reaches_people and not tx.live}
    for channel in sorted(shut):
        log.warning("gateway_refused", channel=channel, reason_code="not_live")
    return {Channel.LETTER, *outbox.gateways} - shut


async def _hand_over(database: Database, ready: list[Ready], *, outbox: Outbox) -> None:
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def one(item: Ready) -> None:
        async with limit:
            try:
                await _send_one(database, item, gateway=outbox.gateways[item.message.channel], grace=outbox.grace)
            except (DatabaseAway, asyncpg.PostgresError):
                # It stays `sending`; when its lease has run out the provider is asked by reference.
                log.warning("transaction_failed", message_id=item.message.id, exc_info=True)

    async with anyio.create_task_group() as group:
        for item in ready:
            group.start_soon(one, item)


async def _send_one(database: Database, item: Ready, *, gateway: Gateway, grace: timedelta) -> None:
    message = item.message
    async with database.transaction() as tx:
        ours = await is_ours(tx, organisation_id=message.organisation_id, message_id=message.id, epoch=item.epoch)
    outcome = _NOT_CALLED if not ours else await gateway.send(
        reference=str(message.ref), channel=message.channel, address=item.address, subject=item.subject, text=item.text
    )  # fmt: skip
    crashpoint(Crashpoint.MESSAGE_AFTER_PROVIDER)
    async with database.transaction() as tx:
        await note_outcome(
            tx, message_id=message.id, organisation_id=message.organisation_id, epoch=item.epoch, outcome=outcome,
            provider=gateway.name, grace=grace, now=tx.now,
        )  # fmt: skip
        crashpoint(Crashpoint.MESSAGE_BEFORE_RECORD_COMMIT)
