"""That the worker runs: it leaves a mark each round, and whoever looks can tell how long it has been silent.

The mark is on the real clock, because a demo's civil clock moves while the worker stands still.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from rms.db.database import Database
from rms.db.engine import Tx

#: How often the worker leaves a mark, in seconds.
EVERY: Final = 30.0
#: After this it does not run, or is stuck: long past the slowest round; our default.
SILENT_AFTER: Final = timedelta(minutes=10)
#: A silence of this length is kept, so that what it cost can be told; our default.
KEPT_FROM: Final = timedelta(hours=1)

_BEAT = """
insert into worker_pulse (beat_at) values (clock_timestamp()) on conflict (only_row) do update
   set silent_from = case when excluded.beat_at - worker_pulse.beat_at >= $1 then worker_pulse.beat_at
                          else worker_pulse.silent_from end,
       silent_until = case when excluded.beat_at - worker_pulse.beat_at >= $1 then excluded.beat_at
                           else worker_pulse.silent_until end,
       beat_at = excluded.beat_at
"""
#: The worker's state as one JSON value: `last_at` (civil; null: it never ran) and whether it is silent. $1: after how long.
SEEN: Final = """
(select jsonb_build_object('last_at', p.beat_at + s.civil_offset,
                           'is_silent', coalesce(clock_timestamp() - p.beat_at > {after}, true))
   from database_state s left join worker_pulse p on true)
""".format(after=f"interval '{int(SILENT_AFTER.total_seconds())} seconds'")


class WorkerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """When the worker last did its round, as civil time; None when it never did."""

    last_at: datetime | None
    is_silent: bool


async def beat(database: Database) -> int:
    """Leave a mark. It answers 0, because it does nothing that anything else would wait for."""
    async with database.transaction() as tx:
        await tx.execute(_BEAT, KEPT_FROM)
    return 0


async def worker_seen(tx: Tx) -> WorkerSeen:
    """How the worker is."""
    return msgspec.convert(await tx.fetchval(f"select {SEEN}"), WorkerSeen)


async def nights_silent_lately(tx: Tx) -> int:
    """How many nights a silence may have cost from which the worker came back within the last day; 0 without one."""
    nights: int = await tx.fetchval(
        "select coalesce((select ceil(extract(epoch from silent_until - silent_from) / 86400)::int from worker_pulse"
        " where silent_until > clock_timestamp() - interval '1 day'), 0)"
    )
    return nights
