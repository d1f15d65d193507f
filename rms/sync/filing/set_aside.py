"""What was set aside (from a stranger, nobody to ask, unreadable for ever) is a named team's task until a person ends it.

Filing leaves the row; this finds it by an index of nothing but such rows, so that also what an earlier release or a
trust with nobody in any team left behind is asked about as soon as somebody would see it; until then `rms doctor` and
the set-up pages say so (ADR 0015). The alert shows nothing of the message: whose
it is, and so which organisation may read it, is not known. A stranger that sends a hundred is one question, not a hundred:
what came from one address for one reason hangs on one alert, for as long as that is open.
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


#: More messages of one sender than these are not counted out.
_MOST_COUNTED = 1000

# The open alert on which what came from the same place for the same reason hangs already, and how much that is.
_HANGS_ON = """
select h.organisation_id, h.team_id, h.subject_id, count(*) as others from (
  select a.organisation_id, a.team_id, a.subject_id
    from inbox i join alert a on a.organisation_id = i.asked_organisation_id and a.id = i.asked_alert_id
   where i.state = 'set_aside' and i.peer_address = $1 and i.state_reason = $2 and i.peer_id is not distinct from $3
     and a.state <> 'closed' order by i.id desc limit $4) h
 group by h.organisation_id, h.team_id, h.subject_id order by others desc limit 1
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
    hung = await tx.fetchrow(_HANGS_ON, one.peer_address, one.reason, one.peer_id, _MOST_COUNTED)
    if hung is not None:
        await _raise(tx, one, organisation_id=hung["organisation_id"], team_id=hung["team_id"],
                     subject_id=hung["subject_id"], others=hung["others"])  # fmt: skip
        return True
    who = [row["id"] for row in await tx.fetch(_WHO_ANSWERS, one.peer_id)]
    asked = await attended_team(tx, organisation_ids=who)
    if asked is None:
        return False
    await _raise(tx, one, organisation_id=asked.organisation_id, team_id=asked.team_id, subject_id=one.id, others=0)
    return True


async def _raise(tx: Tx, one: SetAside, *, organisation_id: int, team_id: int, subject_id: int, others: int) -> None:
    """About the first of them. The epoch is in the cause: read again after a mend and set aside again it is news, and a
    closed alert opens again."""
    alert_id = await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.FIX_DATA, subject_kind="inbox",
        subject_id=subject_id, rule_key="inbox-set-aside", sentence=_sentence(one, others=others),
        cause_kind=f"set-aside:{one.epoch}", cause_id=one.id, by=WORKER, now=tx.now,
    )  # fmt: skip
    await tx.execute("update inbox set asked_organisation_id = $2, asked_alert_id = $3 where id = $1",
                     one.id, organisation_id, alert_id)  # fmt: skip


def _sentence(one: SetAside, *, others: int) -> str:
    came = f"from {one.peer_address} on {day(london_date(one.received_civil_at))}"
    if others == 0:
        said = f"A message came {came}. It is kept and not filed"
    else:
        count = f"More than {_MOST_COUNTED:,}" if others >= _MOST_COUNTED else f"{others + 1:,}"
        said = f"{count} messages came, the last {came}. They are kept and not filed"
    return f"{said}: {one.reason} Nobody else looks at this."
