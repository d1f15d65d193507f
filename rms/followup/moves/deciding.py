"""A nurse decides about a result, an answered questionnaire or an alert, and for a quarter of an hour may undo it.

Everything a decision causes carries the decision as its cause and is held until it takes effect, so that undoing is
taking back what has that cause.
"""

from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import (
    DecisionKind,
    DecisionOnFile,
    close,
    close_all_about,
    decision,
    record_decision,
    reopen_after_undo,
    undo_decision,
)
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.events.model import EventKind
from rms.events.moves import void_for_cause as void_events
from rms.events.payloads import OutcomeRecorded, Recurrence
from rms.followup.consequences import CONSEQUENCES, Consequence
from rms.followup.moves.telling import earlier_about_recurrence, plan_told, subject_of, tell
from rms.followup.wording import in_words
from rms.messages.compose import day_in_words
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue, void_for_cause
from rms.people.store import cases_of, person
from rms.plans.moves import add_repeat, note_decision, withdraw_repeat
from rms.plans.store import PlanOnFile, locked_occurrence, plan_on_file
from rms.questionnaires.store import locked_assignment, set_assignment_review
from rms.results.moves import set_review_state
from rms.results.store import ResultOnFile, result_on_file

KEEPS = timedelta(days=28)
Subject = Literal["result", "response", "alert"]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about: everything a decision needs to know."""

    patient_id: int
    plan_id: int | None
    alert_id: int | None
    result: ResultOnFile | None = None


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

    Only what no rule objects to may be called in range: a result with an open alert needs another decision.
    """
    about = await _about(tx, organisation_id=organisation_id, subject_kind=subject_kind, subject_id=subject_id)
    if kind is DecisionKind.IN_RANGE and await _objected(tx, organisation_id=organisation_id, about=about):
        raise Refused("A rule objects to this result, so it cannot be called in range. Choose what was done about it.")
    if kind is DecisionKind.SET_ASIDE and (until_on is None or until_on <= tx.today or not (note or "").strip()):
        raise Refused("Say why it is set aside, and until which day to come.")
    made = await record_decision(
        tx, organisation_id=organisation_id, patient_id=about.patient_id, plan_id=about.plan_id,
        subject_kind=subject_kind, subject_id=subject_id, alert_id=about.alert_id, kind=kind, note=note,
        until_on=until_on, by=by, now=now,
    )  # fmt: skip
    consequence = CONSEQUENCES[kind]
    await _mark(tx, made=made, state="set_aside" if kind is DecisionKind.SET_ASIDE else "reviewed")
    if consequence.closes_with is not None:
        await _close_alerts(tx, made=made, about=about, outcome=consequence.closes_with, by=by, now=now)
    if about.plan_id is not None:
        plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=about.plan_id)
        await _cause(tx, made=made, plan=plan, about=about, consequence=consequence, by=by, now=now)
    return made.id


async def _about(tx: Tx, *, organisation_id: int, subject_kind: Subject, subject_id: int) -> Decided:
    if subject_kind == "result":
        result = await result_on_file(tx, organisation_id=organisation_id, result_id=subject_id)
        row = await _open_alert(tx, organisation_id=organisation_id, cause_kind="result_version",
                                cause_id=result.current_version_id)  # fmt: skip
        return Decided(patient_id=result.patient_id, plan_id=result.plan_id or (row["plan_id"] if row else None),
                       alert_id=row["id"] if row else None, result=result)  # fmt: skip
    if subject_kind == "response":
        assignment = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=subject_id)
        row = await _open_alert(tx, organisation_id=organisation_id, cause_kind="assignment", cause_id=subject_id)
        return Decided(
            patient_id=assignment.patient_id, plan_id=assignment.plan_id, alert_id=row["id"] if row else None
        )
    row = await tx.fetchrow("select id, patient_id, plan_id from alert where organisation_id = $1 and id = $2 for update",
                            organisation_id, subject_id)  # fmt: skip
    if row is None or row["patient_id"] is None:
        raise NotFound("There is no such alert about a person.")
    return Decided(patient_id=row["patient_id"], plan_id=row["plan_id"], alert_id=row["id"])


async def _open_alert(tx: Tx, *, organisation_id: int, cause_kind: str, cause_id: int) -> Any:
    return await tx.fetchrow(
        "select a.id, a.plan_id from alert a join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id"
        " where a.organisation_id = $1 and c.cause_kind = $2 and c.cause_id = $3 and a.state <> 'closed'"
        " order by case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end limit 1",
        organisation_id, cause_kind, cause_id,
    )  # fmt: skip


