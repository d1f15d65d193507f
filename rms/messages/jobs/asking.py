"""What became of it? Whatever may have left without our knowing is asked about by reference, never repeated blindly."""

from rms.clock import Clock
from rms.db.database import Database
from rms.errors import DatabaseAway
from rms.messages.gateway import CannotSay
from rms.messages.jobs.sending import Outbox
from rms.messages.moves import note_answer
from rms.messages.store import MessageOnFile, claim_to_ask

BATCH = 50


async def ask_due(database: Database, *, outbox: Outbox, clock: Clock) -> int:
    """Ask about every message whose outcome is due to be known; returns how many were asked about."""
    async with database.transaction() as tx:
        claimed = await claim_to_ask(tx, limit=BATCH)
    for message in claimed:
        await _ask_one(database, message, outbox=outbox, clock=clock)
    return len(claimed)


async def _ask_one(database: Database, message: MessageOnFile, *, outbox: Outbox, clock: Clock) -> None:
    gateway = outbox.gateways.get(message.channel)
    answer = CannotSay(reason="No provider is set up.") if gateway is None else await gateway.ask(str(message.ref))
    since_call = clock.now() - (message.called_at or clock.now())
    try:
        async with database.transaction() as tx:
            await note_answer(tx, asked=message, answer=answer, since_call=since_call, grace=outbox.grace,
                              provider="" if gateway is None else gateway.name, now=tx.now)  # fmt: skip
    except DatabaseAway:
        return
