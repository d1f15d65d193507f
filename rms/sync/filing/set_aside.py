"""What was set aside (a sender we do not know, no team, unreadable for ever) is a named team's task until a person ends it.

Filing leaves the row; this finds it by an index of nothing but such rows, so that also what an earlier release or a
trust without a team left behind is asked about as soon as somebody can be. The alert shows nothing of the message: whose
it is, and so which organisation may read it, is not known.
"""

from datetime import datetime

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.clock import london_date
from rms.db.engine import Tx
from rms.people.store import team_for_site
from rms.plans.schedule.words import day

_NOBODY_ASKED = """
select id, epoch, peer_id, peer_address, received_civil_at, state_reason as reason from inbox
 where state = 'set_aside' and asked_alert_id is null order by id limit $1 for update skip locked
"""

# An organisation that the sender may send for, else the first of this installation; only one with a team can be asked.
_WHO_ANSWERS = """
select who.id from (
  select organisation_id as id, 1 as rank from peer_organisation where peer_id = $1
  union all select id, 2 from organisation) who
 where exists (select from team t where t.organisation_id = who.id) order by who.rank, who.id limit 1
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
    """Give what was set aside to a team; how many. 0 also when no organisation has a team yet: then it goes on waiting."""
    rows = await tx.fetch(_NOBODY_ASKED, at_most)
    return sum([await _ask(tx, SetAside(**dict(row))) for row in rows])


async def _ask(tx: Tx, one: SetAside) -> bool:
    organisation_id = await tx.fetchval(_WHO_ANSWERS, one.peer_id)
    if organisation_id is None:
        return False
    team = await team_for_site(tx, organisation_id=organisation_id, site=None)
    assert team is not None
    # Its epoch is in the cause: read again after a mend and set aside again, it is news, and a closed alert opens again.
    alert_id = await raise_alert(
        tx, organisation_id=organisation_id, team_id=team.id, kind=AlertKind.FIX_DATA, subject_kind="inbox",
        subject_id=one.id, rule_key="inbox-set-aside", sentence=_sentence(one), cause_kind=f"set-aside:{one.epoch}",
        cause_id=one.id, by=WORKER, now=tx.now,
    )  # fmt: skip
    await tx.execute("update inbox set asked_organisation_id = $2, asked_alert_id = $3 where id = $1",
                     one.id, organisation_id, alert_id)  # fmt: skip
    return True


def _sentence(one: SetAside) -> str:
    came = f"A message that came from {one.peer_address} on {day(london_date(one.received_civil_at))}"
    return f"{came} was answered and cannot be filed: {one.reason} Nobody else looks at it; `rms hl7 list` shows it."
