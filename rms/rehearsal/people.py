"""Made-up people: the man of the story, a few others with different cancers, and any number from a seed.

The same seed gives the same people for ever. NHS numbers start with 999 and have a right check digit, mobile numbers lie
in 07700 900000 to 900999, emails end in example.org: nobody real can be meant or reached.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import msgspec

from rms.dates import PartialDate
from rms.nhs_number import NhsNumber, check_digit
from rms.people.model import (
    ContactKind,
    ContactPoint,
    Death,
    Diagnosis,
    Flag,
    FlagKind,
    GpPractice,
    HospitalNumber,
    Person,
    PersonName,
    RegisterPerson,
    Sex,
    Treatment,
    TreatmentIntent,
    TreatmentKind,
)
from rms.people.names import fold
from rms.people.tumour_site import age_at, site_of_icd10

HOSPITAL = "https://register.example.org/hospital-number"
MEN = [
    "Arthur",
    "Bernard",
    "Cyril",
    "Derek",
    "Edwin",
    "Frank",
    "Gordon",
    "Harold",
    "Ivor",
    "Kenneth",
    "Leonard",
    "Malcolm",
    "Norman",
    "Percy",
    "Ronald",
]
WOMEN = [
    "Agnes",
    "Beryl",
    "Doreen",
    "Edith",
    "Freda",
    "Gladys",
    "Hilda",
    "Irene",
    "Joyce",
    "Mavis",
    "Norma",
    "Olive",
    "Phyllis",
    "Rita",
    "Sheila",
]
FAMILIES = [
    "Ashdown",
    "Birtwistle",
    "Cawthorne",
    "Dunmore",
    "Entwistle",
    "Farrow",
    "Gledhill",
    "Hebblethwaite",
    "Ibbotson",
    "Jessop",
    "Kershaw",
    "Lumley",
    "Mottram",
    "Nuttall",
    "Ogden",
    "Pickles",
    "Ramsbottom",
    "Sugden",
    "Thackray",
    "Uttley",
    "Varley",
    "Wigglesworth",
    "Yewdall",
    "O’Hara",
    "Okonjo-Reed",
]
_STREETS = ["Alder", "Birch", "Cedar", "Damson", "Elder", "Fir", "Gorse", "Hazel"]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of cancer and its treatment, from which people are made. Codes are ICD-10 and OPCS-4."""

    key: str
    icd10: str
    morphology: str
    sex: Sex | None
    kind: TreatmentKind
    code: str
    text: str
    days: int


PROSTATECTOMY = Course(
    key="prostatectomy", icd10="C61", morphology="8140/3", sex=Sex.MALE, kind=TreatmentKind.SURGERY, code="M61.1",
    text="Total excision of prostate", days=0,
)  # fmt: skip
PROSTATE_RADIOTHERAPY = Course(
    key="prostate radiotherapy", icd10="C61", morphology="8140/3", sex=Sex.MALE, kind=TreatmentKind.RADIOTHERAPY,
    code="X65.4", text="External beam radiotherapy to prostate", days=27,
)  # fmt: skip
COLECTOMY = Course(
    key="colectomy", icd10="C18.7", morphology="8140/3", sex=None, kind=TreatmentKind.SURGERY, code="H10.2",
    text="Sigmoid colectomy", days=0,
)  # fmt: skip
BREAST_SURGERY = Course(
    key="breast surgery", icd10="C50.4", morphology="8500/3", sex=Sex.FEMALE, kind=TreatmentKind.SURGERY, code="B28.2",
    text="Partial excision of breast", days=0,
)  # fmt: skip
COURSES = (PROSTATECTOMY, PROSTATE_RADIOTHERAPY, COLECTOMY, BREAST_SURGERY)


def nhs_numbers(start: int = 0) -> Iterator[NhsNumber]:
    """Give every made-up NHS number once, from a starting point on: about 900,000."""
    for step in range(1_000_000):
        # The step width shares no factor with a million, so that each number comes once and neighbours look different.
        nine = f"999{(start + step * 7919) % 1_000_000:06}"
        digit = check_digit(nine)
        if digit is not None and len(set(f"{nine}{digit}")) > 1:
            yield NhsNumber(f"{nine}{digit}")


