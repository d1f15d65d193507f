"""What a nurse had decided to tell somebody and a recorded death took back, so that a reversal can say what to send again."""

import msgspec

from rms.clock import london_date
from rms.db.engine import Tx
from rms.messages.compose import day_in_words

# A message of a decision that still holds is taken back by a death and by nothing else: undone and overtaken ones are out.
_NEVER_LEFT = """
select m.id, m.team_id, m.plan_id, m.purpose, m.channel, d.decided_at, s.display_name as decided_by
  from patient p
  join message m on m.organisation_id = p.organisation_id and m.patient_id = p.id
  join decision d on d.organisation_id = m.organisation_id and d.id = m.cause_id
  join staff s on s.organisation_id = d.organisation_id and s.id = d.decided_by_staff_id
 where p.organisation_id = $1 and p.id = $2 and m.recipient = 'person' and m.cause_kind = 'decision' and m.state = 'void'
   and m.settled_at >= p.death_recorded_at and d.undone_at is null and d.overtaken_at is null
 order by m.id
"""


class NeverLeft(msgspec.Struct, frozen=True, kw_only=True):
    """One message that was decided and never left, and whose work it is."""

    message_id: int
    team_id: int
    plan_id: int | None
    sentence: str


async def decided_and_never_left(tx: Tx, *, organisation_id: int, patient_id: int) -> list[NeverLeft]:
    """What fell inside a death that is about to be taken back. Ask before the person is marked alive."""
    rows = await tx.fetch(_NEVER_LEFT, organisation_id, patient_id)
    return [
        NeverLeft(
            message_id=row["id"], team_id=row["team_id"], plan_id=row["plan_id"],
            sentence=f"a message ({row['purpose'].replace('_', ' ')}, by {row['channel']}), decided by {row['decided_by']} on"
                     f" {day_in_words(london_date(row['decided_at']))}, was taken back and never left",
        )
        for row in rows
    ]  # fmt: skip
