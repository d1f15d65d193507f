"""Everything that happened about one person, from where each room keeps it, in one list with the newest first.

An alert's move and a decision stand in the audit as well; here each is told once, from the room that knows why.
"""

from datetime import datetime

import msgspec

from rms.caseload.looking import Look

PAGE = 50

_ALL = """
with happened as (
  select civil_at as at, 'audit' as origin, verb as what, actor_kind, actor_name as by_name, reason, subject_kind as about,
         details->>'kind' as detail, id
    from audit_entry
   where organisation_id = $1 and patient_id = $2 and verb not like '%.look' and verb not like 'alert.%'
     and verb not like 'decide.%' and verb not in ('answer.save', 'assignment.open', 'review.decide', 'review.confirm')
  union all
  select m.at, 'alert', m.move, m.by_kind, m.by_name, coalesce(m.reason, ''), a.sentence, a.kind, m.id
    from alert a join alert_move m on m.organisation_id = a.organisation_id and m.alert_id = a.id
   where a.organisation_id = $1 and a.patient_id = $2
  union all
  select a.opened_at, 'alert', 'raise', 'system', 'RMS', '', coalesce(c.sentence, a.sentence), a.kind, a.id
    from alert a left join lateral (
         select sentence from alert_cause c where c.organisation_id = a.organisation_id and c.alert_id = a.id
          order by id limit 1
         ) c on true
   where a.organisation_id = $1 and a.patient_id = $2
  union all
  select d.decided_at, 'decision', d.kind, 'staff', s.display_name, d.note, d.subject_kind, d.until_on::text, d.id
    from decision d join staff s on s.organisation_id = d.organisation_id and s.id = d.decided_by_staff_id
   where d.organisation_id = $1 and d.patient_id = $2
  union all
  select d.undone_at, 'decision', 'undone', 'staff', s.display_name, null, d.kind, null, d.id
    from decision d join staff s on s.organisation_id = d.organisation_id and s.id = d.undone_by_staff_id
   where d.organisation_id = $1 and d.patient_id = $2 and d.undone_at is not null
  union all
  select e.at, 'step', e.what, 'system', e.by_name, e.detail, o.title, o.due_on::text, e.id
    from plan l join occurrence o on o.organisation_id = l.organisation_id and o.plan_id = l.id
    join occurrence_event e on e.organisation_id = o.organisation_id and e.occurrence_id = o.id
   where l.organisation_id = $1 and l.patient_id = $2)
select at, origin, what, actor_kind, by_name, nullif(reason, '') as reason, about, detail, count(*) over () as total
  from happened order by at desc, origin, id desc limit $3 offset $4
"""


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `about` and `detail` depend on `origin`: audit, alert, decision or step."""

    at: datetime
    origin: str
    what: str
    actor_kind: str
    by_name: str
    reason: str | None
    about: str | None
    detail: str | None


async def history_of(look: Look, *, patient_id: int, page: int = 1, size: int = PAGE) -> tuple[list[Happened], int]:
    """One page of the history, the newest first, and how many lines there are; 0 of a page beyond the last."""
    rows = await look.tx.fetch(_ALL, look.asks.organisation_id, patient_id, size, (page - 1) * size)
    lines = [Happened(**{name: row[name] for name in Happened.__struct_fields__}) for row in rows]
    return lines, rows[0]["total"] if rows else 0
