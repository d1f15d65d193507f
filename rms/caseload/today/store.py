"""What waits for some teams or for one member of staff: how many of each and since when the oldest, in one statement.

Each count is taken by the very condition of the list it leads to. What waits for a look is sorted by the review itself, for
all teams of the one who asks, because a review is taken from the pile of a team and not from one's own.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from rms.caseload.late.conditions import LATE
from rms.caseload.letters.conditions import IN_QUEUE
from rms.caseload.looking import Look
from rms.caseload.messages.conditions import STOPPED
from rms.caseload.notes.conditions import HANDED_OVER
from rms.caseload.review.strays import asking_for
from rms.caseload.today.unattended import UNATTENDED
from rms.caseload.unmatched.conditions import UNMATCHED
from rms.caseload.worklist.surroundings import Scope
from rms.clock import start_of_london_day
from rms.followup.review.queue import Counts, counts


class What(StrEnum):
    """What is counted."""

    ACT_TODAY = "act_today"
    LOOK_SOON = "look_soon"
    CHASE = "chase"
    FIX_DATA = "fix_data"
    IN_RANGE = "in_range"
    ONE_BY_ONE = "one_by_one"
    DUE_BACK = "due_back"
    LATE = "late"
    STOPPED = "stopped"
    LETTERS = "letters"
    UNMATCHED = "unmatched"
    NOTES = "notes"
    FINISHED = "finished"
    UNATTENDED = "unattended"


_WAITING: Final = f"""
select a.kind as what, count(*) as waiting, min(a.opened_at) as since
  from alert a left join plan l on l.organisation_id = a.organisation_id and l.id = a.plan_id
 where a.organisation_id = $2 and a.team_id = any($1) and a.state in ('open', 'taken')
   and ($4::bigint is null or coalesce(a.owner_staff_id, l.nurse_staff_id) = $4)
   and (not $5 or a.owner_staff_id is null)
 group by a.kind
union all select 'late', count(*), min(o.due_on)::timestamptz {LATE} and o.kind = 'test'
union all select 'stopped', count(*), min(m.queued_at) {STOPPED}
union all select 'letters', count(*), min(g.made_at) {IN_QUEUE}
union all select 'unmatched', count(*), min(f.at) {UNMATCHED}
union all select 'notes', count(*), min(n.written_at) {HANDED_OVER}
union all select case when u.why = 'finished' then 'finished' else 'unattended' end, count(*), min(u.since)
  from ({UNATTENDED}) u group by 1
"""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many wait, and since when the oldest of them; None when none does. `at_least`: there may be more."""

    waiting: int
    since: datetime | None
    at_least: bool = False


async def waiting_counts(look: Look, scope: Scope) -> Mapping[What, Count]:
    """How many wait of everything; what has none is there too."""
    rows = await look.tx.fetch(_WAITING, *scope.parameters)
    found = {What(row["what"]): Count(waiting=row["waiting"], since=row["since"]) for row in rows}
    found |= _of_review(await counts(look.tx, await asking_for(look.tx, look.asks)))
    return {what: found.get(what, Count(waiting=0, since=None)) for what in What}


def _of_review(found: Counts) -> dict[What, Count]:
    """The piles as `/review` counts them; what is due back is among those to look at one by one."""
    back = None if found.due_back_on is None else start_of_london_day(found.due_back_on)
    more = not found.all_counted
    return {
        What.IN_RANGE: Count(waiting=found.in_range, since=found.in_range_since, at_least=more),
        What.ONE_BY_ONE: Count(waiting=found.one_by_one, since=found.one_by_one_since, at_least=more),
        What.DUE_BACK: Count(waiting=found.due_back, since=back),
    }
