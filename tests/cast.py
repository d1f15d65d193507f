"""A small cast for database tests: a trust with a team and staff, and people it follows up.

Everything is put there by plain SQL or by the rooms' own moves; the trust's people have numbers from the test range.
"""

from datetime import date

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.dates import PartialDate
from rms.nhs_number import NhsNumber, check_digit
from rms.people.model import (
    ContactKind,
    ContactPoint,
    GpPractice,
    HospitalNumber,
    Person,
    PersonName,
    Sex,
)
from rms.people.moves import add_person
from tests.database import World


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation with one urology team: a nurse, a deputy, a team lead, a service manager."""

    organisation_id: int
    code: str
    team_id: int
    nurse: Actor
    lead: Actor


async def a_trust(world: World, *, code: str = "RAA", name: str = "North Hospital") -> Trust:
    """Found an organisation with its team and staff."""
    organisation_id = (
        await world.as_owner(
            "insert into organisation (code, name, phone) values ($1, $2, '01632 960000') returning id", code, name
        )
    )[0]["id"]
    team_id = (
        await world.as_owner(
            "insert into team (organisation_id, key, name, phone, tumour_site)"
            " values ($1, 'urology', 'Urology follow-up team', '01632 960001', 'urology') returning id",
            organisation_id,
        )
    )[0]["id"]
    staff = [
        await _staff(world, organisation_id, team_id, name=name, role=role)
        for name, role in (
            ("Nora Nurse", "nurse_specialist"),
            ("Dan Deputy", "nurse_specialist"),
            ("Lena Lead", "team_lead"),
            ("Max Manager", "service_manager"),
        )
    ]
    return Trust(organisation_id=organisation_id, code=code, team_id=team_id, nurse=staff[0], lead=staff[2])


async def _staff(world: World, organisation_id: int, team_id: int, *, name: str, role: str) -> Actor:
    row = await world.as_owner(
        "insert into staff (organisation_id, sign_in_name, display_name, role) values ($1, $2, $3, $4) returning id",
        organisation_id, f"{name.split()[0].lower()}.{organisation_id}", name, role,
    )  # fmt: skip
    await world.as_owner(
        "insert into staff_team (organisation_id, staff_id, team_id, is_lead, is_deputy) values ($1, $2, $3, $4, $5)",
        organisation_id, row[0]["id"], team_id, role == "team_lead", name.startswith("Dan"),
    )  # fmt: skip
    return Actor(kind=ActorKind.STAFF, name=name, id=row[0]["id"])


def nhs_number(serial: int) -> NhsNumber:
    """The first valid test number at or after 999 + serial."""
    while (digit := check_digit(f"999{serial:06}")) is None:
        serial += 1
    return NhsNumber(f"999{serial:06}{digit}")


def a_person(
    serial: int = 1, *, family: str = "Ashdown", given: str = "Peter", born_on: date = date(1950, 4, 3)
) -> Person:
    """A man with a mobile number, an address, a practice and a hospital number."""
    return Person(
        name=PersonName(family=family, given=(given,), prefix="Mr"), born_on=PartialDate.of(born_on), sex=Sex.MALE,
        nhs_number=nhs_number(serial), hospital_numbers=(HospitalNumber(system="RAA", value=f"H{serial:06}"),),
        contacts=(
            ContactPoint(kind=ContactKind.MOBILE, value=f"+447700900{serial % 1000:03}"),
            ContactPoint(kind=ContactKind.POST, value="1 Mill Lane\nTownham\nTO1 1AA"),
        ),
        gp=GpPractice(code="A81001", name="Mill Lane Surgery"),
    )  # fmt: skip


async def on_file(world: World, trust: Trust, person: Person | None = None) -> int:
    """Put a person on a trust's file; returns the patient id."""
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await add_person(
            tx, organisation_id=trust.organisation_id, person=person or a_person(), by=trust.nurse, now=tx.now
        )