async def _objected(tx: Tx, *, organisation_id: int, about: Decided) -> bool:
    if about.result is None:
        return about.alert_id is not None
    found: bool = await tx.fetchval(
        "select exists (select from rule_evaluation where organisation_id = $1 and cause_kind = 'result_version'"
        " and cause_id = $2 and outcome <> 'clear')",
        organisation_id, about.result.current_version_id,
    )  # fmt: skip
    return found


async def _mark(tx: Tx, *, made: DecisionOnFile, state: str) -> None:
    if made.subject_kind == "result":
        await set_review_state(tx, organisation_id=made.organisation_id, result_id=made.subject_id, state=state)
    elif made.subject_kind == "response":
        await set_assignment_review(
            tx, organisation_id=made.organisation_id, assignment_id=made.subject_id, state=state
        )


async def _close_alerts(
    tx: Tx, *, made: DecisionOnFile, about: Decided, outcome: AlertOutcome, by: Actor, now: datetime
) -> None:
    """The alert it is about, and the chase that waited for this very result: it is shown there and closed with it."""
    if about.alert_id is not None:
        await close(tx, organisation_id=made.organisation_id, alert_id=about.alert_id, outcome=outcome,
                    note=made.note or "", by=by, now=now)  # fmt: skip
    if about.result is None or about.result.occurrence_id is None or about.plan_id is None:
        return
    plan = await plan_on_file(tx, organisation_id=made.organisation_id, plan_id=about.plan_id)
    occurrence = await locked_occurrence(
        tx, organisation_id=made.organisation_id, occurrence_id=about.result.occurrence_id
    )
    keys = [rule.key for rule in plan.protocol.rules_about_silence(occurrence.step_key)]
    for key in (*keys, f"chase:{occurrence.step_key}"):
        await close_all_about(
            tx, organisation_id=made.organisation_id, subject_kind="plan", subject_id=plan.id, rule_key=key,
            outcome=AlertOutcome.RESULT_FOUND, note="The result came and was reviewed.", by=by, now=now,
        )  # fmt: skip


async def _cause(
    tx: Tx,
    *,
    made: DecisionOnFile,
    plan: PlanOnFile,
    about: Decided,
    consequence: Consequence,
    by: Actor,
    now: datetime,
) -> None:
    repeat_on = None
    if consequence.asks_for_repeat:
        repeat_on = await _repeat(tx, made=made, plan=plan, about=about, by=by, now=now)
    for recipient, purpose, channel in consequence.messages:
        await _send(tx, made=made, plan=plan, about=about, recipient=recipient, purpose=purpose, channel=channel,
                    repeat_on=repeat_on, now=now)  # fmt: skip
    if consequence.tells_register:
        await _tell(tx, made=made, plan=plan, about=about, consequence=consequence, by=by, now=now)


async def _repeat(tx: Tx, *, made: DecisionOnFile, plan: PlanOnFile, about: Decided, by: Actor, now: datetime) -> date:
    """The second reading: the one a rule has asked for already, else a new one in six weeks."""
    row = await tx.fetchrow(
        "select due_on from occurrence where organisation_id = $1 and plan_id = $2 and number > 1000 and state = 'open'"
        " order by due_on limit 1",
        plan.organisation_id, plan.id,
    )  # fmt: skip
    if row is not None:
        found: date = row["due_on"]
        return found
    analyte = about.result.analyte if about.result else None
    steps = [
        s.step.key for s in plan.effective.steps if s.step.analyte and s.step.analyte == (analyte or s.step.analyte)
    ]
    if not steps:
        raise Refused("The plan has no test that could be repeated.")
    due_on = tx.today + timedelta(days=42)
    occurrence_id = await add_repeat(
        tx, organisation_id=plan.organisation_id, plan_id=plan.id, step_key=steps[0], due_on=due_on,
        reason=made.note or "A repeat was asked for.", by=by, now=now,
    )  # fmt: skip
    await note_decision(tx, organisation_id=plan.organisation_id, occurrence_id=occurrence_id, decision_id=made.id)
    return due_on


