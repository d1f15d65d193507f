"""What waits for some teams or for one member of staff: how many of each and since when the oldest, in one statement.

Each count is taken by the very condition of the list it leads to.
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
from rms.caseload.today.unattended import UNATTENDED
from rms.caseload.unmatched.conditions import UNMATCHED
from rms.caseload.worklist.surroundings import Scope


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


# What waits for a look is sorted when the review is opened, by every rule; here stands only what one look can tell:
# somebody was expected to send it, no alert about the person is open, and no rule spoke. The sum of both is exact.
_WAITING: Final = f"""
with review as (
  select r.filed_at as since, r.review_state, r.organisation_id, 'result' as subject, r.id, r.patient_id,
         r.review_state = 'to_review' and r.occurrence_id is not null
         and not exists (select from alert a where a.organisation_id = r.organisation_id and a.patient_id = r.patient_id
                            and a.state <> 'closed')
         and not exists (select from rule_evaluation e where e.organisation_id = r.organisation_id
                            and e.cause_kind = 'result_version' and e.cause_id = r.current_version_id
                            and e.outcome <> 'clear') as may_be_in_range
    from result r left join plan l on l.organisation_id = r.organisation_id and l.id = r.plan_id
   where r.organisation_id = $2 and r.team_id = any($1) and r.review_state in ('to_review', 'set_aside')
     and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
  union all
  select a.submitted_at, a.review_state, a.organisation_id, 'response', a.id, a.patient_id, false
    from assignment a left join plan l on l.organisation_id = a.organisation_id and l.id = a.plan_id
   where a.organisation_id = $2 and a.team_id = any($1) and a.review_state in ('to_review', 'set_aside')
     and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)),
back as (
  select d.until_on, w.since from review w cross join lateral (
    select d.until_on from decision d where d.organisation_id = w.organisation_id and d.patient_id = w.patient_id
       and d.subject_kind = w.subject and d.subject_id = w.id and d.kind = 'set_aside' and d.undone_at is null
     order by d.id desc limit 1) d
   where w.review_state = 'set_aside' and d.until_on <= $3)
select a.kind as what, count(*) as waiting, min(a.opened_at) as since
  from alert a left join plan l on l.organisation_id = a.organisation_id and l.id = a.plan_id
 where a.organisation_id = $2 and a.team_id = any($1) and a.state in ('open', 'taken')
   and ($4::bigint is null or coalesce(a.owner_staff_id, l.nurse_staff_id) = $4)
   and (not $5 or a.owner_staff_id is null)
 group by a.kind
union all select 'in_range', count(*), min(since) from review where may_be_in_range
union all select 'one_by_one', count(*), min(since) from review where review_state = 'to_review' and not may_be_in_range
union all select 'due_back', count(*), min(until_on)::timestamptz from back
union all select 'late', count(*), min(o.due_on)::timestamptz {LATE} and o.kind = 'test'
union all select 'stopped', count(*), min(m.queued_at) {STOPPED}
union all select 'letters', count(*), min(g.made_at) {IN_QUEUE}
union all select 'unmatched', count(*), min(f.at) {UNMATCHED}
union all select 'notes', count(*), min(n.written_at) {HANDED_OVER}
union all select case when u.why = 'finished' then 'finished' else 'unattended' end, count(*), min(u.since)
  from ({UNATTENDED}) u group by 1
"""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many wait, and since when the oldest of them; None when none does."""

    waiting: int
    since: datetime | None


async def waiting_counts(look: Look, scope: Scope) -> Mapping[What, Count]:
    """How many wait of everything; what has none is there too."""
    rows = await look.tx.fetch(_WAITING, *scope.parameters)
    found = {What(row["what"]): Count(waiting=row["waiting"], since=row["since"]) for row in rows}
    return {what: found.get(what, Count(waiting=0, since=None)) for what in What}
