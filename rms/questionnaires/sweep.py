"""The statements of the duties: which questionnaires are to be asked now, and which are over."""

#: $1 today, $2 how many. Whom the due stages are about; their people are locked before anything is taken.
CANDIDATES = """
select c.occurrence_id, o.patient_id
  from (select occurrence_id from calendar where act_on <= $1 and stage ^@ 'ask:' order by act_on limit $2) c
  join occurrence o on o.id = c.occurrence_id
"""

#: $1 people. Somebody who is busy is left for the next round; nobody waits.
LOCK_PEOPLE = "select id from patient where id = any($1) order by id for no key update skip locked"

#: $1 today, $2 occurrences, $3 people that are locked. Takes the due `ask:n` stages of these and writes the next stage of
#: each: the next message a day later at the earliest. A stage more than three days late is left out when the next one is
#: due as well. Answers with what to ask of whom; nothing for a plan that stands still.
TAKE_STAGES = """
with due as materialized (
  select c.act_on, c.occurrence_id, c.stage from calendar c join occurrence o on o.id = c.occurrence_id
   where c.act_on <= $1 and c.stage ^@ 'ask:' and c.occurrence_id = any($2) and o.patient_id = any($3)
   order by c.act_on for update of c skip locked),
gone as (
  delete from calendar c using due d
   where c.act_on <= $1 and c.act_on = d.act_on and c.occurrence_id = d.occurrence_id and c.stage = d.stage
  returning c.act_on, c.occurrence_id, c.stage),
work as (
  select g.act_on, g.stage, o.id as occurrence_id, o.organisation_id, o.plan_id, o.patient_id, o.team_id, o.title,
         o.step_key, o.questionnaire_key, o.due_on, o.latest_on, o.facts, o.channel, o.rescheduled, o.plan_revision,
         o.stages, o.stages_on, array_position(o.stages, g.stage) as here
    from gone g join occurrence o on o.id = g.occurrence_id and o.state = 'open'
    join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id and p.state = 'active'),
step as (
  select w.*, w.stages[w.here + 1] as next_stage, w.stages_on[w.here + 1] as next_on,
         coalesce(w.stages[w.here + 1] ^@ 'ask:' and w.stages_on[w.here + 1] <= $1 and w.act_on < $1 - 3, false)
           as superseded
    from work w),
again as (
  insert into calendar (act_on, organisation_id, occurrence_id, stage)
  select case when s.next_stage ^@ 'ask:' and not s.superseded then greatest(s.next_on, $1 + 1) else s.next_on end,
         s.organisation_id, s.occurrence_id, s.next_stage
    from step s where s.next_stage is not null),
noted as (
  insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)
  select s.organisation_id, s.occurrence_id, 'stage', s.stage, 'worker', $4 from step s)
select gone.stage as taken, s.*, m.born_on
  from gone left join step s on s.occurrence_id = gone.occurrence_id and s.stage = gone.stage
  left join patient m on m.organisation_id = s.organisation_id and m.id = s.patient_id
"""

#: $1 today, $2 how many. Open assignments whose last day has passed, or whose step the plan no longer asks for.
OVER = """
select a.id, a.organisation_id, a.closes_on, o.state as occurrence_state, o.state_reason
  from assignment a join occurrence o on o.organisation_id = a.organisation_id and o.id = a.occurrence_id
 where a.state in ('asked', 'opened') and (a.closes_on < $1 or o.state in ('skipped', 'void'))
 order by a.id limit $2 for no key update of a skip locked
"""