def made_up(
    course: Course, *, index: int, number: NhsNumber | None, name: PersonName, born_on: date, treated_on: date
) -> RegisterPerson:
    """Make one person who was diagnosed two months before the treatment of a course began."""
    sex = course.sex or (Sex.FEMALE if name.prefix == "Mrs" else Sex.MALE)
    ref = f"Patient/demo-{index}"
    diagnosed_on, born = PartialDate.of(treated_on - timedelta(days=61)), PartialDate.of(born_on)
    finding = site_of_icd10(course.icd10, sex=sex, age_at_diagnosis=age_at(diagnosed_on, born_on=born))
    diagnosis = Diagnosis(
        ref=f"Condition/demo-{index}-diagnosis", site=finding.recorded, icd10=course.icd10,
        morphology=course.morphology, diagnosed_on=diagnosed_on,
    )  # fmt: skip
    treatment = Treatment(
        ref=f"Procedure/demo-{index}-treatment", kind=course.kind, diagnosis_ref=diagnosis.ref,
        intent=TreatmentIntent.CURATIVE, started_on=PartialDate.of(treated_on),
        ended_on=PartialDate.of(treated_on + timedelta(days=course.days)), code=course.code, text=course.text,
    )  # fmt: skip
    no_number = Flag(kind=FlagKind.NO_NHS_NUMBER, sentence="The register gives no NHS number for this person.")
    return RegisterPerson(
        ref=ref,
        person=Person(
            name=name,
            born_on=born,
            sex=sex,
            nhs_number=number,
            hospital_numbers=(HospitalNumber(system=HOSPITAL, value=f"H{index:07}"),),
            contacts=_contacts(index, name=name, since=diagnosed_on),
            gp=GpPractice(code=f"Z{99000 + index % 900:05}", name=f"Made-up Surgery {index % 900}"),
            language="en",
        ),
        diagnoses=(diagnosis,),
        treatments=(treatment,),
        flags=() if number else (no_number,),
    )


def _contacts(index: int, *, name: PersonName, since: PartialDate) -> tuple[ContactPoint, ...]:
    street = _STREETS[index % len(_STREETS)]
    found = (
        (ContactKind.MOBILE, f"+447700900{index % 1000:03}"),
        (ContactKind.EMAIL, f"{fold(name.family).replace(' ', '.')}.{index}@example.org"),
        (ContactKind.POST, f"{index % 200 + 1} {street} Street\nMadeup\nZZ99 3WZ"),
    )
    return tuple(ContactPoint(kind=kind, value=value, as_of=since) for kind, value in found)


def people(count: int, *, seed: int, today: date) -> Iterator[RegisterPerson]:
    """Make people, each treated in the two years before `today`. At most 900,000: then the made-up numbers run out."""
    random = Random(seed)  # noqa: S311 - made-up people, not secrets
    numbers = nhs_numbers(random.randrange(1_000_000))
    for index in range(count):
        course = random.choice(COURSES)
        born_on = date(random.randrange(1938, 1968), random.randrange(1, 13), random.randrange(1, 29))
        treated_on = today - timedelta(days=random.randrange(60, 730))
        sex = course.sex or random.choice((Sex.FEMALE, Sex.MALE))
        name = PersonName(
            family=random.choice(FAMILIES),
            given=tuple(random.sample(WOMEN if sex is Sex.FEMALE else MEN, k=random.choice((1, 1, 2)))),
            prefix="Mrs" if sex is Sex.FEMALE else "Mr",
        )
        yield made_up(course, index=index, number=next(numbers), name=name, born_on=born_on, treated_on=treated_on)


def story_people(*, today: date) -> tuple[RegisterPerson, ...]:
    """Give the people of the story, the man after prostatectomy first; treated a month before `today`."""
    cast = (
        (PROSTATECTOMY, PersonName(family="Hartley", given=("Raymond", "Albert"), prefix="Mr"), date(1953, 4, 17)),
        (PROSTATE_RADIOTHERAPY, PersonName(family="O’Dowd", given=("Desmond",), prefix="Mr"), date(1948, 11, 2)),
        (COLECTOMY, PersonName(family="Okonjo-Reed", given=("Grace",), prefix="Mrs"), date(1961, 8, 30)),
        (BREAST_SURGERY, PersonName(family="Pickersgill", given=("Maureen",), prefix="Mrs"), date(1957, 1, 9)),
    )
    treated_on = today - timedelta(days=30)
    return tuple(
        made_up(course, index=900_000 + n, number=number, name=name, born_on=born_on, treated_on=treated_on)
        for n, ((course, name, born_on), number) in enumerate(zip(cast, nhs_numbers(), strict=False))
    )


def died(person: RegisterPerson, *, on: PartialDate | None, formal: bool = True) -> RegisterPerson:
    """Give the same person as the register reports them after a death."""
    return msgspec.structs.replace(person, death=Death(died_on=on, formal=formal, source="register"))
