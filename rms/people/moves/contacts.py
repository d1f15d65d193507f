"""Ways to reach people, what they prefer, and that they want no messages."""

from collections.abc import Sequence
from datetime import datetime

from rms.audit.model import Actor
from rms.audit.moves import record, record_each
from rms.clock import london_date
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.model import ContactPoint

_WANTED = "jsonb_to_recordset($2) as w(patient_id bigint, kind text, value text, source text, as_of text)"

# What stands already: the same value in force. One that was found dead counts as standing for the register, which only
# repeats what it knew; staff and the person themselves say that it works again.
_STANDS = "c.value = w.value and (c.dead_at is null or w.source = 'register')"

_NOT_REACHED_SO_FAR = f"""
select distinct p.id from patient p join {_WANTED} on p.id = w.patient_id
 where p.organisation_id = $1 and p.prefers = 'phone'
   and not exists (select from contact_point c where c.organisation_id = $1 and c.patient_id = p.id)
"""

_END = f"""
update contact_point c set valid_until = $3 from {_WANTED}
 where c.organisation_id = $1 and c.patient_id = w.patient_id and c.kind = w.kind and c.valid_until is null
   and not ({_STANDS})
"""

_BEGIN = f"""
insert into contact_point (organisation_id, patient_id, kind, value, source, as_of, valid_from, recorded_by)
select $1, w.patient_id, w.kind, w.value, w.source, w.as_of, $3, $4 from {_WANTED}
 where not exists (select from contact_point c where c.organisation_id = $1 and c.patient_id = w.patient_id
                      and c.kind = w.kind and c.value = w.value and c.valid_until is null)
 order by w.patient_id, array_position(array['mobile', 'phone', 'email', 'post'], w.kind)
returning patient_id, kind
"""

_PREFER_WHAT_THERE_IS = """
update patient p set prefers = found.prefers
  from (select patient_id, (array_agg(case kind when 'mobile' then 'sms' when 'email' then 'email' else 'letter' end
                                      order by array_position(array['mobile', 'email', 'post'], kind)))[1] as prefers
          from contact_point where organisation_id = $1 and patient_id = any($2) and kind in ('mobile', 'email', 'post')
           and valid_until is null group by patient_id) found
 where p.organisation_id = $1 and p.id = found.patient_id
"""


async def set_contact(
    tx: Tx, *, organisation_id: int, patient_id: int, contact: ContactPoint, by: Actor, now: datetime
) -> None:
    """Put a way to reach the person in force; the one of the same kind ends today. The same value again: nothing."""
    await set_contacts(tx, organisation_id=organisation_id, contacts=[(patient_id, contact)], by=by, now=now)


async def set_contacts(
    tx: Tx, *, organisation_id: int, contacts: Sequence[tuple[int, ContactPoint]], by: Actor, now: datetime
) -> None:
    """Put ways to reach people in force (patient id, contact); of two of one kind the later holds.

    Somebody who could not be reached at all until now is reached by the best there is, until they say otherwise.
    """
    if not contacts:
        return
    last = {(patient_id, contact.kind): contact for patient_id, contact in contacts}
    rows = [
        {"patient_id": patient_id, "kind": kind, "value": contact.value, "source": contact.source,
         "as_of": str(contact.as_of) if contact.as_of else None}
        for (patient_id, kind), contact in last.items()
    ]  # fmt: skip
    first_ever = [row["id"] for row in await tx.fetch(_NOT_REACHED_SO_FAR, organisation_id, rows)]
    today = london_date(now)
    await tx.execute(_END, organisation_id, rows, today)
    begun = await tx.fetch(_BEGIN, organisation_id, rows, today, by.name)
    await tx.execute(_PREFER_WHAT_THERE_IS, organisation_id, first_ever)
    await record_each(
        tx, by=by, verb="contact.set", subject_kind="patient", organisation_id=organisation_id,
        about=[(row["patient_id"], row["patient_id"]) for row in begun],
        details=[{"kind": row["kind"]} for row in begun],
    )  # fmt: skip


async def mark_contact_dead(
    tx: Tx, *, organisation_id: int, contact_id: int, why: str, by: Actor, now: datetime
) -> int:
    """A number or address that does not work; returns the patient id."""
    patient_id: int | None = await tx.fetchval(
        "update contact_point set dead_at = $3, dead_why = $4 where organisation_id = $1 and id = $2"
        " returning patient_id",
        organisation_id, contact_id, now, why,
    )  # fmt: skip
    if patient_id is None:
        raise NotFound("There is no such contact detail.")
    await record(tx, by=by, verb="contact.dead", subject_kind="contact_point", subject_id=contact_id,
                 patient_id=patient_id, organisation_id=organisation_id, reason=why)  # fmt: skip
    return patient_id


async def set_preference(tx: Tx, *, organisation_id: int, patient_id: int, prefers: str, by: Actor) -> None:
    """How the person wants to be reached: sms, email, letter or phone."""
    await _found(tx, "update patient set prefers = $3 where organisation_id = $1 and id = $2 returning id",
                 organisation_id, patient_id, prefers)  # fmt: skip
    await record(tx, by=by, verb="person.prefer", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"prefers": prefers})  # fmt: skip


async def stop_messages(tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor, now: datetime) -> None:
    """The person wants no messages. Their plan goes on; what they would have been sent becomes the team's work."""
    await _found(
        tx,
        "update patient set messages_stopped_at = coalesce(messages_stopped_at, $3),"
        " messages_stopped_by = coalesce(messages_stopped_by, $4), messages_stopped_why = coalesce(messages_stopped_why, $5)"
        " where organisation_id = $1 and id = $2 returning id",
        organisation_id, patient_id, now, by.name, why,
    )  # fmt: skip
    await record(tx, by=by, verb="messages.stop", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, reason=why)  # fmt: skip


async def start_messages(tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor) -> None:
    """The person wants messages again. What they missed meanwhile is not sent after all."""
    await _found(
        tx,
        "update patient set messages_stopped_at = null, messages_stopped_by = null, messages_stopped_why = null"
        " where organisation_id = $1 and id = $2 returning id",
        organisation_id, patient_id,
    )  # fmt: skip
    await record(tx, by=by, verb="messages.start", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 organisation_id=organisation_id, reason=why)  # fmt: skip


async def _found(tx: Tx, sql: str, *arguments: object) -> None:
    """Run a statement about one person; NotFound when they are not this organisation's, so that nothing is audited."""
    if await tx.fetchval(sql, *arguments) is None:
        raise NotFound("There is no such person.")
