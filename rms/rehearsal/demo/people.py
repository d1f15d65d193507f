"""Made-up people of the demo: who they are, how they are reached, their cancer and its treatment. Pure.

The same number of people and the same day give the same people. Numbers, telephones and addresses are from the ranges
that belong to nobody (`rms.rehearsal.people`).
"""

from collections.abc import Iterator
from datetime import date, time, timedelta
from random import Random

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.clock import at_london
from rms.dates import PartialDate
from rms.nhs_number import NhsNumber
from rms.people.model import Person, PersonName, Sex
from rms.people.names import fold, search_key
from rms.rehearsal.bulk.rows import Ids, Sheet
from rms.rehearsal.demo.cast import Part
from rms.rehearsal.demo.courses import COURSES, Dates, Treated
from rms.rehearsal.people import FAMILIES, MEN, WOMEN

_FIRST_HALF = ("Ash", "Birt", "Caw", "Dun", "Ent", "Far", "Gled", "Heb", "Ib", "Jes", "Ker", "Lum", "Mot", "Nut", "Og")
_SECOND_HALF = ("bourne", "by", "dale", "den", "field", "ford", "ham", "ley", "more", "thorne", "ton", "wick", "worth")
_STREETS = ("Alder", "Birch", "Cedar", "Damson", "Elder", "Fir", "Gorse", "Hazel")
_FAMILY_NAMES = [*FAMILIES, *(first + second for first in _FIRST_HALF for second in _SECOND_HALF)]
MOBILES = 1_000
SOURCE = "register"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who does not exist. `number` counts them; a person whom two trusts follow is one."""

    number: int
    nhs_number: str
    name: PersonName
    born_on: date
    sex: Sex
    mobile: str | None
    has_email: bool


class Someone(msgspec.Struct, frozen=True, kw_only=True):
    """One person of one trust as the rest of the demo needs them. `plan_id` is None while there is no plan."""

    identity: Identity
    part: Part
    organisation_id: int
    team_id: int
    nurse_id: int
    nurse_name: str
    protocol: str
    dates: Dates
    patient_id: int
    case_id: int
    plan_id: int | None

    @property
    def person(self) -> Person:
        """Who a laboratory would name."""
        one = self.identity
        return Person(
            name=one.name, born_on=PartialDate.of(one.born_on), sex=one.sex, nhs_number=NhsNumber(one.nhs_number)
        )

    @property
    def course(self) -> Treated:
        """The cancer and its treatment."""
        return COURSES[self.protocol]

    @property
    def nurse(self) -> Actor:
        """Who follows them."""
        return Actor(kind=ActorKind.STAFF, name=self.nurse_name, id=self.nurse_id)


def mobiles() -> Iterator[str]:
    """Every made-up mobile number once."""
    return (f"+447700900{number:03}" for number in range(MOBILES))


def an_identity(
    number: int, *, nhs_number: str, sex: Sex | None, part: Part, free_mobiles: Iterator[str], random: Random
) -> Identity:
    """Make somebody up. Most of those something happens to have a mobile, one in seven of the others."""
    is_woman = sex is Sex.FEMALE or (sex is None and random.random() < 0.5)
    given = tuple(random.sample(WOMEN if is_woman else MEN, k=random.choice((1, 1, 2))))
    title = "Mrs" if is_woman else "Mr"
    reached = random.random() < (0.15 if part in (Part.QUIET, Part.ENDED) else 0.85)
    needs_one = part in (Part.UNREACHED, Part.STOPPED)
    return Identity(
        number=number, nhs_number=nhs_number, name=PersonName(family=random.choice(_FAMILY_NAMES), given=given, prefix=title),
        born_on=date(random.randint(1941, 1964), random.randint(1, 12), random.randint(1, 28)),
        sex=Sex.FEMALE if is_woman else Sex.MALE, mobile=next(free_mobiles, None) if reached or needs_one else None,
        has_email=random.random() < 0.6,
    )  # fmt: skip


def add_person(sheet: Sheet, ids: Ids, *, one: Identity, part: Part, organisation_id: int, stopped_at: object) -> int:
    """Their own row and how they are reached; returns the patient id."""
    patient_id = ids.take("patient")
    wants_none = part is Part.STOPPED
    sheet.add(
        "patient", id=patient_id, organisation_id=organisation_id, nhs_number=one.nhs_number,
        register_ref=f"Patient/demo-{one.number}", title=one.name.prefix, family_name=one.name.family,
        given_names=" ".join(one.name.given), name_key=search_key(one.name), born_on=one.born_on,
        born_text=one.born_on.isoformat(), sex=one.sex, language="en", interpreter_needed=False, needs="[]",
        restricted=False, flags="[]", gp_code=f"Z{99000 + one.number % 900:05}",
        gp_name=f"Made-up Surgery {one.number % 900}", prefers=_prefers(one, part=part),
        messages_stopped_at=stopped_at if wants_none else None, messages_stopped_by="the person" if wants_none else None,
        messages_stopped_why="Asked by telephone." if wants_none else None, created_by=SOURCE,
    )  # fmt: skip
    sheet.add("patient_identifier", organisation_id=organisation_id, patient_id=patient_id,
              authority="https://register.example.org/hospital-number", value=f"H{one.number:07}")  # fmt: skip
    since = date(2019, 1, 1) + timedelta(days=one.number % 900)
    street = f"{one.number % 200 + 1} {_STREETS[one.number % len(_STREETS)]} Street\nMadeup\nZZ99 3WZ"
    email = f"{fold(one.name.family).replace(' ', '.')}.{one.number}@example.org" if one.has_email else None
    for kind, value in (("mobile", one.mobile), ("email", email), ("post", street)):
        if value is not None:
            sheet.add("contact_point", organisation_id=organisation_id, patient_id=patient_id, kind=kind, value=value,
                      source=SOURCE, valid_from=since, recorded_by=SOURCE)  # fmt: skip
    return patient_id


def _prefers(one: Identity, *, part: Part) -> str:
    if part is Part.BY_PHONE:
        return "phone"
    if one.mobile is not None:
        return "sms"
    return "email" if one.has_email else "letter"


def add_case(
    sheet: Sheet, ids: Ids, *, one: Identity, course: Treated, dates: Dates, site: str, organisation_id: int, patient_id: int
) -> int:  # fmt: skip
    """Their cancer and its treatment, as the register tells them; returns the case id."""
    case_id = ids.take("register_case")
    sheet.add(
        "register_case", id=case_id, organisation_id=organisation_id, patient_id=patient_id, source=SOURCE,
        source_ref=f"Condition/demo-{one.number}", tumour_site=site, icd10=course.icd10, description=course.cancer,
        diagnosed_on=dates.diagnosed_on, diagnosed_text=dates.diagnosed_on.isoformat(),
    )  # fmt: skip
    before = timedelta(days=27) if course.kind == "radiotherapy" else timedelta(0)
    began_on = dates.treated_on - before
    sheet.add(
        "treatment", organisation_id=organisation_id, patient_id=patient_id, case_id=case_id, source=SOURCE,
        source_ref=f"Procedure/demo-{one.number}", kind=course.kind, intent="curative", description=course.treatment,
        started_on=began_on, started_text=began_on.isoformat(), ended_on=dates.treated_on,
        ended_text=dates.treated_on.isoformat(),
        # Known since: a treatment that came after the last review keeps every result out of the tens.
        recorded_at=at_london(dates.treated_on + timedelta(days=7), time(9)),
    )  # fmt: skip
    return case_id
