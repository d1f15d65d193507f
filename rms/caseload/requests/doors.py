"""Arranging a test, each in one transaction. Doors: called by pages only, never by one another."""

from datetime import date
from uuid import UUID

from rms.caseload.late.store import Step, step_behind
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.access import Asker
from rms.people.store import lock_people
from rms.plans import moves
from rms.plans.places import TestPlace
from rms.plans.store import plan_on_file


async def arrange_test(database: Database, *, asks: Asker, ref: UUID, by_whom: str, booked_for: date | None) -> None:
    """It was requested (`booked_for` None) or booked. Refused, in words, when it is settled or the day is over."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        step = await _locked(tx, asks=asks, ref=ref)
        await moves.arrange(tx, organisation_id=asks.organisation_id, occurrence_id=step.id, by_whom=by_whom,
                            booked_for=booked_for, by=asks.actor, now=tx.now)  # fmt: skip


async def choose_place(database: Database, *, asks: Asker, ref: UUID, place: TestPlace) -> None:
    """Keep where the person has this step done; what is so already changes nothing."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        step = await _locked(tx, asks=asks, ref=ref)
        plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=step.plan_id, lock=True)
        if plan.places.get(step.step_key) != place:
            await moves.set_place(tx, organisation_id=asks.organisation_id, plan_id=plan.id, patient_id=plan.patient_id,
                                  step_key=step.step_key, place=place, by=asks.actor, now=tx.now)  # fmt: skip


async def _locked(tx: Tx, *, asks: Asker, ref: UUID) -> Step:
    step = await step_behind(tx, asks=asks, ref=ref)
    await lock_people(tx, [step.patient_id])
    if step.kind != "test":
        raise Refused("This is not a test, so there is nothing to arrange.")
    return await step_behind(tx, asks=asks, ref=ref)
