"""The hot statements of the sweep (docs/performance.md has its figures). One statement does a chunk.

`c.act_on <= $1` stands in every statement so that the months ahead are never opened. A change of a plan and a sweep
hold the calendar row against each other; a sweep never waits, it leaves what somebody else has in hand.
"""

from rms.plans.rows import LOOK_AGAIN

NOT_REACHABLE = "not_reachable"

#: $1 organisation, $2 occurrence. How many of its reminders were taken back before they left. A message's attempt is the
#: round it belongs to: each new date begins one, and so does going on after reminders were taken back.
NEVER_LEFT = """
select count(*)::integer
  from occurrence o
  join message m on m.organisation_id = o.organisation_id and m.cause_kind = 'occurrence' and m.cause_id = o.id
 where o.organisation_id = $1 and o.id = $2 and m.state = 'void' and m.attempt = o.rescheduled + 1
"""

_GONE = """
gone as (
  delete from calendar c using due d
   where c.act_on <= $1 and c.act_on = d.act_on and c.occurrence_id = d.occurrence_id and c.stage = d.stage
  returning c.act_on, c.occurrence_id, c.stage)
"""

#: $1 today. Whether the sweep of reminders would find anything. Nearly always it would not, and planning it over every
#: month of the calendar costs many times this question.
ANY_REMINDER = "select exists (select from calendar where act_on <= $1 and stage ^@ 'remind:')"

#: $1 today, $2 now, $3 how many. Takes due reminder stages, writes the next stage of each, queues the message by the
#: person's own channel, and answers with the rows that could not be queued plus, in every row, how many were taken.
SWEEP_REMINDERS = f"""
with due as materialized (
  select act_on, occurrence_id, stage from calendar
   where act_on <= $1 and stage ^@ 'remind:' order by act_on limit $3 for update skip locked),
{_GONE},
work as (
  select g.act_on, g.stage, split_part(g.stage, ':', 2)::integer as which, o.id as occurrence_id, o.organisation_id, o.plan_id,
         o.patient_id, o.team_id, o.title, o.due_on, o.latest_on, o.facts, o.channel, o.rescheduled, o.plan_revision,
         o.stages[array_position(o.stages, g.stage) + 1] as next_stage,
         o.stages_on[array_position(o.stages, g.stage) + 1] as next_on
    from gone g join occurrence o on o.id = g.occurrence_id and o.state = 'open'
    join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id and p.state = 'active'),
step as (
  -- More than three days late and the next reminder due as well: that one is sent instead.
  select w.*, coalesce(w.next_stage ^@ 'remind:' and w.next_on <= $1 and w.act_on < $1 - 3, false) as superseded
    from work w),
again as (
  insert into calendar (act_on, organisation_id, occurrence_id, stage)
  select case when s.next_stage is null then $1 + 28
              when s.next_stage ^@ 'remind:' and not s.superseded then greatest(s.next_on, $1 + 1)
              else s.next_on end,
         s.organisation_id, s.occurrence_id, coalesce(s.next_stage, '{LOOK_AGAIN}')
    from step s),
noted as (
  insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)
  select s.organisation_id, s.occurrence_id, 'stage', s.stage, 'worker', $2 from step s),
way as (
  select s.*,
         case when s.channel is not null then s.channel
              when m.prefers = 'phone' then null
              else (select case c.kind when 'mobile' then 'sms' when 'email' then 'email' else 'letter' end
                      from contact_point c
                     where c.organisation_id = s.organisation_id and c.patient_id = s.patient_id
                       and c.valid_until is null and c.dead_at is null and c.kind in ('mobile', 'email', 'post')
                     order by (case c.kind when 'mobile' then 'sms' when 'email' then 'email' else 'letter' end
                               = m.prefers) desc,
                              case c.kind when 'mobile' then 1 when 'email' then 2 else 3 end
                     limit 1) end as by_channel
    from step s join patient m on m.organisation_id = s.organisation_id and m.id = s.patient_id
   where not s.superseded),
queued as (
  insert into message (organisation_id, patient_id, team_id, plan_id, plan_revision, recipient, cause_kind, cause_id, purpose,
                       channel, attempt, facts, not_before, not_after, queued_at)
  select w.organisation_id, w.patient_id, w.team_id, w.plan_id, w.plan_revision, 'person', 'occurrence', w.occurrence_id,
         case when w.act_on > w.due_on then 'test_late' else 'test_reminder_' || least(w.which, 3) end,
         w.by_channel, w.rescheduled + 1, w.facts, $2, greatest(w.latest_on + 1, $1 + 7)::timestamptz, $2
    from way w where w.by_channel is not null
  on conflict (organisation_id, cause_kind, cause_id, purpose, recipient, channel, attempt) do nothing),
told as (select count(*)::integer as taken from gone)
select told.taken, '{NOT_REACHABLE}' as outcome, w.organisation_id, w.occurrence_id, w.plan_id, w.patient_id, w.team_id,
       w.title, w.due_on, w.stage, w.rescheduled
  from told left join way w on w.by_channel is null
"""

