"""Starting follow-up: the plan, the welcome, the practice's letter and the register's news, all at once or not at all."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from rms.alerts.analytes import name_of
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.events.model import EventKind
from rms.events.payloads import FollowUpStarted
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.followup.review.limits import limits_of
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue
from rms.messages.symptoms import symptoms_for
from rms.people.model import ContactKind
from rms.people.store import contacts_in_force, person, staff_name
from rms.plans.model import Override
from rms.plans.modes import TO_PERSON, FollowUpMode, suggest
from rms.plans.moves import set_modes, start
from rms.plans.store import PlanOnFile, modes_of_plan, plan_on_file

KEEPS = timedelta(days=28)


async def _welcome_facts(tx: Tx, *, plan: PlanOnFile) -> dict[str, Any]:
    """What the welcome and the practice's letter say besides the next test."""
    nurse = plan.nurse_staff_id and await staff_name(
        tx, organisation_id=plan.organisation_id, staff_id=plan.nurse_staff_id
    )
    analytes = list(dict.fromkeys(one.step.analyte for one in plan.effective.steps if one.step.analyte))
    limits = [
        f"{name_of(analyte)} {one.words}"
        for analyte in analytes
        for one in limits_of(plan.effective.rules, analyte=analyte, personal=plan.effective.limits)
    ]
    symptoms = symptoms_for(plan.protocol.tumour_site, live=tx.live)
    ways = [TO_PERSON[mode] for mode in (await modes_of_plan(tx, plan=plan)).modes]
    return {"limits": limits, "symptoms": list(symptoms), "ways": ways, **({"nurse": nurse} if nurse else {})}


async def _has_an_address(tx: Tx, *, plan: PlanOnFile) -> bool:
    contacts = await contacts_in_force(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    return any(contact.kind is ContactKind.POST for contact in contacts)


async def _first_test(tx: Tx, *, plan: PlanOnFile) -> dict[str, Any]:
    """What the messages say about the first test; nothing when the plan has none."""
    first = await tx.fetchrow(
        "select due_on, facts from occurrence where organisation_id = $1 and plan_id = $2 and kind = 'test'"
        " and state = 'open' order by due_on limit 1",
        plan.organisation_id, plan.id,
    )  # fmt: skip
    if first is None:
        return {}
    said = first["facts"]
    return {"due_on": first["due_on"].isoformat(), "test": said["test"], "test_name": said["test_name"],
            "next_test_name": said["test_name"], "booked_by_hospital": said.get("booked_by_hospital", False)}  # fmt: skip


async def _recipients(tx: Tx, *, plan: PlanOnFile) -> list[tuple[Recipient, Purpose, Channel | None]]:
    """Who is written to, about what and how; a channel of None is the one that the person prefers."""
    them = await person(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    recipients: list[tuple[Recipient, Purpose, Channel | None]] = [(Recipient.PERSON, Purpose.PLAN_STARTED, None)]
    # The text and the email say little; the letter says whom to ask for, what to tell us about and who does what.
    if them.prefers != "letter" and await _has_an_address(tx, plan=plan):
        recipients.append((Recipient.PERSON, Purpose.PLAN_STARTED, Channel.LETTER))
    if them.gp_code or them.gp_name:
        recipients.append((Recipient.GP_PRACTICE, Purpose.PLAN_STARTED_GP, Channel.LETTER))
    return recipients


async def _welcome(tx: Tx, *, plan: PlanOnFile, now: datetime) -> None:
    """Queue the welcome of the person and the letter of the practice."""
    facts = {
        "plan_name": plan.protocol.title,
        **await _welcome_facts(tx, plan=plan),
        **await _first_test(tx, plan=plan),
    }
    for recipient, purpose, channel in await _recipients(tx, plan=plan):
        await queue(
            tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id, team_id=plan.team_id,
            recipient=recipient, cause_kind="plan", cause_id=plan.id, purpose=purpose, channel=channel, facts=facts,
            not_before=now, not_after=now + KEEPS, plan_id=plan.id, plan_revision=plan.revision, now=now,
        )  # fmt: skip


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
    modes: Collection[FollowUpMode] | None = None,
    welcome: bool = True,
    by: Actor,
    now: datetime,
) -> int:
    """Start a plan and tell everybody who must know; returns the plan id. Refused, with every fault, before anything.

    `modes`: how the person is followed up; None is what the protocol suggests. Without `welcome` the person
    and the practice are not written to: they were followed up here before this system.
    """
    plan_id = await start(
        tx, organisation_id=organisation_id, patient_id=patient_id, case_id=case_id, team_id=team_id,
        nurse_staff_id=nurse_staff_id, protocol_version_id=protocol_version_id, anchors=anchors, overrides=overrides,
        by=by, now=now,
    )  # fmt: skip
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    await set_modes(
        tx, organisation_id=organisation_id, plan_id=plan_id, modes=suggest(plan.protocol) if modes is None else modes,
        reason="As the protocol suggests." if modes is None else "Chosen when follow-up started.", by=by, now=now,
    )  # fmt: skip
    if welcome:
        await _welcome(tx, plan=plan, now=now)
    await tell(
        tx, plan=plan, kind=EventKind.FOLLOW_UP_STARTED, cause_kind="plan", cause_id=plan_id, held_until=now, by=by, now=now,
        payload=FollowUpStarted(
            subject=await subject_of(tx, organisation_id=organisation_id, patient_id=patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan),
        ),
    )  # fmt: skip
    return plan_id
