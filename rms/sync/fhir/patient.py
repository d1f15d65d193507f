"""A FHIR Patient as a person. Faults hold the person back; what is only incomplete becomes a flag.

Accessible-information needs are not read: UK Core has no settled place for them on a Patient. The CSV file carries them.
"""

from collections.abc import Callable, Sequence

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.nhs_number import NhsNumber
from rms.people import contact_points
from rms.people.model import (
    ContactKind,
    ContactPoint,
    Death,
    Flag,
    FlagKind,
    GpPractice,
    HospitalNumber,
    Person,
    PersonName,
    Sex,
)
from rms.sync.fhir.resources import Address, ContactPointPart, Extension, HumanName, Patient, Reference
from rms.sync.fhir.values import codes, is_nhs_number, read_date

UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-"
VERIFIED = frozenset({"01", "number-present-and-verified"})
_DIRECT_USES = ("official", "usual", None, "anonymous", "nickname", "maiden")


class PatientReader:
    """Reads one Patient and keeps all faults (path below the resource, sentence) and flags of it."""

    def __init__(self, patient: Patient, *, practice: Callable[[Reference], GpPractice | None]) -> None:
        self.patient = patient
        self.faults: list[tuple[str, str]] = []
        self.flags: list[Flag] = []
        self._practice = practice

    def person(self) -> Person | None:
        """Give the person, or None when a fault holds them back."""
        patient = self.patient
        if any(link.type == "replaced-by" for link in patient.link):
            self._fault("link", "This record was merged into another: merge the people here by hand.")
        number = self._nhs_number()
        hospital_numbers = tuple(
            HospitalNumber(system=i.system, value=i.value)
            for i in patient.identifier
            if i.system
            and i.value
            and not is_nhs_number(i.system)
            and i.use != "old"
            and _is_hospital_number(codes(i.type))
        )
        name, born_on, sex = self._name(), self._born_on(), self._sex()
        restricted = bool(patient.meta and any(label.code in ("R", "V") for label in patient.meta.security))
        contacts = self._contacts()
        language, interpreter_needed = self._language()
        gps = (self._practice(reference) for reference in patient.general_practitioner)
        if name is None or born_on is None or self.faults:
            return None
        return Person(
            name=name,
            born_on=born_on,
            sex=sex,
            nhs_number=number,
            hospital_numbers=hospital_numbers,
            contacts=contacts,
            gp=next((gp for gp in gps if gp), None),
            language=language,
            interpreter_needed=interpreter_needed,
            restricted=restricted,
        )

    def death(self) -> tuple[Death | None, bool]:
        """Give the death, and whether the register says aloud that the person lives."""
        patient = self.patient
        status, notified_on = _death_notification(patient.extension)
        died = bool(patient.deceased_boolean) or patient.deceased_date_time is not None or status in ("1", "2")
        if not died:
            return None, patient.deceased_boolean is False or status == "U"
        died_on = self._date("deceasedDateTime", patient.deceased_date_time)
        if died_on is None:
            self._flag(FlagKind.DEATH_DATE_UNKNOWN, "The register reports a death without its date.")
        source = f"register, notified {notified_on}" if notified_on else "register"
        return Death(died_on=died_on, formal=status == "2", source=source), False

    def _fault(self, path: str, sentence: str) -> None:
        self.faults.append((path, sentence))

    def _flag(self, kind: FlagKind, sentence: str) -> None:
        self.flags.append(Flag(kind=kind, sentence=sentence))

    def _date(self, path: str, text: str | None) -> PartialDate | None:
        if text is None:
            return None
        try:
            return read_date(text)
        except BadInput as refusal:
            self._fault(path, str(refusal))
            return None

    def _nhs_number(self) -> NhsNumber | None:
        found = [
            (index, i)
            for index, i in enumerate(self.patient.identifier)
            if is_nhs_number(i.system) and i.value and i.use != "old"
        ]
        if not found:
            self._flag(FlagKind.NO_NHS_NUMBER, "The register gives no NHS number for this person.")
            return None
        if len({i.value for _, i in found}) > 1:
            self._fault("identifier", "The person has more than one current NHS number.")
            return None
        index, identifier = found[0]
        status = {code for extension in identifier.extension for code in codes(extension.value_codeable_concept)}
        if status and not status & VERIFIED:
            sentence = "The register has not verified that this NHS number belongs to the person."
            self._flag(FlagKind.NHS_NUMBER_NOT_VERIFIED, sentence)
        try:
            return NhsNumber.parse(identifier.value or "")
        except BadInput as refusal:
            self._fault(f"identifier[{index}].value", str(refusal))
            return None

    def _name(self) -> PersonName | None:
        usable = [name for name in self.patient.name if name.family and not (name.period and name.period.end)]
        chosen: HumanName | None = next((name for use in _DIRECT_USES for name in usable if name.use == use), None)
        if chosen is None or not chosen.family:
            self._fault("name", "The person has no current name with a family name.")
            return None
        given = tuple(part for text in chosen.given for part in text.split())
        return PersonName(family=chosen.family.strip(), given=given, prefix=" ".join(chosen.prefix) or None)

    def _born_on(self) -> PartialDate | None:
        born_on = self._date("birthDate", self.patient.birth_date)
        if self.patient.birth_date is None:
            self._fault("birthDate", "Every person needs a date of birth.")
        if born_on is not None and born_on.exact is None:
            self._flag(FlagKind.PARTIAL_BIRTH_DATE, "Only part of the date of birth is known.")
        return born_on

    def _sex(self) -> Sex:
        try:
            return Sex(self.patient.gender or "unknown")
        except ValueError:
            self._fault("gender", "The gender is none of male, female, other, unknown.")
            return Sex.UNKNOWN

    def _contacts(self) -> tuple[ContactPoint, ...]:
        """Keep the best of each kind: current, not old, lowest rank first."""
        meta = self.patient.meta
        updated = self._date("meta.lastUpdated", meta.last_updated if meta else None)
        current = [t for t in self.patient.telecom if t.value and t.use != "old" and not (t.period and t.period.end)]
        points = [self._telecom(t, updated) for t in sorted(current, key=lambda t: t.rank or 99)]
        points += [
            _post(a, self._date("address", a.period.start if a.period else None) or updated)
            for a in sorted(self.patient.address, key=lambda a: a.use != "home")
        ]
        best: dict[ContactKind, ContactPoint] = {}
        for point in points:
            if point is not None:
                best.setdefault(point.kind, point)
        return tuple(best.values())

    def _telecom(self, telecom: ContactPointPart, updated: PartialDate | None) -> ContactPoint | None:
        value, since = telecom.value or "", telecom.period.start if telecom.period else None
        as_of = self._date("telecom", since) or updated
        try:
            if telecom.system == "email":
                return ContactPoint(kind=ContactKind.EMAIL, value=contact_points.email(value), as_of=as_of)
            if telecom.system in ("phone", "sms"):
                return contact_points.telephone(value, as_of=as_of)
        except BadInput as refusal:
            self._flag(FlagKind.CONTACT_UNUSABLE, f"A contact detail of the register cannot be used. {refusal}")
        return None

    def _language(self) -> tuple[str | None, bool]:
        spoken = sorted(self.patient.communication, key=lambda c: not c.preferred)
        code = next((coding.code for c in spoken for coding in c.language.coding if coding.code), None)
        wanted = [e for c in spoken for e in (*c.extension, *self.patient.extension)]
        return code, any(_asks_for_interpreter(extension) for extension in wanted)


