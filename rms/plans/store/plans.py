"""Plans as values: the stored rows, and what holds for the person once protocol and changes are laid together."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from rms.clock import london_date
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.plans.model import Change, Course, Done, Override
from rms.plans.protocol import Protocol
from rms.plans.schedule import EffectivePlan, PauseRule, effective
from rms.plans.store.protocols import protocol_of

#: States in which nothing about the plan has ended; results are judged in all of them.
NOT_ENDED = ("draft", "active", "paused", "suspended", "held", "in_transfer")


class PlanOnFile(msgspec.Struct, frozen=True, kw_only=True, dict=True):  # dict: for what is worked out once
    """One plan with its protocol, its person's dates and the changes made for them.

    `judge_on`: when time alone may change an answer of its rules. `places`: where they have a step done. `still_since`: when
    a pause or a suspension began; `pause_rule`: what whoever paused it meant for what falls inside.
    """

    id: int
    ref: UUID
    organisation_id: int
    patient_id: int
    case_id: int
    team_id: int
    nurse_staff_id: int | None
    protocol_version_id: int
    protocol: Protocol
    state: str
    state_reason: str | None
    state_until: date | None
    held_from: str | None
    still_since: date | None
    pause_rule: PauseRule
    revision: int
    judge_on: date | None
    course: Course
    overrides: tuple[Override, ...]
    places: Mapping[str, str] = {}

    @cached_property
    def effective(self) -> EffectivePlan:
        """What holds for this person."""
        return effective(self.protocol, overrides=self.overrides)

    def with_done(self, done: Done) -> "PlanOnFile":
        """The plan as it reads once one more occurrence is done."""
        course = msgspec.structs.replace(self.course, done=(*self.course.done, done))
        return msgspec.structs.replace(self, course=course)


_PLAN = """
select p.*, v.digest, m.born_text,
       (select coalesce(jsonb_object_agg(a.anchor, a.on_date), '{}') from plan_anchor a
         where a.organisation_id = p.organisation_id and a.plan_id = p.id) as anchors,
       (select coalesce(jsonb_agg(jsonb_build_object('content', o.content, 'reason', o.reason, 'author', o.author_name,
          'made_at', o.made_at, 'review_on', o.review_on) order by o.id), '[]') from plan_override o
         where o.organisation_id = p.organisation_id and o.plan_id = p.id and o.withdrawn_at is null) as overrides,
       (select coalesce(jsonb_object_agg(s.step_key, s.place), '{}') from (
          select distinct on (s.step_key) s.step_key, s.place from step_place s
           where s.organisation_id = p.organisation_id and s.plan_id = p.id order by s.step_key, s.id desc) s) as places,
       (select coalesce(jsonb_agg(jsonb_build_object('step', c.step_key, 'number', c.number, 'done_on', c.done_on)
          order by c.id), '[]') from occurrence c
         where c.organisation_id = p.organisation_id and c.plan_id = p.id and c.state = 'done') as done
  from plan p join protocol_version v on v.id = p.protocol_version_id
  join patient m on m.organisation_id = p.organisation_id and m.id = p.patient_id
