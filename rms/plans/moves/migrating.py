"""A plan moves to another version of its protocol, whole, and back again while that is harmless."""

from datetime import date, datetime
from typing import Final

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.plans.moves.changing import follow
from rms.plans.moves.living import set_judge_on
from rms.plans.moves.rows import MOVED_BACK, note, take_off_calendar, void
from rms.plans.schedule.migrating import Migration
from rms.plans.store.migrations import CAN_MOVE, last_migration, proposed, why_not_undo
from rms.plans.store.occurrences import open_of_plan
from rms.plans.store.plans import PlanOnFile, plan_on_file
from rms.plans.store.protocols import ProtocolOnFile, protocol_version

CHANGED_SINCE: Final = (
    "This plan was changed since you opened the page, by a colleague or by yourself a moment ago. Nothing was moved. Look"
    " at what holds, below, and decide again."
)
NEEDS_A_TICK: Final = "Say that you have read what this version asks for less of, and answer for it for this person."


async def migrate_plan(
    tx: Tx,
    *,
    organisation_id: int,
    plan_id: int,
    protocol_version_id: int,
    revision: int,
    reason: str,
    ticked: bool,
    by: Actor,
    now: datetime,
) -> int:
    """Move one plan to a signed-off version; returns the id of the move. The caller holds the person's lock.

    Refused, with nothing written: an ended, held or handed-over plan, a version that is not signed off here, a plan that is
    at another revision than was looked at, a date that is missing, and without the tick what asks for less.
    """
    staff_id = _named(by)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    to = await protocol_version(tx, organisation_id=organisation_id, protocol_version_id=protocol_version_id)
    if to is None:
        raise NotFound("There is no such protocol version.")
    if why_not := why_not_move(plan, to=to, live=tx.live):
        raise Refused(why_not)
    if plan.revision != revision:
        raise Refused(CHANGED_SINCE)
    if not reason.strip():
        raise Refused("Say why the plan moves.")
    found = await proposed(tx, plan=plan, protocol=to.protocol)
    if found.faults:
        raise Refused(" ".join(found.faults))
    if found.weaker and not ticked:
        raise Refused(NEEDS_A_TICK)
    former = await _former(tx, plan=plan)
    await _stop_what_is_queued(tx, plan=plan, reason=f"The plan moved to version {to.protocol.version} of its protocol.",
                               now=now)  # fmt: skip
    await _renumber(tx, plan=plan, found=found)
    await _set_version(tx, plan=plan, version_id=to.id, since=tx.today)
    after = await follow(tx, organisation_id=organisation_id, plan_id=plan_id, by=by, now=now)
    await set_judge_on(tx, organisation_id=organisation_id, plan_id=plan_id, on=tx.today)
    migration_id: int = await tx.fetchval(
        "insert into plan_migration (organisation_id, plan_id, from_version_id, to_version_id, from_since, revision_after,"
        " reason, answered_for, former, at, by_staff_id, by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " returning id",
        organisation_id, plan_id, plan.protocol_version_id, to.id, plan.course.version_since, after.revision, reason.strip(),
        list(found.weaker), former, now, staff_id, by.name,
    )  # fmt: skip
    await record(tx, by=by, verb="plan.migrate", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=reason.strip(),
                 details={"from_version": plan.protocol.version, "to_version": to.protocol.version,
                          "answered_for": len(found.weaker)})  # fmt: skip
    return migration_id


def why_not_move(plan: PlanOnFile, *, to: ProtocolOnFile, live: bool) -> str | None:
    """Say why a plan cannot move to a version at all; None when it can."""
    if plan.state not in CAN_MOVE:
        return f"This plan is {plan.state.replace('_', ' ')}, so it does not move to another version."
    if to.protocol.key != plan.protocol.key:
        return "That is another protocol. End this plan and start one with it."
    if to.id == plan.protocol_version_id:
        return "The plan is on this version already."
    if to.signed_by is None:
        return "This protocol version is not signed off here. A named clinician signs it off first."
    if to.for_demonstration_only and live:
        return "This protocol version is signed off for demonstration only."
    return None


