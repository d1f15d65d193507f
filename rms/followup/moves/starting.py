"""Starting follow-up: the plan, the welcome, the practice's letter and the register's news, all at once or not at all."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.events.model import EventKind
from rms.events.payloads import FollowUpStarted
from rms.followup.moves.telling import plan_told, subject_of, tell
from rms.followup.moves.welcoming import welcome as welcome_them
from rms.plans.model import Override
from rms.plans.modes import FollowUpMode, suggest
from rms.plans.moves import set_modes, start
from rms.plans.store import plan_on_file


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
        await welcome_them(tx, plan=plan, now=now)
    await tell(
        tx, plan=plan, kind=EventKind.FOLLOW_UP_STARTED, cause_kind="plan", cause_id=plan_id, held_until=now, by=by, now=now,
        payload=FollowUpStarted(
            subject=await subject_of(tx, organisation_id=organisation_id, patient_id=patient_id), by=by.name,
            decided_at=now, plan=await plan_told(tx, plan=plan),
        ),
    )  # fmt: skip
    return plan_id
