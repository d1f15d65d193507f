"""The worker's duties for what came in: claim, file, repeat, until all is read; ask somebody about what was set aside."""

from collections.abc import Sequence

import asyncpg

from rms.clock import Clock, SystemClock
from rms.crashpoints import Crashpoint, crashpoint
from rms.db.database import Database
from rms.log import get_log
from rms.sync.filing import ask_about_set_aside, file_batch, put_off
from rms.sync.store import Claimed, claim

#: Messages in one transaction; more are dearer each, and hold the people they are about for longer.
AT_MOST = 50

log = get_log(__name__)


async def file_inbox(database: Database, *, clock: Clock = SystemClock(), at_most: int = AT_MOST) -> int:
    """File every message that can be read now; how many came to their end. `database` is the worker's, `clock` the real one."""
    done, more = 0, True
    while more:
        async with database.transaction(planned_once=True) as tx:
            claimed, more = await claim(tx, real_now=clock.now(), at_most=at_most)
        if not claimed:
            break
        try:
            async with database.transaction(planned_once=True) as tx:
                done += await file_batch(tx, claimed, real_now=clock.now())
                crashpoint(Crashpoint.FILING_BEFORE_COMMIT)
        except asyncpg.PostgresError as error:  # somebody holds one of these people for long: each waits by itself
            log.warning("claim_lost", count=len(claimed), exc_info=error)
            await _put_off_all(database, claimed, error=error, clock=clock)
        crashpoint(Crashpoint.FILING_AFTER_COMMIT)
    return done


async def _put_off_all(database: Database, claimed: Sequence[Claimed], *, error: Exception, clock: Clock) -> None:
    async with database.transaction() as tx:
        for one in claimed:
            await put_off(tx, one, error=error, real_now=clock.now())


async def ask_set_aside(database: Database) -> int:
    """Give every message that was set aside to a team; returns how many. `database` is the worker's."""
    asked = 0
    while True:
        async with database.transaction() as tx:
            done = await ask_about_set_aside(tx, at_most=AT_MOST)
        asked += done
        if done == 0:
            return asked
