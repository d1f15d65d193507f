"""What the register is told about a plan, in the words of `events.payloads`."""

from datetime import datetime
from uuid import UUID

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.events.model import EventKind
from rms.events.moves import announce
from rms.events.payloads import AnyPayload, PlanTold, Subject, written
from rms.people.store import person
from rms.plans.modes import NAMES
from rms.plans.store import PlanOnFile, modes_of_plan

#: The events that the register keeps in the one resource of a plan.
ABOUT_THE_PLAN = (
    EventKind.FOLLOW_UP_STARTED,
    EventKind.PLAN_HELD,
    EventKind.PLAN_RESTORED,
    EventKind.WAYS_CHANGED,
    EventKind.FOLLOW_UP_ENDED,
)


async def subject_of(tx: Tx, *, organisation_id: int, patient_id: int) -> Subject:
    """Who it is about, as the register can find them: by NHS number, else by hospital number."""
    them = await person(tx, organisation_id=organisation_id, patient_id=patient_id)
    number = await tx.fetchrow(
        "select p.register_ref, i.authority, i.value from patient p left join patient_identifier i"
        " on i.organisation_id = p.organisation_id and i.patient_id = p.id"
        " where p.organisation_id = $1 and p.id = $2 order by i.id limit 1",
        organisation_id, patient_id,
    )  # fmt: skip
    assert number is not None
    return Subject(
        nhs_number=them.nhs_number,
        hospital_system=number["authority"],
        hospital_number=number["value"],
        register_ref=number["register_ref"],
    )


async def plan_told(tx: Tx, *, plan: PlanOnFile) -> PlanTold:
    """The plan as every event about it names it, with the events about the plan itself announced before this one."""
    rows = await tx.fetch(
        "select ref from event where organisation_id = $1 and patient_id = $2 and state <> 'void' and kind = any($3)"
        " and payload->'plan'->>'ref' = $4 order by id",
        plan.organisation_id, plan.patient_id, list(ABOUT_THE_PLAN), str(plan.ref),
    )  # fmt: skip
    followed = await modes_of_plan(tx, plan=plan)
    return PlanTold(
        ref=plan.ref, title=plan.protocol.title, started_on=plan.course.started_on,
        earlier=tuple(UUID(str(row["ref"])) for row in rows), ways=tuple((mode, NAMES[mode]) for mode in followed.modes),
    )  # fmt: skip


async def earlier_about_recurrence(tx: Tx, *, plan: PlanOnFile, episode_ref: UUID) -> tuple[UUID, ...]:
    """The events announced before about the same recurrence: the register keeps one Condition for them all."""
    rows = await tx.fetch(
        "select ref from event where organisation_id = $1 and patient_id = $2 and state <> 'void' and kind = $3"
        " and payload->>'episode_ref' = $4 order by id",
        plan.organisation_id, plan.patient_id, EventKind.RECURRENCE, str(episode_ref),
    )  # fmt: skip
    return tuple(UUID(str(row["ref"])) for row in rows)


async def tell(
    tx: Tx,
    *,
    plan: PlanOnFile,
    kind: EventKind,
    payload: AnyPayload,
    cause_kind: str,
    cause_id: int,
    held_until: datetime,
    by: Actor,
    now: datetime,
) -> int | None:
    """Announce one event about a plan."""
    del by  # the payload names who decided; the audit line is the caller's
    return await announce(
        tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id, kind=kind, cause_kind=cause_kind,
        cause_id=cause_id, payload=written(payload), held_until=held_until, now=now,
    )  # fmt: skip
