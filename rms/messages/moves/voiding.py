"""Taking back what has not left, and letting go again what was held.

What may be under way is not touched, because its receipt tells the truth; a line in its history says that it is no
longer wanted, so that it is not sent again when it turns out that it never left. The caller holds the person's lock.
"""

from datetime import datetime

from rms.db.engine import Tx

# A letter that nobody has printed yet is taken back, or held, like a message that was not sent.
_STOP = """
with gone as (
  update message m set state = $1, state_reason = $2, settled_at = case when $1 = 'void' then $3::timestamptz end
   where organisation_id = $4 and {which}
     and (state = 'queued' or ($1 = 'void' and state = 'held') or (state = 'accepted' and exists
          (select from letter l where l.organisation_id = m.organisation_id and l.message_id = m.id
                                  and l.printed_at is null)))
  returning organisation_id, id)
insert into message_event (organisation_id, message_id, kind, detail, at)
select organisation_id, id, $1, $2, $3 from gone
"""

_UNWANTED = """
insert into message_event (organisation_id, message_id, kind, detail, at)
select organisation_id, id, 'unwanted', $1, $2 from message
 where organisation_id = $3 and {which} and state in ('sending', 'unknown')
"""

# Only what never went near a provider: what was held because nobody could say whether it left stays a person's decision.
_RELEASE = """
with free as (
  update message set state = 'queued', state_reason = null
   where organisation_id = $1 and patient_id = $2 and recipient = 'person' and state = 'held' and called_at is null
  returning organisation_id, id)
insert into message_event (organisation_id, message_id, kind, detail, at)
select organisation_id, id, 'released', $3, $4 from free
"""


async def void_for_cause(
    tx: Tx, *, organisation_id: int, cause_kind: str, cause_id: int, reason: str, now: datetime
) -> int:
    """What a cause (an occurrence, a decision) asked for is no longer wanted; returns how many were taken back."""
    which = "cause_kind = ${0} and cause_id = ${1}"
    return await _stop(tx, which, cause_kind, cause_id, state="void", organisation_id=organisation_id, reason=reason,
                       now=now)  # fmt: skip


async def void_for_plan(tx: Tx, *, organisation_id: int, plan_id: int, reason: str, now: datetime) -> int:
    """A plan was changed, paused, held or ended: what it had asked for with the old revision is no longer wanted.

    What a nurse decided to tell is no business of the plan's: a result that was reviewed is told, whatever becomes of it.
    """
    which = "plan_id = ${0} and cause_kind <> 'decision'"
    return await _stop(tx, which, plan_id, state="void", organisation_id=organisation_id, reason=reason, now=now)


async def void_for_patient(tx: Tx, *, organisation_id: int, patient_id: int, reason: str, now: datetime) -> int:
    """Nothing more leaves for this person."""
    return await _stop(tx, _TO_THE_PERSON, patient_id, state="void", organisation_id=organisation_id, reason=reason,
                       now=now)  # fmt: skip


async def hold_for_patient(tx: Tx, *, organisation_id: int, patient_id: int, reason: str, now: datetime) -> int:
    """Nothing leaves for this person until somebody knows more. The caller sees to it that somebody is asked."""
    return await _stop(tx, _TO_THE_PERSON, patient_id, state="held", organisation_id=organisation_id, reason=reason,
                       now=now)  # fmt: skip


async def release_for_patient(tx: Tx, *, organisation_id: int, patient_id: int, reason: str, now: datetime) -> int:
    """What was held for this person may leave again; every gate is asked anew when it is claimed."""
    return _count(await tx.execute(_RELEASE, organisation_id, patient_id, reason, now))


_TO_THE_PERSON = "patient_id = ${0} and recipient = 'person'"


async def _stop(
    tx: Tx, which: str, *values: object, state: str, organisation_id: int, reason: str, now: datetime
) -> int:
    stop = _STOP.format(which=which.format(5, 6))
    gone = _count(await tx.execute(stop, state, reason, now, organisation_id, *values))
    if state == "void":
        unwanted = _UNWANTED.format(which=which.format(4, 5))
        await tx.execute(unwanted, reason, now, organisation_id, *values)
    return gone


def _count(tag: str) -> int:
    return int(tag.rsplit(" ", 1)[-1])
