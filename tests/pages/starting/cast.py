"""People whose treatment has finished, with everything the three pages need, and what a nurse types on each of them."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

import msgspec

from rms.dates import PartialDate
from rms.db.database import Database
from rms.people.model import Diagnosis, Treatment, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.moves import put_case, put_treatment
from rms.plans.moves import load_library, sign_off
from rms.plans.store import protocol_by_key
from tests.cast import Trust, a_person, on_file
from tests.database import World

PROTOCOL = "prostate-after-prostatectomy"
#: The first page, as it is sent for somebody who agrees after an operation.
AGREED: Mapping[str, str] = {
    "q-whole-prostate-removed": "yes", "q-no-sign-of-return": "no", "q-understands-plan": "yes", "choice": "agreed",
    "revision": "0",
}  # fmt: skip


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits: their cancer's address, themselves, and the day treatment ended."""

    patient_id: int
    case_id: int
    ref: UUID
    person_ref: UUID
    ended_on: date

    @property
    def address(self) -> str:
        return f"/starting/{self.ref}"


async def waiting(
    world: World,
    trust: Trust,
    *,
    serial: int = 1,
    family: str = "Ashdown",
    days_ago: int = 90,
    site: TumourSite | None = TumourSite.UROLOGY,
    icd10: str | None = "C61",
    treatments: tuple[Treatment, ...] | None = None,
) -> Waiting:
    """Put a man on file who was operated on so many days ago, or with other treatments, and who has no plan."""
    patient_id = await on_file(world, trust, a_person(serial, family=family))
    org = trust.organisation_id
    async with world.web.transaction(organisation_id=org) as tx:
        ended_on = tx.today - timedelta(days=days_ago)
        operated = (treated(TreatmentKind.SURGERY, started=PartialDate.of(ended_on)),)
        diagnosis = Diagnosis(ref=f"D{serial}", site=site, icd10=icd10, diagnosed_on=PartialDate.of(ended_on))
        case_id = await put_case(tx, organisation_id=org, patient_id=patient_id, diagnosis=diagnosis, source="register",
                                 by=trust.nurse)  # fmt: skip
        for number, one in enumerate(operated if treatments is None else treatments):
            await put_treatment(tx, organisation_id=org, patient_id=patient_id, case_id=case_id, source="register",
                                by=trust.nurse, treatment=msgspec.structs.replace(one, ref=f"T{serial}-{number}"))  # fmt: skip
    row = await world.as_owner(
        "select c.ref, p.ref as person_ref from register_case c join patient p on p.id = c.patient_id where c.id = $1",
        case_id,
    )
    return Waiting(patient_id=patient_id, case_id=case_id, ref=row[0]["ref"], person_ref=row[0]["person_ref"],
                   ended_on=ended_on)  # fmt: skip


def treated(
    kind: TreatmentKind,
    *,
    started: PartialDate | None = None,
    ended: PartialDate | None = None,
    intent: TreatmentIntent = TreatmentIntent.CURATIVE,
) -> Treatment:
    """One treatment, as a register tells it."""
    return Treatment(ref="T", kind=kind, intent=intent, started_on=started, ended_on=ended)


async def sign(world: World, trust: Trust, *, key: str = PROTOCOL) -> int:
    """The lead signs a protocol off; returns its version."""
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        protocol = await protocol_by_key(tx, organisation_id=trust.organisation_id, key=key)
        assert protocol is not None
        await sign_off(tx, organisation_id=trust.organisation_id, protocol_version_id=protocol.id, note="Read.",
                       for_demonstration_only=True, by=trust.lead)  # fmt: skip
    return protocol.id


def a_day(name: str, on: date) -> dict[str, str]:
    """A date as its three boxes."""
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def second_page(man: Waiting, trust: Trust, **more: str) -> dict[str, str]:
    """The second page as the browser sends it when nothing on it was changed, with `more` typed into it."""
    return {
        **a_day("on-surgery", man.ended_on), "source-surgery": "The register", "nurse": str(trust.nurse.id),
        "prefers": "sms", "limit-of": "psa-above-limit", "channel-of": "everything", "revision": "1", **more,
    }  # fmt: skip
