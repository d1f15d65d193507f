"""The statements that find what waits for a look past its day: one shape, for results and for answered questionnaires."""

from typing import Final, Literal

import msgspec


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that waits. `due` finds it: $1 today, $2 how many, $3 the rule's key, $4 ids to leave alone."""

    subject_kind: Literal["result", "response"]
    due: str


def _due(*, table: str, subject: str, named: str, dated_at: str, came_at: str, join: str, spoken: str) -> str:
    """The oldest day first, by an index of nothing but what waits; people who are busy are left for the next round.

    `spoken` says which causes of an alert (`c`) speak about the thing (`r`) already.
    """
    return f"""
with found as materialized (
  select id, patient_id from {table} where review_due_on <= $1 and id <> all($4)
   order by review_due_on, id limit $2),
free as materialized (
  select m.id from patient m where m.id in (select patient_id from found) order by m.id for no key update skip locked)
select r.id, r.organisation_id, r.patient_id, r.plan_id, r.team_id, {named} as named, {dated_at} as dated_at,
       {came_at} as came_at, r.review_state, r.review_due_on,
       (select m.death_state is not null from patient m where m.organisation_id = r.organisation_id and m.id = r.patient_id)
         as after_death,
       exists (select from alert a
                where a.organisation_id = r.organisation_id and a.patient_id = r.patient_id and a.state <> 'closed'
                  and ((a.subject_kind = '{subject}' and a.subject_id = r.id and a.rule_key = $3)
                    or exists (select from alert_cause c where c.organisation_id = a.organisation_id and c.alert_id = a.id
                                  and ({spoken})))) as in_hand
  from {table} r join found f on f.id = r.id {join}
 where r.review_due_on <= $1 and r.patient_id in (select id from free)
 order by r.patient_id, r.id for update of r skip locked
"""


WAITS: Final = (
    Waits(
        subject_kind="result",
        due=_due(
            table="result", subject="result", named="coalesce(r.analyte, r.code_text, 'A result')", dated_at="r.sample_at",
            came_at="r.filed_at", join="", spoken="c.cause_kind = 'result_version' and c.cause_id = r.current_version_id",
        ),
    ),
    Waits(
        subject_kind="response",
        due=_due(
            table="assignment", subject="response", named="q.title", dated_at="r.submitted_at", came_at="r.submitted_at",
            join="join questionnaire_version q on q.id = r.questionnaire_version_id",
            spoken="(c.cause_kind = 'assignment' and c.cause_id = r.id) or (c.cause_kind = 'answer' and exists (select"
                   " from answer w where w.organisation_id = r.organisation_id and w.id = c.cause_id"
                   " and w.assignment_id = r.id))",
        ),
    ),
)  # fmt: skip
