"""Starting follow-up: the plan, the welcome, the practice's letter and the register's news, all at once or not at all."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.events.model import EventKind
from rms.events.payloads import FollowUpStarted
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue
from rms.people.store import person
from rms.plans.model import Override
from rms.plans.moves import start
from rms.plans.store import plan_on_file

KEEPS = timedelta(days=28)


async def start_plan(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    case_id: int,
    team_id: int,
    nurse_staff_id: int | None,
    protocol_version_id: int,
    anchors: Mapping[str, tuple[date, str]],
    overrides: tuple[Override, ...] = (),
    welcome: bool = True,
    by: Actor,
    now: datetime,
) -> int:
    """Start a plan and tell everybody who must know; returns the plan id. Refused, with every fault, before anything.

    Without `welcome` the person and the practice are not written to: they were followed up here before this system.
    """
    plan_id = await start(
        tx, organisation_id=organisation_id, patient_id=patient_id, case_id=case_id, team_id=team_id,
        nurse_staff_id=nurse_staff_id, protocol_version_id=protocol_version_id, anchors=anchors, overrides=overrides,
        by=by, now=now,
    )  # fmt: skip
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    first = await tx.fetchrow(
        "select due_on, facts from occurrence where organisation_id = $1 and plan_id = $2 and kind = 'test'"
        " and state = 'open' order by due_on limit 1",
        organisation_id, plan_id,
    )  # fmt: skip
    facts = {"plan_name": plan.protocol.title}
    if first is not None:
        facts |= {"due_on": first["due_on"].isoformat(), "test": first["facts"]["test"],
                  "test_name": first["facts"]["test_name"], "next_test_name": first["facts"]["test_name"]}  # fmt: skip
    them = await person(tx, organisation_id=organisation_id, patient_id=patient_id)
    recipients: list[tuple[Recipient, Purpose, Channel | None]] = [(Recipient.PERSON, Purpose.PLAN_STARTED, None)]
    if them.gp_code or them.gp_name:
        recipients.append((Recipient.GP_PRACTICE, Purpose.PLAN_STARTED_GP, Channel.LETTER))
    for recipient, purpose, channel in recipients if welcome else ():
        await queue(
            tx, organisation_id=organisation_id, patient_id=patient_id, team_id=team_id, recipient=recipient,
            cause_kind="plan", cause_id=plan_id, purpose=purpose, channel=channel, facts=facts, not_before=now,
            not_after=now + KEEPS, plan_id=plan_id, plan_revision=plan.revision, now=now,
        )  # fmt: skip
    await tell(
        tx, plan=plan, kind=EventKind.FOLLOW_UP_STARTED, cause_kind="plan", cause_id=plan_id, held_until=now, by=by, now=now,
        payload=FollowUpStarted(
            subject=await subject_of(tx, organisation_id=organisation_id, patient_id=patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan),
        ),
    )  # fmt: skip
    return plan_id