async def undo_migration(
    tx: Tx, *, organisation_id: int, plan_id: int, revision: int, why: str, by: Actor, now: datetime
) -> None:
    """Give a plan back exactly what it was before its last move. The caller holds the person's lock.

    Refused when it was not moved, or when something has happened since: a message left, something was done, booked or
    changed.
    """
    staff_id = _named(by)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    made = await last_migration(tx, organisation_id=organisation_id, plan_id=plan_id)
    if made is None or made.to_version_id != plan.protocol_version_id:
        raise Refused("There is no move to take back.")
    if why_not := await why_not_undo(tx, plan=plan, made=made):
        raise Refused(why_not)
    if plan.revision != revision:
        raise Refused(CHANGED_SINCE)
    if not why.strip():
        raise Refused("Say why the move is undone.")
    await _stop_what_is_queued(tx, plan=plan, reason="The move to another version of the protocol was undone.", now=now)
    rounds = await _give_back(tx, plan=plan, former=msgspec.json.encode(made.former).decode(), by=by, now=now)
    await _set_version(tx, plan=plan, version_id=made.from_version_id, since=made.from_since)
    await follow(tx, organisation_id=organisation_id, plan_id=plan_id, by=by, now=now)
    # A round of their own, so that no reminder has the name of one that was taken back.
    for occurrence_id, used in rounds.items():
        await tx.execute("update occurrence set rescheduled = $3 where organisation_id = $1 and id = $2", organisation_id,
                         occurrence_id, used + 1)  # fmt: skip
    await set_judge_on(tx, organisation_id=organisation_id, plan_id=plan_id, on=tx.today)
    await tx.execute(
        "update plan_migration set undone_at = $3, undone_by_staff_id = $4, undone_why = $5"
        " where organisation_id = $1 and id = $2",
        organisation_id, made.id, now, staff_id, why.strip(),
    )  # fmt: skip
    await record(tx, by=by, verb="plan.migrate_undone", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=why.strip())  # fmt: skip


async def stay_on_version(
    tx: Tx, *, organisation_id: int, plan_id: int, protocol_version_id: int, choice: str, reason: str, look_again_on: date,
    by: Actor, now: datetime,
) -> None:  # fmt: skip
    """A person stays on the version they are on, for good (`keep`) or for now (`later`): why, and when to look again."""
    staff_id = _named(by)
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    if not reason.strip():
        raise Refused("Say why this person stays on the version they are on.")
    if look_again_on <= tx.today:
        raise Refused("The day to look again must lie ahead.")
    if plan.state == "ended":
        raise Refused("This plan has ended.")
    await tx.execute(
        "insert into plan_version_choice (organisation_id, plan_id, protocol_version_id, choice, reason, look_again_on, at,"
        " by_staff_id, by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation_id, plan_id, protocol_version_id, choice, reason.strip(), look_again_on, now, staff_id, by.name,
    )  # fmt: skip
    await record(tx, by=by, verb="plan.stay_on_version", subject_kind="plan", subject_id=plan_id, patient_id=plan.patient_id,
                 organisation_id=organisation_id, reason=reason.strip(), details={"choice": choice})  # fmt: skip


def _named(by: Actor) -> int:
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A plan moves to another version by a named member of staff.")
    return by.id


async def _former(tx: Tx, *, plan: PlanOnFile) -> object:
    """The rows and the changes as they are, by id."""
    return await tx.fetchval(
        "select jsonb_build_object("
        " 'rows', (select coalesce(jsonb_agg(to_jsonb(o) order by o.id), '[]') from occurrence o"
        "   where o.organisation_id = $1 and o.plan_id = $2),"
        " 'overrides', (select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'content', c.content) order by c.id), '[]')"
        "   from plan_override c where c.organisation_id = $1 and c.plan_id = $2 and c.withdrawn_at is null))",
        plan.organisation_id, plan.id,
    )  # fmt: skip


async def _stop_what_is_queued(tx: Tx, *, plan: PlanOnFile, reason: str, now: datetime) -> None:
    """Nothing of the older revision is looked at or sent; what still holds is asked for again when the rows follow."""
    for one in await open_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id):
        await take_off_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=one.id)
        await void(tx, organisation_id=plan.organisation_id, occurrence_id=one.id, reason=reason, now=now)


async def _out_of_the_way(tx: Tx, *, plan: PlanOnFile) -> None:
    """Numbers nobody else has, so that rows can change places without meeting."""
    await tx.execute(
        "with n as (select id, row_number() over (order by id) as k from occurrence"
        "   where organisation_id = $1 and plan_id = $2)"
        " update occurrence o set number = -1000000 - n.k from n where o.organisation_id = $1 and o.id = n.id",
        plan.organisation_id, plan.id,
    )  # fmt: skip


