"""What can happen to an event: announced, taken back before it left, delivered, failed for now. Nothing is ever lost.

Must not know who is told or how.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rms.audit.model import WORKER
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.events.model import Event, EventKind, Failure, wait_after

_ANNOUNCE = """
insert into event (organisation_id, patient_id, kind, cause_kind, cause_id, payload, held_until, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (organisation_id, kind, cause_kind, cause_id) where state <> 'void' do nothing
returning id
"""

# An event that was tried even once may be in the register already, whatever we heard: it cannot be taken back.
_VOID = """
update event set state = 'void', state_reason = $4, lease_until = null
 where organisation_id = $1 and cause_kind = $2 and cause_id = $3 and state = 'waiting' and attempts = 0
returning id
"""

# The epoch belongs to the claim: whoever slept past the lease, and lost the event to another, writes nothing.
_DELIVERED = """
update event e set state = 'delivered', state_reason = null, lease_until = null, failing_since = null, delivered_at = $3
  from unnest($1::bigint[], $2::integer[]) as held (id, epoch)
 where e.id = held.id and e.epoch = held.epoch and e.state = 'delivering'
returning e.id
"""

_FAILED = """
update event e set state = 'waiting', state_reason = held.reason, lease_until = null, next_attempt_at = held.next,
       failing_since = coalesce(e.failing_since, $5)
  from unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[]) as held (id, epoch, reason, next)
 where e.id = held.id and e.epoch = held.epoch and e.state = 'delivering'
returning e.id, e.failing_since
"""


async def announce(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    kind: str,
    cause_kind: str,
    cause_id: int,
    payload: Mapping[str, Any],
    held_until: datetime,
    now: datetime,
) -> int | None:
    """Write down what the register must be told, in the transaction that made it true; the event's id.

    None when this kind of event was announced for this cause already. It leaves no earlier than `held_until` (civil)
    and never before an earlier event of the same person. The caller holds the person's row.
    """
    event_id: int | None = await tx.fetchval(
        _ANNOUNCE, organisation_id, patient_id, EventKind(kind), cause_kind, cause_id, dict(payload), held_until, now
    )  # fmt: skip
    return event_id


async def void_for_cause(tx: Tx, *, organisation_id: int, cause_kind: str, cause_id: int, reason: str) -> int:
    """Take back the events of a cause that never left us; how many that were.

    What was tried already stays (`store.count_told` says how many): the register may know it, so that it has to be
    told otherwise by another event.
    """
    return len(await tx.fetch(_VOID, organisation_id, cause_kind, cause_id, reason))


async def record_delivered(tx: Tx, events: Sequence[Event], *, now: datetime) -> int:
    """Note that the register has these events; how many, which is fewer when a claim was lost meanwhile.

    `now` is civil. Telling somebody outside is a release of a person's data, so each is audited.
    """
    rows = await tx.fetch(_DELIVERED, [event.id for event in events], [event.epoch for event in events], now)
    written = {row["id"] for row in rows}
    for event in events:
        if event.id in written:
            await record(
                tx, by=WORKER, verb="event.deliver", subject_kind="event", subject_id=event.id,
                patient_id=event.patient_id, organisation_id=event.organisation_id, details={"kind": event.kind},
            )  # fmt: skip
    return len(written)


async def record_failed(tx: Tx, failures: Sequence[Failure], *, real_now: datetime) -> Mapping[int, datetime]:
    """Note that these were not delivered and when to try again; since when (real) each one written has been failing.

    An event is tried for ever, at least once an hour.
    """
    rows = await tx.fetch(
        _FAILED,
        [failure.event.id for failure in failures],
        [failure.event.epoch for failure in failures],
        [failure.reason for failure in failures],
        [real_now + wait_after(failure.event) for failure in failures],
        real_now,
    )
    return {row["id"]: row["failing_since"] for row in rows}