def _is_hospital_number(type_codes: frozenset[str]) -> bool:
    # Social security, licence and passport numbers say what they are; a number without a type is the sender's own.
    return not type_codes or "MR" in type_codes


def _post(address: Address, updated: PartialDate | None) -> ContactPoint | None:
    if address.use == "old" or (address.period and address.period.end):
        return None
    lines = [*address.line, address.city, address.district, address.postal_code]
    text = "\n".join(line for line in lines if line) or address.text
    return ContactPoint(kind=ContactKind.POST, value=text, as_of=updated) if text else None


def _death_notification(extensions: Sequence[Extension]) -> tuple[str | None, str | None]:
    """Give the code of the UK Core death notification (1 informal, 2 formal, U removed) and the day it was made."""
    for extension in extensions:
        if extension.url == f"{UK_CORE}DeathNotificationStatus":
            parts = {part.url: part for part in extension.extension}
            status = parts.get("deathNotificationStatus")
            made = parts.get("systemEffectiveDate")
            found = codes(status.value_codeable_concept) if status else frozenset()
            return next(iter(found), None), (made.value_date_time or "")[:10] or None if made else None
    return None, None


def _asks_for_interpreter(extension: Extension) -> bool:
    return any(e.value_boolean is True and "nterpreter" in e.url for e in (extension, *extension.extension))
