"""What was set aside (from a stranger, nobody to ask, unreadable for ever) is a named team's task until a person ends it.

Filing leaves the row; this finds it by an index of nothing but such rows, so that also what an earlier release or a
trust with nobody in any team left behind is asked about as soon as somebody would see it; until then `rms doctor` and
the set-up pages say so (ADR 0015). The alert shows nothing of the message: whose
it is, and so which organisation may read it, is not known.
"""

from datetime import datetime

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.clock import london_date
from rms.db.engine import Tx
from rms.people.store import attended_team
from rms.plans.schedule.words import day

_NOBODY_ASKED = """
select id, epoch, peer_id, peer_address, received_civil_at, state_reason as reason from inbox
 where state = 'set_aside' and asked_alert_id is null order by id limit $1 for update skip locked
"""

# The organisations that the sender may send for, then all others of this installation.
_WHO_ANSWERS = """
select who.id from (
  select organisation_id as id, 1 as rank from peer_organisation where peer_id = $1
  union all select id, 2 from organisation) who group by who.id order by min(who.rank), who.id
"""


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """A message that nobody has been asked about. `epoch` tells its readings apart."""

    id: int
    epoch: int
    peer_id: int | None
    peer_address: str
    received_civil_at: datetime
    reason: str


async def ask_about_set_aside(tx: Tx, *, at_most: int) -> int:
    """Give what was set aside to a team; how many. 0 also when nobody would see it yet: then it goes on waiting."""
    rows = await tx.fetch(_NOBODY_ASKED, at_most)
    return sum([await _ask(tx, SetAside(**dict(row))) for row in rows])


async def _ask(tx: Tx, one: SetAside) -> bool:
    who = [row["id"] for row in await tx.fetch(_WHO_ANSWERS, one.peer_id)]
    asked = await attended_team(tx, organisation_ids=who)
    if asked is None:
        return False
    # Its epoch is in the cause: read again after a mend and set aside again, it is news, and a closed alert opens again.
    alert_id = await raise_alert(
        tx, organisation_id=asked.organisation_id, team_id=asked.team_id, kind=AlertKind.FIX_DATA, subject_kind="inbox",
        subject_id=one.id, rule_key="inbox-set-aside", sentence=_sentence(one), cause_kind=f"set-aside:{one.epoch}",
        cause_id=one.id, by=WORKER, now=tx.now,
    )  # fmt: skip
    await tx.execute("update inbox set asked_organisation_id = $2, asked_alert_id = $3 where id = $1",
                     one.id, asked.organisation_id, alert_id)  # fmt: skip
    return True


def _sentence(one: SetAside) -> str:
    came = f"A message that came from {one.peer_address} on {day(london_date(one.received_civil_at))}"
    return f"{came} was answered and cannot be filed: {one.reason} Nobody else looks at it; `rms hl7 list` shows it."
