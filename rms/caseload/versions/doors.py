"""Moving plans to another version of their protocol, one person a transaction, the person locked first."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from rms.caseload.people.store import PlanInScope, plan_in_scope
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import RmsError
from rms.people.access import Asker
from rms.people.store import lock_people
from rms.plans.moves import migrate_plan, stay_on_version, undo_migration


async def move_one(
    database: Database, *, asks: Asker, ref: UUID, version_id: int, revision: int, reason: str, ticked: bool
) -> None:
    """Move one plan. Refused with a sentence when it cannot move, or is another plan than was looked at."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await _locked(tx, asks=asks, ref=ref)
        await migrate_plan(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id, protocol_version_id=version_id,
                           revision=revision, reason=reason, ticked=ticked, by=asks.actor, now=tx.now)  # fmt: skip


async def stay(
    database: Database, *, asks: Asker, ref: UUID, version_id: int, choice: str, reason: str, look_again_on: date
) -> None:
    """One person stays on the version they are on."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await _locked(tx, asks=asks, ref=ref)
        await stay_on_version(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id, protocol_version_id=version_id,
                              choice=choice, reason=reason, look_again_on=look_again_on, by=asks.actor, now=tx.now)  # fmt: skip


async def undo(database: Database, *, asks: Asker, ref: UUID, revision: int, why: str) -> None:
    """Take the last move back. Refused when something has happened since."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await _locked(tx, asks=asks, ref=ref)
        await undo_migration(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id, revision=revision, why=why,
                             by=asks.actor, now=tx.now)  # fmt: skip


async def move_some(
    database: Database, *, asks: Asker, plans: Sequence[tuple[UUID, int]], version_id: int, reason: str
) -> tuple[int, int]:
    """Move several, each alone, so that one that cannot move holds up no other: how many moved, how many did not.

    Without a tick: whoever would be asked for less is refused here and has a page of their own.
    """
    moved = 0
    for ref, revision in plans:
        try:
            await move_one(database, asks=asks, ref=ref, version_id=version_id, revision=revision, reason=reason,
                           ticked=False)  # fmt: skip
            moved += 1
        except RmsError:
            continue
    return moved, len(plans) - moved


async def _locked(tx: Tx, *, asks: Asker, ref: UUID) -> PlanInScope:
    found = await plan_in_scope(tx, asks=asks, ref=ref)
    await lock_people(tx, [found.patient_id])
    return found