#: $1 today, $2 the stages to take, $3 how many. Takes due stages of running plans, writes the next stage of each and
#: locks the people they are about, as every door does, before anything is decided about them.
TAKE_STAGES = f"""
with found as materialized (
  select c.act_on, c.occurrence_id, c.stage, o.patient_id
    from calendar c join occurrence o on o.id = c.occurrence_id
   where c.act_on <= $1 and c.stage = any($2) order by c.act_on limit $3),
free as materialized (
  select m.id from patient m where m.id in (select patient_id from found) order by m.id for no key update skip locked),
due as materialized (
  select c.act_on, c.occurrence_id, c.stage
    from calendar c join found f on f.occurrence_id = c.occurrence_id and f.stage = c.stage and f.act_on = c.act_on
   where c.act_on <= $1 and f.patient_id in (select id from free) for update of c skip locked),
{_GONE},
work as (
  select g.act_on, g.stage, o.id as occurrence_id, o.organisation_id, o.plan_id, o.patient_id, o.team_id, o.step_key, o.number,
         o.title, o.due_on, o.latest_on, o.rescheduled,
         o.stages[array_position(o.stages, g.stage) + 1] as next_stage,
         o.stages_on[array_position(o.stages, g.stage) + 1] as next_on
    from gone g join occurrence o on o.id = g.occurrence_id and o.state = 'open'
    join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id and p.state = 'active'),
again as (
  insert into calendar (act_on, organisation_id, occurrence_id, stage)
  select case when w.next_stage is null then $1 + 28 else w.next_on end, w.organisation_id, w.occurrence_id,
         coalesce(w.next_stage, '{LOOK_AGAIN}')
    from work w),
noted as (
  insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)
  select w.organisation_id, w.occurrence_id, 'stage', w.stage, 'worker',
         (select clock_timestamp() + civil_offset from database_state) from work w)
select act_on, stage, occurrence_id, organisation_id, plan_id, patient_id, team_id, step_key, number, title, due_on,
       latest_on, rescheduled
  from work order by patient_id, occurrence_id
"""

#: $1 now, $2 how many. The form goes where the first reminder went by text or email, unless the hospital books the test.
FORMS_TO_SEND = """
insert into message (organisation_id, patient_id, team_id, plan_id, plan_revision, recipient, cause_kind, cause_id, purpose,
                     channel, attempt, facts, not_before, not_after, queued_at)
select m.organisation_id, m.patient_id, m.team_id, m.plan_id, m.plan_revision, 'person', 'occurrence', m.cause_id,
       'test_request', 'letter', m.attempt, m.facts, m.not_before, m.not_after, $1::timestamptz
  from message m
  join occurrence o on o.organisation_id = m.organisation_id and o.id = m.cause_id and o.state = 'open'
 where m.purpose = 'test_reminder_1' and m.channel <> 'letter' and m.queued_at > $1::timestamptz - interval '7 days'
   and m.cause_kind = 'occurrence' and m.recipient = 'person' and m.state not in ('void', 'expired')
   and m.not_after > $1::timestamptz and m.facts ? 'place' and not coalesce((m.facts->>'booked_by_hospital')::boolean, false)
   and not exists (select from message f where f.organisation_id = m.organisation_id and f.cause_kind = m.cause_kind
                      and f.cause_id = m.cause_id and f.purpose = 'test_request' and f.recipient = m.recipient
                      and f.channel = 'letter' and f.attempt = m.attempt)
 limit $2
on conflict (organisation_id, cause_kind, cause_id, purpose, recipient, channel, attempt) do nothing
returning id
"""
