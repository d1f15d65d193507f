"""What would wait unseen: tasks of a team in which nobody sees them, and what nobody could be asked about at all."""

from typing import Final

import asyncpg

from rms.people.store import ATTENDED, SEE_ALERTS
from rms.sync.finding import Finding, fine, wrong

#: The worker asks within seconds; what is older than this was not asked about because nobody could be.
_SET_ASIDE: Final = """
select count(*) as messages, min(received_at) as first_at from inbox
 where state = 'set_aside' and asked_alert_id is null and handled_at < clock_timestamp() - interval '5 minutes'
"""
_UNSEEN: Final = f"""
select o.code || ' ' || t.key as team, count(*) as alerts
  from alert a join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  join organisation o on o.id = t.organisation_id
 where a.state <> 'closed' and not {ATTENDED} group by 1 order by 1
"""
# With a team to tell, an alert stands for it (`rms/sync/register_moves.py`).
_UNTOLD: Final = """
select o.code, count(*) as events from event e join organisation o on o.id = e.organisation_id
 where e.state in ('waiting', 'delivering') and e.failing_since < clock_timestamp() - interval '1 day'
   and not exists (select from team t where t.organisation_id = e.organisation_id) group by 1 order by 1
"""


async def look_at_unattended(owner: asyncpg.Connection) -> list[Finding]:
    """Messages, alerts and events that no person would see by themselves."""
    found: list[Finding] = []
    aside = await owner.fetchrow(_SET_ASIDE)
    assert aside is not None
    if aside["messages"]:
        found.append(wrong("set aside", f"{aside['messages']} received since {aside['first_at']:%Y-%m-%d} cannot be filed and"
                           " nobody was asked: `rms hl7 list --state set_aside` shows them. A team needs somebody in it"
                           " who sees alerts (`rms user add`), and the worker must run."))  # fmt: skip
    if unseen := [f"{row['team']} ({row['alerts']})" for row in await owner.fetch(_UNSEEN, list(SEE_ALERTS))]:
        found.append(
            wrong("alerts nobody sees", f"nobody in these teams sees alerts, and some are open: {', '.join(unseen)}.")
        )
    if untold := [f"{row['code']} ({row['events']})" for row in await owner.fetch(_UNTOLD)]:
        found.append(wrong("register", f"it has not taken what happened for over a day, and no team can be told:"
                           f" {', '.join(untold)}. Add one with `rms team add`."))  # fmt: skip
    return found or [fine("tasks", "every one is with somebody who sees it.")]
