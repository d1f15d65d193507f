"""The SQL of gathering: $1 is the organisation, $2 the ids, $3 the statuses that are final. Reads only."""

from typing import Final

# Each look by a key that leads with organisation and person, so that ten rows cost ten index walks, not ten scans.
FACTS: Final = """
select r.id, r.ref, r.patient_id, r.team_id, r.plan_id, r.analyte, r.code_text, r.sample_at, r.occurrence_id, r.review_state,
  v.id as version_id, v.status, v.value_text, v.number, v.comparator, v.unit, v.unit_sent, v.method,
  v.entered_by_staff_id is not null and v.checked_by_staff_id is null as typed_unchecked,
  p.ref as person_ref, p.nhs_number, p.title, p.family_name, p.given_names, p.name_key, p.born_on, p.born_text, p.prefers,
  p.flags, p.messages_stopped_at, coalesce(p.death_state, known_dead(p.nhs_number)) as death_state,
  -- What came by a message was matched when it was filed for this person; everything else is somebody's own entry.
  v.inbox_id is null or exists (
    select from inbox_filing f where f.organisation_id = r.organisation_id and f.inbox_id = v.inbox_id
       and f.patient_id = r.patient_id and f.state = 'filed') as matched,
  (select count(*) from result_version o where o.organisation_id = r.organisation_id and o.result_id = r.id
      and o.status = any($3)) as final_versions,
  (select e.sentence from rule_evaluation e where e.organisation_id = r.organisation_id and e.cause_kind = 'result_version'
      and e.cause_id = v.id and e.outcome <> 'clear' order by e.id desc limit 1) as spoke,
  (select array_agg(a.sentence order by
            case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, a.id)
     from alert a where a.organisation_id = r.organisation_id and a.patient_id = r.patient_id
      -- That nobody has looked yet says nothing about what there is to see, and looking is what ends it.
      and a.state <> 'closed' and a.rule_key <> 'unreviewed') as alerts,
  (select count(*) from result o join result_version w on w.organisation_id = o.organisation_id and w.id = o.current_version_id
    where o.organisation_id = r.organisation_id and o.patient_id = r.patient_id and o.analyte = r.analyte
      and o.plan_id = r.plan_id and o.sample_at < r.sample_at and w.status = any($3)) as earlier_on_plan,
  (select max(seen_at) from (
     select d.decided_at as seen_at from decision d where d.organisation_id = r.organisation_id
        and d.patient_id = r.patient_id and d.plan_id = r.plan_id and d.subject_kind = 'result' and d.subject_id <> r.id
        and d.undone_at is null and d.overtaken_at is null and d.kind <> 'set_aside'
     union all
     select o.filed_at from result o where o.organisation_id = r.organisation_id and o.patient_id = r.patient_id
        and o.plan_id = r.plan_id and o.id <> r.id and o.review_state = 'reviewed') seen) as reviewed_at,
  (select max(greatest(o.made_at, o.withdrawn_at)) from plan_override o where o.organisation_id = r.organisation_id
      and o.plan_id = r.plan_id and o.content->>'kind' = 'limit') as limit_changed_at,
  (select max(greatest(t.recorded_at, t.started_on::timestamp at time zone 'Europe/London')) from treatment t
    where t.organisation_id = r.organisation_id and t.patient_id = r.patient_id) as treated_at,
  (select count(*) from result o where o.organisation_id = r.organisation_id and o.patient_id = r.patient_id
      and o.id <> r.id and o.review_state in ('to_review', 'set_aside')) as others_waiting,
  (select count(*) from result o join result_version w on w.organisation_id = o.organisation_id and w.id = o.current_version_id
    where o.organisation_id = r.organisation_id and o.patient_id = r.patient_id and o.sample_at = r.sample_at and o.id <> r.id
      and (not w.status = any($3) or w.value_text = '')) as parts_missing,
  (select array_agg(distinct c.kind) from contact_point c where c.organisation_id = r.organisation_id
      and c.patient_id = r.patient_id and c.valid_until is null and c.dead_at is null) as contact_kinds,
  concat_ws(': ', nullif(nullif(v.flags, ''), 'N'), nullif(v.notes, '')) as comment, earlier.comment as comment_before,
  n.due_on as next_due_on, n.title as next_test, q.unanswered, q.changed, q.questionnaires, dropped.why as dropped
  from result r
  join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
  join patient p on p.organisation_id = r.organisation_id and p.id = r.patient_id
  left join lateral (
    select o.due_on, o.title from occurrence o where o.organisation_id = r.organisation_id and o.plan_id = r.plan_id
       and o.kind = 'test' and o.state = 'open' order by o.due_on, o.id limit 1) n on true
  -- What the laboratory wrote beside the one before: many write the same beside every result.
  left join lateral (
    select concat_ws(': ', nullif(nullif(w.flags, ''), 'N'), nullif(w.notes, '')) as comment
      from result o join result_version w on w.organisation_id = o.organisation_id and w.id = o.current_version_id
     where o.organisation_id = r.organisation_id and o.patient_id = r.patient_id and o.analyte = r.analyte and o.id <> r.id
       and o.sample_at <= r.sample_at order by o.sample_at desc, o.id desc limit 1) earlier on true
  -- Of each questionnaire the last that was asked, and whether its answers are others than the time before.
  left join lateral (
    select array_agg(z.title) filter (where z.state in ('asked', 'opened', 'expired')) as unanswered,
           array_agg(z.title) filter (where z.state = 'submitted' and z.review_state in ('to_review', 'set_aside')
                                        and z.score is distinct from z.score_before) as changed,
           string_agg(z.title || case when z.state = 'submitted' then ': answered' else ': not answered' end,
                      ', ') as questionnaires
      from (
        select distinct on (b.questionnaire_key) b.title, a.state, a.review_state, a.score,
               lag(a.score) over (partition by b.questionnaire_key order by a.asked_on, a.id) as score_before
          from assignment a join occurrence b on b.organisation_id = a.organisation_id and b.id = a.occurrence_id
         where a.organisation_id = r.organisation_id and a.patient_id = r.patient_id and a.state <> 'withdrawn'
         order by b.questionnaire_key, a.asked_on desc, a.id desc) z) q on true
  left join lateral (
    select d.why from (
      select 2 as rank, w.id,
             case w.outcome when 'left_out' then 'It was left out of a page of ten by ' || s.display_name || '.'
                            else 'It fell out of a page of ten of ' || s.display_name || ': ' || w.outcome_why end as why
        from review_row w
        join review_page g on g.organisation_id = w.organisation_id and g.id = w.page_id
        join review_session e on e.organisation_id = g.organisation_id and e.id = g.session_id
        join staff s on s.organisation_id = e.organisation_id and s.id = e.staff_id
       where w.organisation_id = r.organisation_id and w.subject_kind = 'result' and w.subject_id = r.id
         and w.outcome in ('left_out', 'stale')
      union all
      select 1, d.id, case when d.undone_at is not null then s.display_name || ' undid what was decided about it.'
                        when d.overtaken_at is not null then 'It has changed since it was decided about.'
                        else s.display_name || ' set it aside until ' || to_char(d.until_on, 'FMDD FMMonth YYYY')
                             || ': ' || d.note end
        from decision d
        join staff s on s.organisation_id = d.organisation_id
                    and s.id = coalesce(d.undone_by_staff_id, d.decided_by_staff_id)
       where d.organisation_id = r.organisation_id and d.patient_id = r.patient_id and d.subject_kind = 'result'
         and d.subject_id = r.id and (d.undone_at is not null or d.overtaken_at is not null or d.kind = 'set_aside')
         -- A page of ten that was taken back as a whole says nothing against any one of them: they come among ten again.
         and not (d.undone_at is not null and exists (
           select from review_row w
             join review_row o on o.organisation_id = w.organisation_id and o.page_id = w.page_id and o.id <> w.id
             join decision e on e.organisation_id = o.organisation_id and e.id = o.decision_id
            where w.organisation_id = d.organisation_id and w.decision_id = d.id and e.undone_at = d.undone_at))) d
     order by d.rank, d.id desc limit 1) dropped on true
 where r.organisation_id = $1 and r.id = any($2)
 order by r.filed_at, r.id
"""

