"""What waits to be sent by one channel goes by another, because the person has asked for that."""

from datetime import datetime

from rms.db.engine import Tx
from rms.messages.model import CODES, Channel, Recipient

# What stands already by the other channel is not sent twice: then the one that waits is taken back.
_REROUTE = """
with waiting as (
  select m.id, exists (select from message o where o.organisation_id = m.organisation_id and o.cause_kind = m.cause_kind
                        and o.cause_id = m.cause_id and o.purpose = m.purpose and o.recipient = m.recipient
                        and o.attempt = m.attempt and o.channel = $4) as twice
    from message m
   where m.organisation_id = $1 and m.patient_id = $2 and m.channel = $3 and m.recipient = $5 and m.state = 'queued'
     and m.purpose <> all($6)
   order by m.id for no key update),
changed as (
  update message m set channel = case when w.twice then m.channel else $4 end,
         state = case when w.twice then 'void' else m.state end,
         state_reason = case when w.twice then $7 else m.state_reason end,
         settled_at = case when w.twice then $8::timestamptz else m.settled_at end
    from waiting w where m.organisation_id = $1 and m.id = w.id
  returning m.organisation_id, m.id, w.twice)
insert into message_event (organisation_id, message_id, kind, detail, at)
select organisation_id, id, case when twice then 'void' else 'rerouted' end, $7, $8 from changed
"""


async def reroute(
    tx: Tx, *, organisation_id: int, patient_id: int, away_from: Channel, to: Channel, reason: str, now: datetime
) -> None:
    """Send what waits for a person by another channel. The caller holds the person's lock."""
    await tx.execute(_REROUTE, organisation_id, patient_id, away_from, to, Recipient.PERSON, list(CODES), reason, now)
