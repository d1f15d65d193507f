"""People with a plan, and the ways the tests of this room look at them."""

from datetime import date
from itertools import count
from typing import Any

import msgspec

from rms.dates import PartialDate, add_months
from rms.people.model import Diagnosis, TumourSite
from rms.people.moves import put_case
from rms.plans.jobs import ask_after_pauses, sweep_late, sweep_reminders
from rms.plans.model import Override
from rms.plans.moves import sign_off, start
from rms.plans.store import protocol_by_key
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World

PROSTATECTOMY = "prostate-after-prostatectomy"
_serial = count(1)


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a plan, the trust that follows them, and the database they stand in."""

    world: World
    trust: Trust
    patient_id: int
    case_id: int
    version_id: int
    plan_id: int

    async def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Rows about this plan; $1 is its id."""
        return [dict(row) for row in await self.world.as_owner(sql, self.plan_id, *values)]

    async def occurrences(self, step: str = "psa") -> list[dict[str, Any]]:
        return await self.rows(
            "select * from occurrence where plan_id = $1 and step_key = $2 order by due_on, id", step
        )

    async def occurrence(self, number: int, step: str = "psa") -> dict[str, Any]:
        return next(row for row in await self.occurrences(step) if row["number"] == number)

    async def reminded(self) -> list[tuple[int, str]]:
        """Number of the blood test and purpose, in the order queued."""
        rows = await self.rows(
            "select o.number, m.purpose from message m join occurrence o on o.id = m.cause_id"
            " where m.cause_kind = 'occurrence' and m.plan_id = $1 and o.step_key = 'psa' order by m.queued_at, m.id"
        )
        return [(row["number"], row["purpose"]) for row in rows]

    async def alerts(self) -> list[dict[str, Any]]:
        return await self.rows("select * from alert where plan_id = $1 order by id")

    async def shape(self) -> list[dict[str, Any]]:
        """Everything the sweep and a change may write, for comparing before and after."""
        occurrences = await self.rows("select * from occurrence where plan_id = $1 order by id")
        calendar = await self.rows(
            "select c.* from calendar c join occurrence o on o.id = c.occurrence_id where o.plan_id = $1 order by o.id"
        )
        events = await self.rows(
            "select e.* from occurrence_event e join occurrence o on o.id = e.occurrence_id where o.plan_id = $1 order by e.id"
        )
        return [*occurrences, *calendar, *events, *await self.alerts()]


async def today_of(world: World) -> date:
    async with world.worker.transaction() as tx:
        return tx.today


async def sweep(world: World) -> int:
    """One round of all duties of this room."""
    return await sweep_reminders(world.worker) + await sweep_late(world.worker) + await ask_after_pauses(world.worker)


async def signed_version(world: World, trust: Trust, key: str = PROSTATECTOMY) -> int:
    """The version of a protocol, signed off at the trust."""
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        found = await protocol_by_key(tx, organisation_id=trust.organisation_id, key=key)
        assert found is not None
        await sign_off(tx, organisation_id=trust.organisation_id, protocol_version_id=found.id, note="Agreed.",
                       for_demonstration_only=True, by=trust.nurse)  # fmt: skip
    return found.id


async def a_case(world: World, trust: Trust, patient_id: int) -> int:
    diagnosis = Diagnosis(ref=f"D{next(_serial)}", site=TumourSite.UROLOGY, icd10="C61", text="prostate cancer",
                          diagnosed_on=PartialDate.of(date(2020, 1, 1)))  # fmt: skip
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await put_case(tx, organisation_id=trust.organisation_id, patient_id=patient_id, diagnosis=diagnosis,
                              source="register", by=trust.nurse)  # fmt: skip


async def start_plan(
    world: World, *, surgery_on: date, overrides: tuple[Override, ...] = (), trust: Trust | None = None
) -> Followed:
    """A man after prostatectomy whose plan starts today."""
    trust = trust or await a_trust(world)
    patient_id = await on_file(world, trust, a_person(next(_serial) * 11))
    case_id = await a_case(world, trust, patient_id)
    version_id = await signed_version(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        plan_id = await start(
            tx, organisation_id=trust.organisation_id, patient_id=patient_id, case_id=case_id, team_id=trust.team_id,
            nurse_staff_id=trust.nurse.id, protocol_version_id=version_id, anchors={"surgery": (surgery_on, "register")},
            overrides=overrides, by=trust.nurse, now=tx.now,
        )  # fmt: skip
    return Followed(
        world=world, trust=trust, patient_id=patient_id, case_id=case_id, version_id=version_id, plan_id=plan_id
    )


def due(surgery_on: date, number: int) -> date:
    """When the n-th blood test of the protocol's first year and a half is due."""
    return add_months(surgery_on, (3, 6, 9, 12, 18, 24)[number - 1])