READINGS: Final = """
select r.id, r.patient_id, r.analyte, r.sample_at, v.number, v.unit, v.comparator, v.method, v.upper_limit
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
 where r.organisation_id = $1 and r.patient_id = any($2) and r.analyte is not null and v.number is not null
   and v.status = any($3)
 order by r.sample_at, r.id
"""

#: The last answer of every rule of some plans ($2).
SPOKEN: Final = """
select distinct on (plan_id, rule_key) plan_id, rule_key, outcome, sentence from rule_evaluation
 where organisation_id = $1 and plan_id = any($2) order by plan_id, rule_key, id desc
"""

#: What waits in answers: $1 the organisation, $2 the ids of assignments.
ANSWERS: Final = """
select a.id, a.ref, a.patient_id, a.team_id, a.plan_id, a.review_state, a.submitted_at, a.score, b.title,
  p.ref as person_ref, p.nhs_number, p.title as prefix, p.family_name, p.given_names, p.born_text,
  (select max(n.id) from answer n where n.organisation_id = a.organisation_id and n.assignment_id = a.id) as last_answer,
  (select array_agg(l.sentence order by l.id) from alert l
    where l.organisation_id = a.organisation_id and l.patient_id = a.patient_id and l.state <> 'closed') as alerts,
  n.due_on as next_due_on, n.title as next_test
  from assignment a
  join occurrence b on b.organisation_id = a.organisation_id and b.id = a.occurrence_id
  join patient p on p.organisation_id = a.organisation_id and p.id = a.patient_id
  left join lateral (
    select o.due_on, o.title from occurrence o where o.organisation_id = a.organisation_id and o.plan_id = a.plan_id
       and o.kind = 'test' and o.state = 'open' order by o.due_on, o.id limit 1) n on true
 where a.organisation_id = $1 and a.id = any($2) order by a.submitted_at, a.id
"""
