"""What becomes of alerts when somebody confirms a death and ends a plan, and when the death was a mistake after all.

What the plan's alerts asked for cannot be done for a person who died, so they are closed with it, by the one who confirms
and who has read them first. What nobody has looked at yet is not closed by this: a result, or an answer, may tell why a
person died. It stays open until somebody looks.
"""

from datetime import datetime

import msgspec

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close, raise_alert, reopen_after_mistake
from rms.audit.model import Actor
from rms.db.engine import Tx

NOTE = "Closed with the plan: the person died."


class AlertAtTheEnd(msgspec.Struct, frozen=True, kw_only=True):
    """An open alert about a person whose plan ends. `stays`: nobody has looked yet at what it is about."""

    id: int
    sentence: str
    stays: bool


# An alert of another plan that has not ended belongs to that plan's team: they confirm for themselves.
_OPEN = """
select a.id, a.sentence,
       (a.subject_kind = 'result' and exists (
          select from result r where r.organisation_id = a.organisation_id and r.id = a.subject_id
             and r.review_state in ('to_review', 'set_aside')))
    or (a.subject_kind = 'response' and exists (
          select from assignment s where s.organisation_id = a.organisation_id and s.id = a.subject_id
             and s.review_state in ('to_review', 'set_aside')))
    or exists (
          select from alert_cause c
            left join result r on c.cause_kind = 'result_version' and r.organisation_id = c.organisation_id
                              and r.current_version_id = c.cause_id
            left join answer w on c.cause_kind = 'answer' and w.organisation_id = c.organisation_id and w.id = c.cause_id
            left join assignment s on s.organisation_id = c.organisation_id
                              and s.id = case c.cause_kind when 'assignment' then c.cause_id else w.assignment_id end
           where c.organisation_id = a.organisation_id and c.alert_id = a.id
             and (r.review_state in ('to_review', 'set_aside') or s.review_state in ('to_review', 'set_aside')
                  or (w.id is not null and s.review_state = 'none' and a.owner_staff_id is null))) as stays
  from alert a left join plan p on p.organisation_id = a.organisation_id and p.id = a.plan_id
 where a.organisation_id = $1 and a.patient_id = $2 and a.state <> 'closed'
   and (a.plan_id = $3 or p.state = 'ended' or a.plan_id is null)
   and not (a.subject_kind = 'plan' and a.subject_id = $3 and a.rule_key in ('death', 'plan-held', 'pause-over'))
 order by case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, a.id
"""

# Only what is still so: a clear finding since then has ended the episode, and a newer episode has its own alert.
_CLOSED_WITH = """
select a.id, a.sentence, a.plan_id from patient m
  join alert a on a.organisation_id = m.organisation_id and a.patient_id = m.id
 where m.organisation_id = $1 and m.id = $2 and a.state = 'closed' and a.outcome = $3 and a.rule_key <> 'death'
   and a.closed_at >= m.death_recorded_at and a.episode_ended_at is null
 order by a.id
"""

_ENDED_WITH = """
select p.id, p.team_id, p.revision from patient m
  join plan p on p.organisation_id = m.organisation_id and p.patient_id = m.id
 where m.organisation_id = $1 and m.id = $2 and p.state = 'ended' and p.outcome = 'died' and p.ended_at >= m.death_recorded_at
 order by p.id
"""


async def alerts_at_the_end(
    tx: Tx, *, organisation_id: int, patient_id: int, plan_id: int
) -> tuple[AlertAtTheEnd, ...]:
    """The alerts that confirming a death would close, and those that would stay, most urgent first.

    The alert about the death itself is not among them.
    """
    rows = await tx.fetch(_OPEN, organisation_id, patient_id, plan_id)
    return tuple(AlertAtTheEnd(**dict(row)) for row in rows)


async def close_with_the_plan(
    tx: Tx, *, organisation_id: int, patient_id: int, plan_id: int, by: Actor, now: datetime
) -> None:
    """Close what ends with the plan, in the name of the one who confirms."""
    found = await alerts_at_the_end(tx, organisation_id=organisation_id, patient_id=patient_id, plan_id=plan_id)
    for one in found:
        if not one.stays:
            await close(tx, organisation_id=organisation_id, alert_id=one.id, outcome=AlertOutcome.DEATH_CONFIRMED, note=NOTE,
                        with_plan=True, by=by, now=now)  # fmt: skip


async def bring_back(tx: Tx, *, organisation_id: int, patient_id: int, why: str, by: Actor, now: datetime) -> list[str]:
    """Before the person is marked alive: open what was closed, and ask the team of each ended plan for a new one.

    An ended plan is not taken up again by itself, and nobody may be left without one unseen. Returns a sentence for each.
    """
    closed = await tx.fetch(_CLOSED_WITH, organisation_id, patient_id, AlertOutcome.DEATH_CONFIRMED)
    for alert in closed:
        await reopen_after_mistake(tx, organisation_id=organisation_id, alert_id=alert["id"],
                                   reason=f"The recorded death was a mistake ({why}).", by=by, now=now)  # fmt: skip
    told = [f"an alert stands open again: {alert['sentence'].rstrip('.')}" for alert in closed]
    for plan in await tx.fetch(_ENDED_WITH, organisation_id, patient_id):
        ended = "a plan was ended because of it and does not go on by itself: start a new one"
        again = [f"an alert stands open again: {alert['sentence'].rstrip('.')}" for alert in closed
                 if alert["plan_id"] in (None, plan["id"])]  # fmt: skip
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=plan["team_id"], kind=AlertKind.LOOK_SOON, subject_kind="plan",
            subject_id=plan["id"], rule_key="death-reversed", patient_id=patient_id, plan_id=plan["id"],
            sentence=f"The recorded death was a mistake ({why}): {'; '.join((ended, *again))}.",
            cause_kind="plan_revision", cause_id=plan["id"] * 10_000 + plan["revision"], by=by, now=now,
        )  # fmt: skip
        told.append(ended)
    return told
