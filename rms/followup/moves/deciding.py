"""A nurse decides about a result, an answered questionnaire or an alert, and for a quarter of an hour may undo it.

Everything a decision causes carries the decision as its cause and is held until it takes effect, so that undoing is
taking back what has that cause.
"""

from datetime import date, datetime

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import (
    DecisionKind,
    DecisionOnFile,
    close,
    decision,
    record_decision,
    reopen_after_undo,
    undo_decision,
)
from rms.audit.model import Actor
from rms.clock import london_date
from rms.db.engine import Tx
from rms.errors import Refused
from rms.events.moves import void_for_cause as void_events
from rms.followup.consequences import CONSEQUENCES
from rms.followup.moves.about import Decided, Subject, what_is_decided, why_not_in_range
from rms.followup.moves.causing import cause
from rms.followup.moves.referring import await_answer, nothing_to_await
from rms.followup.moves.unreviewed import RULE as UNREVIEWED
from rms.followup.moves.unreviewed import reviewed
from rms.messages.moves import void_for_cause
from rms.plans.moves import withdraw_repeat
from rms.plans.store import locked_occurrence, plan_on_file
from rms.questionnaires.store import locked_assignment, set_assignment_review
from rms.questionnaires.timing import review_by
from rms.results.moves import set_review_state
from rms.results.reviewing import look_by
from rms.results.store import result_on_file

# One alert speaks for all late dates of a step. It ends with the review of a result only when it speaks of that result's
# date, and of no other that is still waited for or whose own result nobody has looked at.
_CHASES_IT_ENDS = """
select a.id from alert a
 where a.organisation_id = $1 and a.subject_kind = 'plan' and a.subject_id = $2 and a.rule_key = any($3)
   and a.state <> 'closed'
   and exists (select from alert_cause c where c.organisation_id = $1 and c.alert_id = a.id
                  and c.cause_kind ^@ 'occurrence:' and c.cause_id = $4)
   and not exists (
     select from alert_cause c
       join occurrence o on o.organisation_id = c.organisation_id and o.id = c.cause_id
       left join result r on r.organisation_id = o.organisation_id and o.closed_by_kind = 'result' and r.id = o.closed_by_id
      where c.organisation_id = $1 and c.alert_id = a.id and c.cause_kind ^@ 'occurrence:' and o.id <> $4
        and (o.state = 'open' or (o.state = 'done' and r.review_state in ('to_review', 'set_aside'))))
 order by a.id
"""


async def decide(
    tx: Tx,
    *,
    organisation_id: int,
    subject_kind: Subject,
    subject_id: int,
    kind: DecisionKind,
    note: str | None = None,
    until_on: date | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """Record a decision with its consequences, all held; returns its id. Refused, with a sentence, when it may not be.

    Only what is final and no rule objects to may be called in range: anything else needs another decision.
    """
    about = await what_is_decided(tx, organisation_id=organisation_id, subject_kind=subject_kind, subject_id=subject_id)
    if kind is DecisionKind.IN_RANGE and (
        why_not := await why_not_in_range(tx, organisation_id=organisation_id, about=about)
    ):
        raise Refused(why_not)
    if kind is DecisionKind.SET_ASIDE and (until_on is None or until_on <= tx.today or not (note or "").strip()):
        raise Refused("Say why it is set aside, and until which day to come.")
    made = await record_decision(
        tx, organisation_id=organisation_id, patient_id=about.patient_id, plan_id=about.plan_id,
        subject_kind=subject_kind, subject_id=subject_id, alert_id=about.alert_id, kind=kind, note=note,
        until_on=until_on, by=by, now=now,
    )  # fmt: skip
    consequence = CONSEQUENCES[kind]
    state = "set_aside" if kind is DecisionKind.SET_ASIDE else "reviewed"
    await _mark(tx, made=made, state=state, due_on=until_on if state == "set_aside" else None)
    if subject_kind != "alert":
        await reviewed(tx, organisation_id=organisation_id, subject_kind=subject_kind, subject_id=subject_id,
                       set_aside_because=note if state == "set_aside" else None, by=by, now=now)  # fmt: skip
    if consequence.closes_with is not None:
        await _close_alerts(tx, made=made, about=about, outcome=consequence.closes_with, by=by, now=now)
    if kind is DecisionKind.REFER:
        await await_answer(tx, made=made, by=by, now=now)
    if about.plan_id is not None:
        plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=about.plan_id)
        await cause(tx, made=made, plan=plan, about=about, consequence=consequence, by=by, now=now)
    return made.id


