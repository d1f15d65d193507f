"""Changing a running plan, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from rms.caseload.people.store import plan_in_scope
from rms.db.database import Database
from rms.errors import Refused
from rms.followup.moves.ways import change_ways
from rms.people.access import Asker
from rms.people.store import lock_people
from rms.plans.model import Override
from rms.plans.modes import FollowUpMode
from rms.plans.moves import override
from rms.plans.store import plan_on_file


async def change_plan(
    database: Database, *, asks: Asker, ref: UUID, revision: int, changes: Sequence[Override]
) -> UUID:
    """Make the changes, all or none; returns the person's reference. Refused when the plan is another than was shown."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await plan_in_scope(tx, asks=asks, ref=ref)
        await lock_people(tx, [found.patient_id])
        plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id, lock=True)
        if plan.revision != revision:
            raise Refused(
                "This plan was changed since you opened the page, by a colleague or by yourself a moment ago. Nothing was"
                " changed now. Look at what holds, below, and begin again."
            )
        for one in changes:
            await override(tx, organisation_id=asks.organisation_id, plan_id=plan.id, change=one.change, reason=one.reason,
                           review_on=one.review_on, by=asks.actor, now=tx.now)  # fmt: skip
        return found.person_ref


async def change_modes(
    database: Database, *, asks: Asker, ref: UUID, modes: Sequence[FollowUpMode], reason: str
) -> UUID:
    """Follow somebody up in other ways and tell the register, once; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await plan_in_scope(tx, asks=asks, ref=ref)
        await lock_people(tx, [found.patient_id])
        await change_ways(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id, modes=modes, reason=reason,
                          by=asks.actor, now=tx.now)  # fmt: skip
        return found.person_ref