async def _send(
    tx: Tx,
    *,
    made: DecisionOnFile,
    plan: PlanOnFile,
    about: Decided,
    recipient: Recipient,
    purpose: Purpose,
    channel: Channel | None,
    repeat_on: date | None,
    now: datetime,
) -> None:
    them = await person(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    if recipient is Recipient.GP_PRACTICE and not (them.gp_code or them.gp_name):
        return
    facts = await _facts(tx, plan=plan, about=about, repeat_on=repeat_on)
    # The text about a result says that a letter follows; so the letter is queued with it.
    both = purpose is Purpose.RESULT_IN_RANGE_PERSON and channel is None and them.prefers in ("sms", "phone")
    for one in (channel, Channel.LETTER) if both else (channel,):
        await queue(
            tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id, team_id=plan.team_id,
            recipient=recipient, cause_kind="decision", cause_id=made.id, purpose=purpose, channel=one, facts=facts,
            not_before=made.takes_effect_at, not_after=now + KEEPS, plan_id=plan.id, plan_revision=plan.revision, now=now,
        )  # fmt: skip


async def _facts(tx: Tx, *, plan: PlanOnFile, about: Decided, repeat_on: date | None) -> dict[str, Any]:
    following = await tx.fetchrow(
        "select due_on, facts from occurrence where organisation_id = $1 and plan_id = $2 and kind = 'test'"
        " and state = 'open' and number < 1000 order by due_on limit 1",
        plan.organisation_id, plan.id,
    )  # fmt: skip
    facts: dict[str, Any] = {"plan_name": plan.protocol.title}
    if following is not None:
        facts |= {**following["facts"], "next_test_name": following["facts"]["test_name"],
                  "due_on": following["due_on"].isoformat()}  # fmt: skip
    if repeat_on is not None:
        facts["due_on"] = repeat_on.isoformat()
    if about.result is not None:
        facts |= {"result": in_words(about.result), "taken_on": about.result.observation.sampled_on.isoformat()}
    return facts


async def _tell(
    tx: Tx,
    *,
    made: DecisionOnFile,
    plan: PlanOnFile,
    about: Decided,
    consequence: Consequence,
    by: Actor,
    now: datetime,
) -> None:
    subject = await subject_of(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    told = await plan_told(tx, plan=plan)
    what = f"{made.kind.replace('_', ' ')} on {day_in_words(tx.today)}"
    result = f" {in_words(about.result)}." if about.result else ""
    await tell(
        tx, plan=plan, kind=EventKind.OUTCOME_RECORDED, cause_kind="decision", cause_id=made.id,
        held_until=made.takes_effect_at, by=by, now=now,
        payload=OutcomeRecorded(subject=subject, by=by.name, decided_at=now, plan=told, outcome=made.kind,
                                sentence=f"{what}.{result} {made.note or ''}".strip()),
    )  # fmt: skip
    if consequence.certainty is not None:
        cases = {case["id"]: case for case in await cases_of(tx, organisation_id=plan.organisation_id,
                                                             patient_id=plan.patient_id)}  # fmt: skip
        case = cases[plan.case_id]
        await tell(
            tx, plan=plan, kind=EventKind.RECURRENCE, cause_kind="decision", cause_id=made.id,
            held_until=made.takes_effect_at, by=by, now=now,
            payload=Recurrence(
                subject=subject, by=by.name, decided_at=now, episode_ref=case["ref"], certainty=consequence.certainty,
                found_on=tx.today, diagnosis=case["description"] or plan.protocol.title, icd10=case["icd10"],
                how_found=made.note,
                earlier=await earlier_about_recurrence(tx, plan=plan, episode_ref=case["ref"]),
            ),
        )  # fmt: skip


async def undo(tx: Tx, *, organisation_id: int, decision_id: int, by: Actor, now: datetime) -> None:
    """Take a decision back with everything it caused. Refused with a sentence once the quarter of an hour is over."""
    made = await decision(tx, organisation_id=organisation_id, decision_id=decision_id)
    await undo_decision(tx, made=made, by=by, now=now)
    await void_for_cause(tx, organisation_id=organisation_id, cause_kind="decision", cause_id=made.id,
                         reason="The decision was undone.", now=now)  # fmt: skip
    await void_events(tx, organisation_id=organisation_id, cause_kind="decision", cause_id=made.id,
                      reason="The decision was undone.")  # fmt: skip
    await withdraw_repeat(tx, organisation_id=organisation_id, decision_id=made.id, by=by, now=now)
    await _mark(tx, made=made, state="to_review")
    if made.alert_id is not None:
        await reopen_after_undo(tx, organisation_id=organisation_id, alert_id=made.alert_id, by=by, now=now)
