"""The welcome: what a person and their practice get when a plan starts, or when it goes on and the welcome had never left."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rms.alerts.analytes import name_of
from rms.db.engine import Tx
from rms.followup.review.limits import limits_of
from rms.messages.model import Channel, MessageState, Purpose, Recipient
from rms.messages.moves import queue
from rms.messages.ways import letter_beside, way_of
from rms.people.model import ContactKind
from rms.people.store import contacts_in_force, person, staff_name
from rms.plans.modes import TO_PERSON
from rms.plans.store import PlanOnFile, modes_of_plan
from rms.questionnaires.store import symptoms_of_plans

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
    symptoms = await symptoms_of_plans(tx, organisation_id=plan.organisation_id, plans=[plan])
    ways = [TO_PERSON[mode] for mode in (await modes_of_plan(tx, plan=plan)).modes]
    return {
        "limits": limits,
        "symptom_list": msgspec.to_builtins(symptoms),
        "ways": ways,
        **({"nurse": nurse} if nurse else {}),
    }


async def _details(tx: Tx, *, plan: PlanOnFile) -> set[ContactKind]:
    contacts = await contacts_in_force(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    return {contact.kind for contact in contacts}


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


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a welcome; a channel of None is the one that the person prefers."""

    recipient: Recipient
    purpose: Purpose
    channel: Channel | None


class _Queued(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a welcome that was queued before."""

    recipient: Recipient
    purpose: Purpose
    channel: Channel
    attempt: int
    state: MessageState


async def welcome(tx: Tx, *, plan: PlanOnFile, now: datetime) -> None:
    """Queue the welcome of the person and the letter of the practice."""
    await _queue(tx, plan=plan, wanted=dict.fromkeys(await _wanted(tx, plan=plan), 1), now=now)


async def welcome_if_it_never_left(tx: Tx, *, plan: PlanOnFile, now: datetime) -> None:
    """Queue again what of the welcome a standstill took back before it left: with the dates that hold now.

    What has left, may have, or is in somebody's hands (held, failed, expired) is not sent again; nor is what was never
    queued, because somebody who was followed up before this system is not welcomed to it.
    """
    rows = await tx.fetch(
        "select recipient, purpose, channel, attempt, state from message where organisation_id = $1 and patient_id = $2"
        " and cause_kind = 'plan' and cause_id = $3",
        plan.organisation_id, plan.patient_id, plan.id,
    )  # fmt: skip
    before = [msgspec.convert(dict(row), _Queued) for row in rows]
    wanted = await _wanted(tx, plan=plan)
    again = {one: _attempt_of(one, before) + 1 for one in wanted if _never_left(one, before, wanted)}
    await _queue(tx, plan=plan, wanted=again, now=now)


def _attempt_of(one: _Wanted, before: list[_Queued]) -> int:
    return max(each.attempt for each in _same(one, before))


def _same(one: _Wanted, before: list[_Queued]) -> list[_Queued]:
    return [each for each in before if (each.recipient, each.purpose) == (one.recipient, one.purpose)]


def _never_left(one: _Wanted, before: list[_Queued], wanted: list[_Wanted]) -> bool:
    """Whether it was queued and all of its kind was taken back. A letter beside a text is a message of its own."""
    same = _same(one, before)
    letter_beside = any(each.recipient is one.recipient and each.channel is Channel.LETTER for each in wanted)
    if letter_beside:
        is_letter = one.channel is Channel.LETTER
        stands = [each for each in same if (each.channel is Channel.LETTER) is is_letter]
    else:
        stands = same
    return bool(stands) and all(each.state is MessageState.VOID for each in stands)


async def _wanted(tx: Tx, *, plan: PlanOnFile) -> list[_Wanted]:
    """Who is written to, about what and how."""
    them = await person(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id)
    wanted = [_Wanted(recipient=Recipient.PERSON, purpose=Purpose.PLAN_STARTED, channel=None)]
    # The text and the email say little; the letter says whom to ask for, what to tell us about and who does what.
    known = await _details(tx, plan=plan)
    if letter_beside(way_of(them.prefers, known=known), known=known):
        wanted.append(_Wanted(recipient=Recipient.PERSON, purpose=Purpose.PLAN_STARTED, channel=Channel.LETTER))
    if them.gp_code or them.gp_name:
        wanted.append(_Wanted(recipient=Recipient.GP_PRACTICE, purpose=Purpose.PLAN_STARTED_GP, channel=Channel.LETTER))
    return wanted


async def _queue(tx: Tx, *, plan: PlanOnFile, wanted: Mapping[_Wanted, int], now: datetime) -> None:
    """Queue each, with the number of its attempt."""
    facts = {
        "plan_name": plan.protocol.title,
        **await _welcome_facts(tx, plan=plan),
        **await _first_test(tx, plan=plan),
    }
    for one, attempt in wanted.items():
        await queue(
            tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id, team_id=plan.team_id,
            recipient=one.recipient, cause_kind="plan", cause_id=plan.id, purpose=one.purpose, channel=one.channel,
            facts=facts, not_before=now, not_after=now + KEEPS, plan_id=plan.id, plan_revision=plan.revision,
            attempt=attempt, now=now,
        )  # fmt: skip
