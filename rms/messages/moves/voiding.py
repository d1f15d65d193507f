"""Taking back what has not left. What is under way or has left is not touched: its receipt tells the truth."""

from datetime import datetime

from rms.db.engine import Tx

_VOID = """
with gone as (
  update message set state = $1, state_reason = $2, settled_at = $3
   where organisation_id = $4 and state = any($5) and {which} returning organisation_id, id)
insert into message_event (organisation_id, message_id, kind, detail, at)
select organisation_id, id, $1, $2, $3 from gone
"""


async def void_for_cause(
    tx: Tx, *, organisation_id: int, cause_kind: str, cause_id: int, reason: str, now: datetime
) -> int:
    """What a cause (an occurrence, a decision) asked for is no longer wanted; returns how many were taken back."""
    return await _stop(
        tx, "cause_kind = $6 and cause_id = $7", "void", reason, organisation_id, now, cause_kind, cause_id
    )


async def void_for_plan(tx: Tx, *, organisation_id: int, plan_id: int, reason: str, now: datetime) -> int:
    """A plan was changed, paused, held or ended: what it had asked for with the old revision is no longer wanted."""
    return await _stop(tx, "plan_id = $6", "void", reason, organisation_id, now, plan_id)


async def void_for_patient(tx: Tx, *, organisation_id: int, patient_id: int, reason: str, now: datetime) -> int:
    """Nothing more leaves for this person."""
    return await _stop(tx, "patient_id = $6 and recipient = 'person'", "void", reason, organisation_id, now, patient_id)


async def hold_for_patient(tx: Tx, *, organisation_id: int, patient_id: int, reason: str, now: datetime) -> int:
    """Nothing leaves for this person until somebody knows more."""
    return await _stop(tx, "patient_id = $6 and recipient = 'person'", "held", reason, organisation_id, now, patient_id)


async def _stop(
    tx: Tx, which: str, state: str, reason: str, organisation_id: int, now: datetime, *arguments: object
) -> int:
    from_states = ["queued"] if state == "held" else ["queued", "held"]
    tag = await tx.execute(_VOID.format(which=which), state, reason, now, organisation_id, from_states, *arguments)
    return int(tag.rsplit(" ", 1)[-1])
