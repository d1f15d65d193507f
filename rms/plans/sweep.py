"""The hot statements of the sweep (docs/performance.md has its figures). One statement does a chunk."""

QUEUED, NOT_REACHABLE = "queued", "not_reachable"

#: $1 today, $2 now, $3 how many. Takes due reminder stages, writes the next stage of each, queues the message by the
#: person's own channel, and answers with the rows that could not be queued plus, in every row, how many were taken.
SWEEP_REMINDERS = """
with due as materialized (
  select act_on, occurrence_id, stage from calendar
   where act_on <= $1 and stage ^@ 'remind:' order by act_on limit $3 for update skip locked),
gone as (
  delete from calendar c using due d
   where c.act_on <= $1 and c.act_on = d.act_on and c.occurrence_id = d.occurrence_id and c.stage = d.stage
  returning c.act_on, c.occurrence_id, c.stage),
work as (
  select g.act_on, g.stage, o.id as occurrence_id, o.organisation_id, o.plan_id, o.patient_id, o.team_id, o.title, o.due_on,
         o.latest_on, o.facts, o.channel, o.rescheduled, o.plan_revision, o.stages, o.stages_on,
         array_position(o.stages, g.stage) as here,
         o.state = 'open' and p.state = 'active' as runs
    from gone g join occurrence o on o.id = g.occurrence_id
    join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id),
step as (
  select w.*, w.stages[w.here + 1] as next_stage, w.stages_on[w.here + 1] as next_on,
         -- More than three days late and the next reminder due as well: that one is sent instead.
         w.stages[w.here + 1] ^@ 'remind:' and w.stages_on[w.here + 1] <= $1 and w.act_on < $1 - 3 as superseded
    from work w where w.runs),
again as (
  insert into calendar (act_on, organisation_id, occurrence_id, stage)
  select case when s.next_stage ^@ 'remind:' and not s.superseded then greatest(s.next_on, $1 + 1) else s.next_on end,
         s.organisation_id, s.occurrence_id, s.next_stage
    from step s where s.next_stage is not null),
noted as (
  insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)
  select s.organisation_id, s.occurrence_id, 'stage', s.stage, 'worker', $2 from step s),
way as (
  select s.*, m.prefers,
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
   where not coalesce(s.superseded, false)),
queued as (
  insert into message (organisation_id, patient_id, team_id, plan_id, plan_revision, recipient, cause_kind, cause_id, purpose,
                       channel, attempt, facts, not_before, not_after, queued_at)
  select w.organisation_id, w.patient_id, w.team_id, w.plan_id, w.plan_revision, 'person', 'occurrence', w.occurrence_id,
         case when w.act_on > w.due_on then 'test_late'
              else 'test_reminder_' || least(split_part(w.stage, ':', 2)::integer, 3) end,
         w.by_channel, w.rescheduled + 1, w.facts, $2, greatest(w.latest_on + 1, $1 + 7)::timestamptz, $2
    from way w where w.by_channel is not null
  on conflict (organisation_id, cause_kind, cause_id, purpose, recipient, channel, attempt) do nothing),
told as (select count(*)::integer as taken from gone)
select told.taken, 'not_reachable' as outcome, w.organisation_id, w.occurrence_id, w.plan_id, w.patient_id, w.team_id, w.title,
       w.due_on, w.stage
  from told left join way w on w.by_channel is null
"""

#: $1 today, $2 the stages to take, $3 how many. Takes due stages of running plans and writes the next stage of each.
TAKE_STAGES = """
with due as materialized (
  select act_on, occurrence_id, stage from calendar
   where act_on <= $1 and stage = any($2) order by act_on limit $3 for update skip locked),
gone as (
  delete from calendar c using due d
   where c.act_on <= $1 and c.act_on = d.act_on and c.occurrence_id = d.occurrence_id and c.stage = d.stage
  returning c.act_on, c.occurrence_id, c.stage),
work as (
  select g.act_on, g.stage, o.id as occurrence_id, o.organisation_id, o.plan_id, o.patient_id, o.team_id, o.step_key, o.title,
         o.due_on, o.latest_on, o.stages, o.stages_on, array_position(o.stages, g.stage) as here
    from gone g join occurrence o on o.id = g.occurrence_id and o.state = 'open'
    join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id and p.state = 'active'),
again as (
  insert into calendar (act_on, organisation_id, occurrence_id, stage)
  select w.stages_on[w.here + 1], w.organisation_id, w.occurrence_id, w.stages[w.here + 1]
    from work w where w.stages[w.here + 1] is not null),
noted as (
  insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)
  select w.organisation_id, w.occurrence_id, 'stage', w.stage, 'worker', clock_timestamp() from work w)
select act_on, stage, occurrence_id, organisation_id, plan_id, patient_id, team_id, step_key, title, due_on from work
"""
