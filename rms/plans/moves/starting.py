"""Starting a plan: everything that stands in the way is said at once, and nothing is written before it is put right."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.people.store import known_dead
from rms.plans.model import Override
from rms.plans.moves.writing import refresh
from rms.plans.schedule import faults_in_course, why_not_change
from rms.plans.store.plans import plan_on_file


async def start(
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
    by: Actor,
    now: datetime,
) -> int:
    """Start a plan for one cancer of one person; returns the plan id.

    `anchors` are dates with where each comes from. Refused, with every fault in one sentence each: not signed off, a date
    missing, a change that may not be made, another plan open for the same cancer, a person who has died.
    """
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A plan is started by a named member of staff.")
    await _check(tx, organisation_id=organisation_id, patient_id=patient_id, case_id=case_id,
                 protocol_version_id=protocol_version_id)  # fmt: skip
    plan_id: int = await tx.fetchval(
        "insert into plan (organisation_id, patient_id, case_id, team_id, nurse_staff_id, protocol_version_id, tumour_site,"
        " state, created_at, created_by_staff_id, started_at, started_by_staff_id)"
        " select $1, $2, $3, $4, $5, v.id, v.tumour_site, 'active', $6, $7, $6, $7 from protocol_version v where v.id = $8"
        " returning id",
        organisation_id, patient_id, case_id, team_id, nurse_staff_id, now, by.id, protocol_version_id,
    )  # fmt: skip
    for anchor, (on, source) in anchors.items():
        await tx.execute(
            "insert into plan_anchor (organisation_id, plan_id, anchor, on_date, source) values ($1, $2, $3, $4, $5)",
            organisation_id, plan_id, anchor, on, source,
        )  # fmt: skip
    for one in overrides:
        plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
        if why_not := why_not_change(plan.effective, override=one, course=plan.course, today=tx.today):
            raise Refused(why_not)
        await store_override(tx, organisation_id=organisation_id, plan_id=plan_id, override=one, by=by, now=now)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    if faults := faults_in_course(plan.effective, course=plan.course, today=tx.today):
        raise Refused(" ".join(faults))
    await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
    await record(tx, by=by, verb="plan.start", subject_kind="plan", subject_id=plan_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"protocol_version": protocol_version_id})  # fmt: skip
    return plan_id


async def _check(tx: Tx, *, organisation_id: int, patient_id: int, case_id: int, protocol_version_id: int) -> None:
    row = await tx.fetchrow(
        "select (select id from register_case where organisation_id = $1 and id = $2 and patient_id = $3) as case_id,"
        " (select id from protocol_sign_off where organisation_id = $1 and protocol_version_id = $4"
        "   and withdrawn_at is null) as signed,"
        " (select id from plan where organisation_id = $1 and case_id = $2 and state <> 'ended') as running",
        organisation_id, case_id, patient_id, protocol_version_id,
    )  # fmt: skip
    assert row is not None
    if row["case_id"] is None:
        raise NotFound("There is no such diagnosis for this person.")
    if row["signed"] is None:
        raise Refused("This protocol version is not signed off here. A named clinician signs it off first.")
    if row["running"] is not None:
        raise Refused("There is a plan for this cancer already. Change or end that one.")
    if await known_dead(tx, organisation_id=organisation_id, patient_id=patient_id):
        raise Refused("This person is recorded as having died.")


async def store_override(
    tx: Tx, *, organisation_id: int, plan_id: int, override: Override, by: Actor, now: datetime
) -> int:
    """Keep one change with its reason, its author and the day it is looked at again; returns its id."""
    override_id: int = await tx.fetchval(
        "insert into plan_override (organisation_id, plan_id, content, reason, author_staff_id, author_name, review_on,"
        " made_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        organisation_id, plan_id, msgspec.json.encode(override.change).decode(), override.reason,
        by.id if by.kind is ActorKind.STAFF else None, by.name, override.review_on, now,
    )  # fmt: skip
    return override_id
