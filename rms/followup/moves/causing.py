"""Everything a decision leads to: the repeat, the messages, the register's news. All of it is held, with the decision as
its cause, so that undoing is taking back what has that cause.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from rms.alerts.moves import DecisionOnFile
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Refused
from rms.events.model import EventKind
from rms.events.payloads import OutcomeRecorded, Recurrence
from rms.followup.consequences import TELLS_A_RESULT, Consequence
from rms.followup.moves.about import Decided
from rms.followup.moves.telling import earlier_about_recurrence, plan_told, subject_of, tell
from rms.followup.wording import in_words
from rms.messages.compose import day_in_words
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue
from rms.people.store import cases_of, person
from rms.plans.model import FIRST_ADDED
from rms.plans.moves import add_repeat, note_decision
from rms.plans.store import PlanOnFile

KEEPS = timedelta(days=28)

_ASKED = """
select due_on, facts from occurrence
 where organisation_id = $1 and plan_id = $2 and number >= $3 and step_key = any($4) and state = 'open'
 order by due_on limit 1
"""


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """The second reading that is asked for, and what a message may say about it."""

    due_on: date
    facts: Mapping[str, Any]


async def cause(
    tx: Tx,
    *,
    made: DecisionOnFile,
    plan: PlanOnFile,
    about: Decided,
    consequence: Consequence,
    by: Actor,
    now: datetime,
) -> None:
    """See to it that everything a decision leads to is written down and held, with the decision as its cause."""
    repeat = None
    if consequence.asks_for_repeat:
        repeat = await _repeat(tx, made=made, plan=plan, about=about, by=by, now=now)
    for recipient, purpose, channel in consequence.messages:
        if about.result is None and purpose in TELLS_A_RESULT:
            continue
        await _send(tx, made=made, plan=plan, about=about, recipient=recipient, purpose=purpose, channel=channel,
                    repeat=repeat, now=now)  # fmt: skip
    if consequence.tells_register:
        await _tell(tx, made=made, plan=plan, about=about, consequence=consequence, by=by, now=now)


async def _repeat(
    tx: Tx, *, made: DecisionOnFile, plan: PlanOnFile, about: Decided, by: Actor, now: datetime
) -> Repeat:
    """The second reading of this very test: the one a rule has asked for already, else a new one in six weeks."""
    analyte = about.result.analyte if about.result else None
    steps = [
        s.step.key for s in plan.effective.steps if s.step.analyte and s.step.analyte == (analyte or s.step.analyte)
    ]
    if not steps:
        raise Refused("The plan has no test that could be repeated.")
    asked = await tx.fetchrow(_ASKED, plan.organisation_id, plan.id, FIRST_ADDED, steps)
    if asked is None:
        occurrence_id = await add_repeat(
            tx, organisation_id=plan.organisation_id, plan_id=plan.id, step_key=steps[0],
            due_on=tx.today + timedelta(days=42), reason=made.note or "A repeat was asked for.", by=by, now=now,
        )  # fmt: skip
        await note_decision(tx, organisation_id=plan.organisation_id, occurrence_id=occurrence_id, decision_id=made.id)
        asked = await tx.fetchrow(_ASKED, plan.organisation_id, plan.id, FIRST_ADDED, steps)
    assert asked is not None
    return Repeat(due_on=asked["due_on"], facts=asked["facts"])


async def _send(
    tx: Tx,
    *,
    made: DecisionOnFile,
    plan: PlanOnFile,
    about: Decided,
    recipient: Recipient,
    purpose: Purpose,
    channel: Channel | None,
    repeat: Repeat | None,
    now: datetime,
) -> None:
    them = await person(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    if recipient is Recipient.GP_PRACTICE and not (them.gp_code or them.gp_name):
        return
    facts = await _facts(tx, plan=plan, about=about, repeat=repeat)
    # The text about a result says that a letter follows; so the letter is queued with it.
    both = purpose is Purpose.RESULT_IN_RANGE_PERSON and channel is None and them.prefers in ("sms", "phone")
    for one in (channel, Channel.LETTER) if both else (channel,):
        await queue(
            tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id, team_id=plan.team_id,
            recipient=recipient, cause_kind="decision", cause_id=made.id, purpose=purpose, channel=one, facts=facts,
            not_before=made.takes_effect_at, not_after=now + KEEPS, plan_id=plan.id, plan_revision=plan.revision, now=now,
        )  # fmt: skip


async def _facts(tx: Tx, *, plan: PlanOnFile, about: Decided, repeat: Repeat | None) -> dict[str, Any]:
    following = await tx.fetchrow(
        "select due_on, facts from occurrence where organisation_id = $1 and plan_id = $2 and kind = 'test'"
        " and state = 'open' and number < $3 order by due_on limit 1",
        plan.organisation_id, plan.id, FIRST_ADDED,
    )  # fmt: skip
    facts: dict[str, Any] = {"plan_name": plan.protocol.title}
    if following is not None:
        facts |= {**following["facts"], "next_test_name": following["facts"]["test_name"],
                  "due_on": following["due_on"].isoformat()}  # fmt: skip
    if repeat is not None:
        facts |= {**repeat.facts, "due_on": repeat.due_on.isoformat()}
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
