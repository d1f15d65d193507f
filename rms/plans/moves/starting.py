"""Starting a plan: everything that stands in the way is said at once, and nothing is written before it is put right."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from rms.alerts.model import Anchor
from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.people.store import known_dead
from rms.plans.model import Course, Override
from rms.plans.moves.writing import refresh
from rms.plans.protocol import Protocol
from rms.plans.schedule import effective, faults_in_course, why_not_change
from rms.plans.store.plans import latest_birthday, plan_on_file
from rms.plans.store.protocols import protocol_version

_TAKEN = "There is a plan for this cancer already. Change or end that one."


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

    `anchors` are dates with where each comes from. Refused, with every fault in a sentence of its own: not signed off, a
    date missing, a change that may not be made, another plan open for the same cancer, a person who has died.
    NotFound when the diagnosis, the team, the nurse or the protocol version is not this organisation's.
    """
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A plan is started by a named member of staff.")
    protocol, faults = await _check(
        tx, organisation_id=organisation_id, patient_id=patient_id, case_id=case_id, team_id=team_id,
        nurse_staff_id=nurse_staff_id, protocol_version_id=protocol_version_id,
    )  # fmt: skip
    course = await _course(tx, organisation_id=organisation_id, patient_id=patient_id, anchors=anchors)
    faults += why_not_start(protocol, course=course, overrides=overrides, today=tx.today)
    if faults:
        raise Refused(" ".join(faults))
    plan_id: int | None = await tx.fetchval(
        "insert into plan (organisation_id, patient_id, case_id, team_id, nurse_staff_id, protocol_version_id, tumour_site,"
        " state, created_at, created_by_staff_id, started_at, started_by_staff_id)"
        " values ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $9, $8, $9)"
        " on conflict (organisation_id, case_id) where state <> 'ended' do nothing returning id",
        organisation_id, patient_id, case_id, team_id, nurse_staff_id, protocol_version_id, protocol.tumour_site, now, by.id,
    )  # fmt: skip
    if plan_id is None:  # somebody else was a moment earlier
        raise Refused(_TAKEN)
    await _keep_anchors(tx, organisation_id=organisation_id, plan_id=plan_id, anchors=anchors)
    for one in overrides:
        await store_override(tx, organisation_id=organisation_id, plan_id=plan_id, override=one, by=by, now=now)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    await refresh(tx, plan=plan, by=by, now=now, today=tx.today)
    await record(tx, by=by, verb="plan.start", subject_kind="plan", subject_id=plan_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"protocol_version": protocol_version_id})  # fmt: skip
    return plan_id


def why_not_start(protocol: Protocol, *, course: Course, overrides: tuple[Override, ...], today: date) -> list[str]:
    """Every sentence about dates and changes that stands in the way of a plan."""
    faults = [f"{anchor} is no date that a plan counts from." for anchor in course.anchors if anchor not in [*Anchor]]
    for index, one in enumerate(overrides):
        so_far = effective(protocol, overrides=overrides[:index])
        if why_not := why_not_change(so_far, override=one, course=course, today=today):
            faults.append(why_not)
    faults += faults_in_course(effective(protocol, overrides=overrides), course=course, today=today)
    return list(dict.fromkeys(faults))


async def _course(tx: Tx, *, organisation_id: int, patient_id: int, anchors: Mapping[str, tuple[date, str]]) -> Course:
    """The dates that the plan would count from, and the person's age stops."""
    born_text = await tx.fetchval("select born_text from patient where organisation_id = $1 and id = $2", organisation_id,
                                  patient_id)  # fmt: skip
    return Course(anchors={anchor: on for anchor, (on, _) in anchors.items()}, started_on=tx.today,
                  born_on=latest_birthday(born_text))  # fmt: skip


async def _keep_anchors(tx: Tx, *, organisation_id: int, plan_id: int, anchors: Mapping[str, tuple[date, str]]) -> None:
    """Each date with where it comes from."""
    for anchor, (on, source) in anchors.items():
        await tx.execute(
            "insert into plan_anchor (organisation_id, plan_id, anchor, on_date, source) values ($1, $2, $3, $4, $5)",
            organisation_id, plan_id, anchor, on, source,
        )  # fmt: skip


async def _check(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    case_id: int,
    team_id: int,
    nurse_staff_id: int | None,
    protocol_version_id: int,
) -> tuple[Protocol, list[str]]:
    """The protocol, and what the rows say against starting."""
    row = await tx.fetchrow(
        "select exists (select from register_case where organisation_id = $1 and id = $2 and patient_id = $3) as has_case,"
        " exists (select from team where organisation_id = $1 and id = $4) as has_team,"
        " $5::bigint is null or exists (select from staff where organisation_id = $1 and id = $5 and ended_at is null)"
        "   as has_nurse,"
        " exists (select from plan where organisation_id = $1 and case_id = $2 and state <> 'ended') as taken",
        organisation_id, case_id, patient_id, team_id, nurse_staff_id,
    )  # fmt: skip
    assert row is not None
    version = await protocol_version(tx, organisation_id=organisation_id, protocol_version_id=protocol_version_id)
    for found, sentence in (
        (row["has_case"], "There is no such diagnosis for this person."),
        (row["has_team"], "There is no such team."),
        (row["has_nurse"], "There is no such member of staff, or they have left."),
    ):
        if not found:
            raise NotFound(sentence)
    if version is None:
        raise NotFound("There is no such protocol version.")
    faults = []
    if version.signed_by is None:
        faults.append("This protocol version is not signed off here. A named clinician signs it off first.")
    elif version.for_demonstration_only and tx.live:
        faults.append("This protocol version is signed off for demonstration only.")
    if row["taken"]:
        faults.append(_TAKEN)
    if await known_dead(tx, organisation_id=organisation_id, patient_id=patient_id):
        faults.append("This person is recorded as having died.")
    return version.protocol, faults


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
