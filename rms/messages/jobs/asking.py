"""What became of it? Whatever may have left without our knowing is asked about by reference, never repeated blindly."""

import anyio
import asyncpg

from rms.db.database import Database
from rms.errors import DatabaseAway
from rms.log import get_log
from rms.messages.gateway import Answer, CannotSay
from rms.messages.jobs.outbox import Outbox
from rms.messages.moves import note_answer
from rms.messages.store import MessageOnFile, ToAsk, claim_to_ask

log = get_log(__name__)

#: Asked all at once, so that the claim's lease is for one call only.
BATCH = 10


async def ask_due(database: Database, *, outbox: Outbox) -> int:
    """Ask about every message whose outcome is due to be known; returns how many were asked about."""
    asked = 0
    while True:
        async with database.transaction() as tx:
            claimed = await claim_to_ask(tx, lease_seconds=outbox.lease_seconds, limit=BATCH)
        async with anyio.create_task_group() as group:
            for one in claimed:
                group.start_soon(_ask_one, database, one, outbox)
        asked += len(claimed)
        if len(claimed) < BATCH:
            return asked


async def _ask_one(database: Database, one: ToAsk, outbox: Outbox) -> None:
    answer = await _answer(one.message, outbox=outbox)
    try:
        async with database.transaction() as tx:
            await note_answer(tx, asked=one.message, answer=answer, since_call=one.since_call, grace=outbox.grace,
                              provider=one.message.provider, now=tx.now)  # fmt: skip
    except (DatabaseAway, asyncpg.PostgresError):
        # Nothing is known that was not known before; it is asked about again when this claim has run out.
        log.warning("transaction_failed", message_id=one.message.id, exc_info=True)


async def _answer(message: MessageOnFile, *, outbox: Outbox) -> Answer:
    """Only the provider that was called can say: "not there" from another one would send the message twice."""
    gateway = outbox.gateways.get(message.channel)
    if gateway is None or gateway.name != message.provider:
        return CannotSay(reason=f"The provider that was called ({message.provider}) is not set up any more.")
    return await gateway.ask(str(message.ref))