async def _mark(tx: Tx, *, made: DecisionOnFile, state: str, due_on: date | None) -> None:
    if made.subject_kind == "result":
        await set_review_state(tx, organisation_id=made.organisation_id, result_id=made.subject_id, state=state,
                               due_on=due_on)  # fmt: skip
    elif made.subject_kind == "response":
        await set_assignment_review(
            tx, organisation_id=made.organisation_id, assignment_id=made.subject_id, state=state, due_on=due_on
        )


async def _close_alerts(
    tx: Tx, *, made: DecisionOnFile, about: Decided, outcome: AlertOutcome, by: Actor, now: datetime
) -> None:
    """The alerts it is about, and the chase that waited for this very result: it is shown there and closed with it."""
    for alert_id in about.alert_ids:
        await close(tx, organisation_id=made.organisation_id, alert_id=alert_id, outcome=outcome, note=made.note or "",
                    by=by, now=now)  # fmt: skip
    if about.result is None or about.result.occurrence_id is None or about.plan_id is None:
        return
    plan = await plan_on_file(tx, organisation_id=made.organisation_id, plan_id=about.plan_id)
    occurrence = await locked_occurrence(
        tx, organisation_id=made.organisation_id, occurrence_id=about.result.occurrence_id
    )
    keys = [rule.key for rule in plan.protocol.rules_about_silence(occurrence.step_key)]
    rows = await tx.fetch(_CHASES_IT_ENDS, plan.organisation_id, plan.id, [*keys, f"chase:{occurrence.step_key}"],
                          occurrence.id)  # fmt: skip
    for row in rows:
        await close(tx, organisation_id=made.organisation_id, alert_id=row["id"], outcome=AlertOutcome.RESULT_FOUND,
                    note="The result came and was reviewed.", by=by, now=now)  # fmt: skip


async def undo(tx: Tx, *, organisation_id: int, decision_id: int, by: Actor, now: datetime) -> None:
    """Take a decision back with everything it caused. Refused with a sentence once the quarter of an hour is over."""
    made = await decision(tx, organisation_id=organisation_id, decision_id=decision_id)
    await undo_decision(tx, made=made, by=by, now=now)
    await void_for_cause(tx, organisation_id=organisation_id, cause_kind="decision", cause_id=made.id,
                         reason="The decision was undone.", now=now)  # fmt: skip
    await void_events(tx, organisation_id=organisation_id, cause_kind="decision", cause_id=made.id,
                      reason="The decision was undone.")  # fmt: skip
    await withdraw_repeat(tx, organisation_id=organisation_id, decision_id=made.id, by=by, now=now)
    await _mark(tx, made=made, state="to_review", due_on=await _was_due_on(tx, made=made))
    # A chase whose result has come stays closed; that nobody has looked at a result is true again.
    closed = await tx.fetch(
        "select id from alert where organisation_id = $1 and patient_id = $2 and closed_at = $3"
        " and (outcome <> $4 or rule_key = $5) order by id",
        organisation_id, made.patient_id, made.decided_at, AlertOutcome.RESULT_FOUND, UNREVIEWED,
    )  # fmt: skip
    for row in closed:
        await reopen_after_undo(tx, organisation_id=organisation_id, alert_id=row["id"], by=by, now=now)
    await nothing_to_await(tx, made=made, by=by, now=now)


async def _was_due_on(tx: Tx, *, made: DecisionOnFile) -> date | None:
    """The day by which it was to be looked at, counted from when it came: an undone decision gains no time."""
    if made.subject_kind == "response":
        answers = await locked_assignment(tx, organisation_id=made.organisation_id, assignment_id=made.subject_id)
        return review_by(london_date(answers.submitted_at)) if answers.submitted_at is not None else None
    if made.subject_kind != "result":
        return None
    result = await result_on_file(tx, organisation_id=made.organisation_id, result_id=made.subject_id)
    return look_by(london_date(result.filed_at), understood=True)
