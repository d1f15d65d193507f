"""Which events may be delivered now, and what stands there. Reads and claims only; must not know who is told or how.

Order is kept per person: while an event of somebody is open, no later one of theirs is handed out. Ids follow the order
in which things happened to a person because whoever changes a person's record locks the person's row first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from rms.db.engine import Tx
from rms.events.model import Event, EventKind

#: The whole of one attempt must fit in it with room to spare; a worker that needs longer loses the right to write.
LEASE = timedelta(minutes=2)

_COLUMNS = "id, ref, organisation_id, patient_id, kind, cause_kind, cause_id, payload, created_at, attempts, epoch"

# The row is looked at again after it was locked, so a claim that another worker committed meanwhile counts.
_CLAIM = f"""
with next as (
  select e.id from event e
   where e.state in ('waiting', 'delivering')
     and e.held_until <= $1 and e.next_attempt_at <= $2 and (e.lease_until is null or e.lease_until <= $2)
     and not exists (select from event earlier
                      where earlier.organisation_id = e.organisation_id and earlier.patient_id = e.patient_id
                        and earlier.id < e.id and earlier.state in ('waiting', 'delivering'))
   order by e.next_attempt_at, e.id limit $4
   for no key update skip locked)
update event set state = 'delivering', epoch = epoch + 1, attempts = attempts + 1, lease_until = $2 + $3::interval
 where id in (select id from next)
returning {_COLUMNS}
"""

_OPEN_AND_TRIED = """
select count(*) from event
 where organisation_id = $1 and cause_kind = $2 and cause_id = $3 and state <> 'void' and attempts > 0
"""


async def claim(tx: Tx, *, real_now: datetime, at_most: int, lease: timedelta = LEASE) -> Sequence[Event]:
    """Take up to `at_most` events for delivery, the longest waiting first, never two of one person.

    Held ones wait for the civil clock (`tx.now`); attempts and leases go by the real one. The caller commits before it
    delivers anything. An event whose worker died comes back when its lease is over, with a new epoch.
    """
    rows = await tx.fetch(_CLAIM, tx.now, real_now, lease, at_most)
    return sorted(map(_event, rows), key=lambda event: event.id)


async def count_told(tx: Tx, *, organisation_id: int, cause_kind: str, cause_id: int) -> int:
    """How many events of a cause have left us, or may have: those an undo can no longer take back."""
    return int(await tx.fetchval(_OPEN_AND_TRIED, organisation_id, cause_kind, cause_id))


def _event(row: asyncpg.Record) -> Event:
    return Event(**{**row, "kind": EventKind(row["kind"])})
