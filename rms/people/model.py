"""The values of the people room: who a person is, what cancer and treatment the register knows, and who acts here.

Everything that comes in (a register file, a FHIR bundle, a form) is turned into these values first, and everything that
is decided about people is decided on them. Knows no table, no file format and no page.
"""

from enum import StrEnum

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.dates import PartialDate
from rms.nhs_number import NhsNumber

__all__ = ["Actor", "ActorKind"]


class Role(StrEnum):
    """What a member of staff is here to do. What each may do stands in `permissions.py`."""

    NURSE_SPECIALIST = "nurse_specialist"
    SUPPORT_WORKER = "support_worker"
    CONSULTANT = "consultant"
    TEAM_LEAD = "team_lead"
    SERVICE_MANAGER = "service_manager"
    ADMINISTRATOR = "administrator"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"


class TumourSite(StrEnum):
    """The 13 tumour sites of the English cancer register; `OTHER` is the core record of COSD."""

    BREAST = "breast"
    CNS = "cns"
    COLORECTAL = "colorectal"
    CTYA = "ctya"
    GYNAECOLOGY = "gynaecology"
    HAEMATOLOGY = "haematology"
    HEAD_AND_NECK = "head_and_neck"
    LUNG = "lung"
    SARCOMA = "sarcoma"
    SKIN = "skin"
    UPPER_GI = "upper_gi"
    UROLOGY = "urology"
    OTHER = "other"


class Sex(StrEnum):
    """Sex as the register records it. It never decides which organs a person has: the diagnosis does."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class ContactKind(StrEnum):
    """A way to reach a person. `POST` holds the address lines and the postcode, one line each."""

    MOBILE = "mobile"
    PHONE = "phone"
    EMAIL = "email"
    POST = "post"


class ContactSource(StrEnum):
    """Who told us. What staff or the person said is not overwritten by an older register."""

    REGISTER = "register"
    STAFF = "staff"
    PERSON = "person"


class ContactPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One way to reach a person. `as_of` is the day it was known to be right, None when the source does not say."""

    kind: ContactKind
    value: str
    source: ContactSource = ContactSource.REGISTER
    as_of: PartialDate | None = None


class HospitalNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that one hospital gave a person. Two hospitals may use the same digits, so `system` belongs to it."""

    system: str
    value: str


class PersonName(msgspec.Struct, frozen=True, kw_only=True):
    """A name as it is written. `given` holds all first names in order; people with one name have only `family`."""

    family: str
    given: tuple[str, ...] = ()
    prefix: str | None = None


class GpPractice(msgspec.Struct, frozen=True, kw_only=True):
    """The practice that gets the copies: its ODS code (`A81001`) and its name, either may be missing."""

    code: str | None = None
    name: str | None = None


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One accessible-information or communication need (large print, BSL …); `code` is SNOMED CT where it was sent."""

    text: str
    code: str | None = None


class Helper(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who helps a person. `may_be_told`: the person agreed that their follow-up is spoken about with them."""

    name: str
    relation: str | None = None
    phone: str | None = None
    may_be_told: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is and how to reach them.

    `nhs_number` is None for people who have none yet: they are admitted, flagged and matched by hospital number.
    `language` is a BCP 47 tag. `restricted` is set when the register withholds address and telephone on purpose.
    """

    name: PersonName
    born_on: PartialDate
    sex: Sex
    nhs_number: NhsNumber | None = None
    hospital_numbers: tuple[HospitalNumber, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    gp: GpPractice | None = None
    language: str | None = None
    interpreter_needed: bool = False
    needs: tuple[Need, ...] = ()
    restricted: bool = False


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """One primary cancer. `ref` is the register's own name for it; `site` is None when a person must choose it."""

    ref: str
    site: TumourSite | None
    icd10: str | None = None
    morphology: str | None = None
    text: str | None = None
    diagnosed_on: PartialDate | None = None


class TreatmentKind(StrEnum):
    """How a cancer was treated, as far as follow-up must tell treatments apart."""

    SURGERY = "surgery"
    RADIOTHERAPY = "radiotherapy"
    BRACHYTHERAPY = "brachytherapy"
    CHEMOTHERAPY = "chemotherapy"
    CHEMORADIOTHERAPY = "chemoradiotherapy"
    HORMONE = "hormone"
    IMMUNOTHERAPY = "immunotherapy"
    ACTIVE_MONITORING = "active_monitoring"
    OTHER = "other"


class TreatmentIntent(StrEnum):
    """What a treatment was for."""

    CURATIVE = "curative"
    PALLIATIVE = "palliative"
    UNKNOWN = "unknown"


class Treatment(msgspec.Struct, frozen=True, kw_only=True):
    """One treatment. `diagnosis_ref` is None when the register does not say which cancer it was for.

    `ended_on` is None while it goes on or when the end is not known; surgery of one day starts and ends on it.
    """

    ref: str
    kind: TreatmentKind
    diagnosis_ref: str | None = None
    intent: TreatmentIntent = TreatmentIntent.UNKNOWN
    started_on: PartialDate | None = None
    ended_on: PartialDate | None = None
    code: str | None = None
    text: str | None = None


class Death(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody died. `died_on` may be partial or None; an informal death only holds, a formal one stops."""

    died_on: PartialDate | None
    formal: bool
    source: str


class FlagKind(StrEnum):
    """Why a person who was admitted should still be looked at."""

    NO_NHS_NUMBER = "no_nhs_number"
    NHS_NUMBER_NOT_VERIFIED = "nhs_number_not_verified"
    PARTIAL_BIRTH_DATE = "partial_birth_date"
    SITE_UNCERTAIN = "site_uncertain"
    SECONDARY_RECORDED = "secondary_recorded"
    CONTACT_UNUSABLE = "contact_unusable"
    PROCEDURE_UNKNOWN = "procedure_unknown"
    DEATH_DATE_UNKNOWN = "death_date_unknown"


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A reason to look, as a sentence for staff."""

    kind: FlagKind
    sentence: str


class RegisterPerson(msgspec.Struct, frozen=True, kw_only=True):
    """All that a register says about one person, at one time.

    `ref` is the register's own key for the person. `said_alive` is True only when the register says aloud that the
    person lives: that reverses a death recorded earlier, silence never does.
    """

    ref: str
    person: Person
    diagnoses: tuple[Diagnosis, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    death: Death | None = None
    said_alive: bool = False
    flags: tuple[Flag, ...] = ()