async def _renumber(tx: Tx, *, plan: PlanOnFile, found: Migration) -> None:
    """Every row gets the step and number it has in the other version, every change the number it now points at."""
    await _out_of_the_way(tx, plan=plan)
    places = list(found.rows.items())
    await tx.execute(
        "update occurrence o set step_key = f.step, number = f.number"
        " from unnest($3::bigint[], $4::text[], $5::integer[]) as f (id, step, number)"
        " where o.organisation_id = $1 and o.plan_id = $2 and o.id = f.id",
        plan.organisation_id, plan.id, [one for one, _ in places], [step for _, (step, _) in places],
        [number for _, (_, number) in places],
    )  # fmt: skip
    ids = await tx.fetch("select id from plan_override where organisation_id = $1 and plan_id = $2 and withdrawn_at is null"
                         " order by id", plan.organisation_id, plan.id)  # fmt: skip
    for row, was, now in zip(ids, plan.overrides, found.overrides, strict=True):
        if was.change != now.change:
            await tx.execute("update plan_override set content = $3 where organisation_id = $1 and id = $2",
                             plan.organisation_id, row["id"], msgspec.json.encode(now.change).decode())  # fmt: skip


async def _set_version(tx: Tx, *, plan: PlanOnFile, version_id: int, since: date | None) -> None:
    await tx.execute("update plan set protocol_version_id = $3, protocol_since = $4 where organisation_id = $1 and id = $2",
                     plan.organisation_id, plan.id, version_id, since)  # fmt: skip


async def _give_back(tx: Tx, *, plan: PlanOnFile, former: str, by: Actor, now: datetime) -> dict[int, int]:
    """Rows and changes as they were; what the move made is left out. Returns the round that each moved row had come to."""
    here = (plan.organisation_id, plan.id)
    await _out_of_the_way(tx, plan=plan)
    moved = await tx.fetch(
        "select o.id, o.rescheduled from occurrence o"
        " join jsonb_populate_recordset(null::occurrence, $3::jsonb->'rows') f on f.id = o.id"
        " where o.organisation_id = $1 and o.plan_id = $2 and o.rescheduled <> f.rescheduled"
        " and (o.due_on, o.state) is distinct from (f.due_on, f.state)",
        *here, former,
    )  # fmt: skip
    await tx.execute(
        "update occurrence o set step_key = f.step_key, number = f.number, state = f.state, state_reason = f.state_reason,"
        " closed_at = f.closed_at, closed_by_kind = f.closed_by_kind, closed_by_id = f.closed_by_id, done_on = f.done_on,"
        " earliest_on = f.earliest_on, due_on = f.due_on, latest_on = f.latest_on, title = f.title, channel = f.channel,"
        " facts = f.facts, rescheduled = case when o.id = any($4) then f.rescheduled else o.rescheduled end"
        " from jsonb_populate_recordset(null::occurrence, $3::jsonb->'rows') f"
        " where o.organisation_id = $1 and o.plan_id = $2 and o.id = f.id",
        *here, former, [row["id"] for row in moved],
    )  # fmt: skip
    await tx.execute(
        "with n as (select o.id, row_number() over (order by o.id) as k from occurrence o"
        "   where o.organisation_id = $1 and o.plan_id = $2 and o.number < -1000000),"
        " least as (select coalesce(min(number), 0) as number from occurrence"
        "   where organisation_id = $1 and plan_id = $2 and number between -1000000 and 0)"
        " update occurrence o set number = least.number - n.k, state = 'skipped', closed_at = $3, closed_by_kind = 'staff',"
        " closed_by_id = $4, state_reason = 'The move to the version that asked for it was undone.'"
        " from n, least where o.organisation_id = $1 and o.id = n.id",
        *here, now, by.id,
    )  # fmt: skip
    await tx.execute(
        "update plan_override c set content = f.content"
        " from jsonb_to_recordset($3::jsonb->'overrides') as f (id bigint, content jsonb)"
        " where c.organisation_id = $1 and c.plan_id = $2 and c.id = f.id",
        *here, former,
    )  # fmt: skip
    for row in moved:
        await note(tx, organisation_id=plan.organisation_id, occurrence_id=row["id"], what=MOVED_BACK,
                   detail="The move to another version was undone.", by=by, now=now)  # fmt: skip
    return {row["id"]: row["rescheduled"] for row in moved}
