"""A man on a running plan after prostatectomy, and a laboratory's values for him."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from rms.alerts.model import Comparator
from rms.audit.model import WORKER
from rms.dates import PartialDate
from rms.followup import actions
from rms.followup.moves import FiledResult, file_result
from rms.people.model import Diagnosis, Treatment, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.moves import put_case, put_treatment
from rms.people.store import lock_people, person
from rms.plans.model import LimitChange, Override
from rms.plans.moves import sign_off
from rms.plans.store import protocol_by_key
from rms.results.model import Code, Observation, ObservationStatus, Quantity
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World

PROTOCOL = "prostate-after-prostatectomy"


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """The man, his plan, his trust, and the civil day it began."""

    trust: Trust
    patient_id: int
    plan_id: int
    today: date


async def the(world: World, sql: str, *arguments: object) -> Any:
    """The first value of a query, asked as the owner."""
    return (await world.as_owner(sql, *arguments))[0][0]


async def followed(
    world: World,
    *,
    trust: Trust | None = None,
    limit: Decimal | None = None,
    serial: int = 1,
    operated_days_ago: int = 30,
    patient_id: int | None = None,
) -> Followed:
    """Put a man on file after prostatectomy and start his plan; a second plan for the man whose `patient_id` is given."""
    trust = trust or await a_trust(world)
    patient_id = patient_id or await on_file(world, trust, a_person(serial))
    org = trust.organisation_id
    async with world.web.transaction(organisation_id=org) as tx:
        today = tx.today
        operated_on = today - timedelta(days=operated_days_ago)
        diagnosis = Diagnosis(
            ref=f"D{serial}", site=TumourSite.UROLOGY, icd10="C61", diagnosed_on=PartialDate.of(operated_on)
        )
        case_id = await put_case(tx, organisation_id=org, patient_id=patient_id, diagnosis=diagnosis, source="register",
                                 by=trust.nurse)  # fmt: skip
        await put_treatment(
            tx, organisation_id=org, patient_id=patient_id, case_id=case_id, source="register", by=trust.nurse,
            treatment=Treatment(ref=f"T{serial}", kind=TreatmentKind.SURGERY, intent=TreatmentIntent.CURATIVE,
                                diagnosis_ref=f"D{serial}", started_on=PartialDate.of(operated_on)),
        )  # fmt: skip
        protocol = await protocol_by_key(tx, organisation_id=org, key=PROTOCOL)
        assert protocol is not None
        await sign_off(tx, organisation_id=org, protocol_version_id=protocol.id, note="For a test.",
                       for_demonstration_only=True, by=trust.lead)  # fmt: skip
    change = Override(
        change=LimitChange(rule="psa-above-limit", value=limit or Decimal("0.2"), unit="ug/L"), reason="Positive margin.",
        author=trust.nurse.name, made_on=today, review_on=today + timedelta(days=365),
    )  # fmt: skip
    plan_id = await actions.start_plan(
        world.web, organisation_id=org, patient_id=patient_id, case_id=case_id, team_id=trust.team_id,
        nurse_staff_id=trust.nurse.id, protocol_version_id=protocol.id, anchors={"surgery": (operated_on, "register")},
        overrides=(change,) if limit else (), by=trust.nurse,
    )  # fmt: skip
    return Followed(trust=trust, patient_id=patient_id, plan_id=plan_id, today=today)


async def file_psa(
    world: World,
    man: Followed,
    value: str,
    *,
    on: date,
    comparator: str = "",
    order: str | None = None,
    analyte: str = "psa",
    status: ObservationStatus = ObservationStatus.FINAL,
) -> FiledResult:
    """File one value as the worker does."""
    org = man.trust.organisation_id
    observation = Observation(
        analyte=analyte, sampled_on=on, status=status, code=Code(code="PSA"), value_as_sent=f"{comparator}{value}",
        unit_as_sent="ug/L", quantity=Quantity(number=Decimal(value), unit="ug/L", comparator=Comparator(comparator)),
    )  # fmt: skip
    async with world.worker.transaction() as tx:
        await lock_people(tx, [man.patient_id])
        them = await person(tx, organisation_id=org, patient_id=man.patient_id)
        return await file_result(
            tx, organisation_id=org, person=them, observation=observation, by=WORKER, now=tx.now, inbox_id=None,
            source_key=f"LAB|{order or value}|{analyte}|{on}",
        )  # fmt: skip