"""


async def _plan(tx: Tx, row: Mapping[str, Any]) -> PlanOnFile:
    started = row["started_at"] or row["created_at"]
    return PlanOnFile(
        id=row["id"], ref=row["ref"], organisation_id=row["organisation_id"], patient_id=row["patient_id"],
        case_id=row["case_id"], team_id=row["team_id"], nurse_staff_id=row["nurse_staff_id"],
        protocol_version_id=row["protocol_version_id"],
        protocol=await protocol_of(tx, version_id=row["protocol_version_id"], digest=row["digest"]),
        state=row["state"], state_reason=row["state_reason"], state_until=row["state_until"],
        held_from=row["held_from"],
        still_since=row["still_since"], pause_rule=PauseRule(row["pause_rule"] or PauseRule.ASK),
        revision=row["revision"], judge_on=row["judge_on"],
        course=Course(
            anchors={name: date.fromisoformat(on) for name, on in row["anchors"].items()},
            started_on=london_date(started), born_on=latest_birthday(row["born_text"]),
            done=tuple(msgspec.convert(one, Done) for one in row["done"]), version_since=row["protocol_since"],
        ),
        overrides=tuple(_override(one) for one in row["overrides"]), places=row["places"],
    )  # fmt: skip


def _override(stored: Mapping[str, Any]) -> Override:
    return Override(
        change=msgspec.convert(stored["content"], Change, strict=False), reason=stored["reason"], author=stored["author"],
        made_on=date.fromisoformat(stored["made_at"][:10]), review_on=date.fromisoformat(stored["review_on"]),
    )  # fmt: skip


def latest_birthday(born_text: str) -> date:
    """The latest day a birth date as we have it can mean, so that an age stop never comes too early."""
    return PartialDate.parse(born_text).latest


async def lock_plan(tx: Tx, *, organisation_id: int, plan_id: int) -> None:
    """Lock one plan; NotFound when it is not this organisation's.

    A statement of its own: what is read together with the wait for a lock is as old as the beginning of the wait.
    """
    found = await tx.fetchval("select id from plan where organisation_id = $1 and id = $2 for no key update",
                              organisation_id, plan_id)  # fmt: skip
    if found is None:
        raise NotFound("There is no such plan.")


async def plan_on_file(tx: Tx, *, organisation_id: int, plan_id: int, lock: bool = False) -> PlanOnFile:
    """One plan, locked on request; NotFound when it is not this organisation's."""
    if lock:
        await lock_plan(tx, organisation_id=organisation_id, plan_id=plan_id)
    row = await tx.fetchrow(f"{_PLAN} where p.organisation_id = $1 and p.id = $2", organisation_id, plan_id)
    if row is None:
        raise NotFound("There is no such plan.")
    return await _plan(tx, row)


async def effective_plan(tx: Tx, *, organisation_id: int, plan_id: int) -> EffectivePlan:
    """What holds for the person of a plan."""
    return (await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)).effective


async def plans_of(tx: Tx, *, organisation_id: int, patient_id: int) -> list[PlanOnFile]:
    """All plans of a person, ended ones too, the oldest first."""
    rows = await tx.fetch(f"{_PLAN} where p.organisation_id = $1 and p.patient_id = $2 order by p.id", organisation_id,
                          patient_id)  # fmt: skip
    return [await _plan(tx, row) for row in rows]


async def plans_by_id(tx: Tx, *, organisation_id: int, plan_ids: Collection[int]) -> dict[int, PlanOnFile]:
    """Some plans of one organisation in one look, by their ids; ids of others are left out."""
    rows = await tx.fetch(f"{_PLAN} where p.organisation_id = $1 and p.id = any($2) order by p.id", organisation_id,
                          list(plan_ids))  # fmt: skip
    return {row["id"]: await _plan(tx, row) for row in rows}


async def open_plans_of(tx: Tx, *, organisation_id: int, patient_id: int) -> list[PlanOnFile]:
    """The plans of a person that have not ended, locked, the oldest first."""
    await tx.fetch(
        "select id from plan where organisation_id = $1 and patient_id = $2 and state <> 'ended' order by id"
        " for no key update",
        organisation_id, patient_id,
    )  # fmt: skip
    rows = await tx.fetch(
        f"{_PLAN} where p.organisation_id = $1 and p.patient_id = $2 and p.state <> 'ended' order by p.id",
        organisation_id, patient_id,
    )  # fmt: skip
    return [await _plan(tx, row) for row in rows]


async def plan_by_name(tx: Tx, *, organisation_id: int, name: str) -> PlanOnFile:
    """The plan that an operator names by its number or its reference; NotFound when there is none here."""
    plan_id = await tx.fetchval(
        "select id from plan where organisation_id = $1 and (id::text = $2 or ref::text = lower($2))",
        organisation_id,
        name,
    )
    if plan_id is None:
        raise NotFound(f"There is no plan {name} in this organisation.")
    return await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
