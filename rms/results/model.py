"""The values of this room: how a sender names a person, and what was reported about them.

The comparator (`<`, `>`) and the list of analytes are those of the rules (`alerts`), so that a result means to a rule
what it meant to us. No wire format is known here: HL7, FHIR and files all end in these values.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from rms.alerts.model import Comparator
from rms.nhs_number import NhsNumber, fault_in

__all__ = [
    "Code",
    "Comparator",
    "Identifier",
    "Observation",
    "ObservationStatus",
    "PatientFacts",
    "PersonName",
    "Quantity",
    "ReportStatus",
    "ResultVersion",
]


class ObservationStatus(StrEnum):
    """How final one observation is. The letters are HL7 table 0085 (OBX-11); other formats are mapped onto them."""

    PRELIMINARY = "P"
    FINAL = "F"
    CORRECTED = "C"
    NOT_OBTAINED = "X"
    DELETED = "D"
    WRONG = "W"
    NOT_VERIFIED = "R"
    PENDING = "I"
    PARTIAL = "S"
    FINAL_NOT_RESENT = "U"
    NOT_ASKED = "N"

    @property
    def is_final(self) -> bool:
        """Whether a rule may judge it as it stands."""
        return self in _FINAL

    @property
    def takes_back(self) -> bool:
        """Whether it says that an earlier value must no longer count."""
        return self in _TAKES_BACK


_FINAL = frozenset({ObservationStatus.FINAL, ObservationStatus.CORRECTED, ObservationStatus.FINAL_NOT_RESENT})
_TAKES_BACK = frozenset({ObservationStatus.DELETED, ObservationStatus.WRONG, ObservationStatus.NOT_OBTAINED})


class ReportStatus(StrEnum):
    """How final a whole report is. The letters are HL7 table 0123 (OBR-25), which is not the table of observations."""

    ORDERED = "O"
    PENDING = "I"
    SCHEDULED = "S"
    SOME_AVAILABLE = "A"
    PRELIMINARY = "P"
    CORRECTED = "C"
    NOT_VERIFIED = "R"
    FINAL = "F"
    CANCELLED = "X"


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One name of a thing in one coding system, as sent. Empty text where the sender gave none."""

    code: str
    text: str = ""
    system: str = ""


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """A number somebody gave a person: the value, who gave it, what sort it is, and where in the message it stands."""

    value: str
    authority: str = ""
    type: str = ""
    place: str = ""


class PersonName(msgspec.Struct, frozen=True, kw_only=True):
    """One name of a person; `given` holds the first name first."""

    family: str
    given: tuple[str, ...] = ()
    type: str = ""


class PatientFacts(msgspec.Struct, frozen=True, kw_only=True):
    """How a sender names a person. `nhs_number` is ten valid digits or None; `nhs_number_fault` then says why, if one was sent.

    `nhs_number_place` and `nhs_number_trace` say where it stood and what the sender says about its tracing.
    `names[0]` is the current name; the others (maiden, alias) follow. `died_on` may be unknown although `is_dead`.
    """

    identifiers: tuple[Identifier, ...] = ()
    nhs_number: str | None = None
    nhs_number_place: str = ""
    nhs_number_trace: str = ""
    nhs_number_fault: str = ""
    names: tuple[PersonName, ...] = ()
    born_on: date | None = None
    sex: str = ""
    is_dead: bool = False
    died_on: date | None = None

    @property
    def unmarked_nhs_numbers(self) -> tuple[Identifier, ...]:
        """Numbers that could be an NHS number, while none is marked as one: never a match, only a reason to look."""
        if self.nhs_number is not None or self.nhs_number_fault:
            return ()
        return tuple(
            msgspec.structs.replace(one, value=str(NhsNumber.parse(one.value)))
            for one in self.identifiers
            if fault_in(one.value) is None
        )

    @property
    def family_name(self) -> str:
        """The current family name; empty when none was sent."""
        return self.names[0].family if self.names else ""

    @property
    def given_names(self) -> tuple[str, ...]:
        """The current given names, first name first."""
        return self.names[0].given if self.names else ()


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A number with what stood before it and its unit."""

    number: Decimal
    unit: str
    comparator: Comparator = Comparator.EXACT

    def __str__(self) -> str:
        return f"{self.comparator}{self.number} {self.unit}".rstrip()


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One reported thing as we understood it, with what was sent beside it.

    `quantity` is in the unit we store (None for words); `value_as_sent` and `unit_as_sent` are the sender's.
    """

    analyte: str
    sampled_on: date
    status: ObservationStatus
    code: Code
    value_as_sent: str
    unit_as_sent: str = ""
    quantity: Quantity | None = None
    sampled_at: datetime | None = None
    reference_range: str = ""
    flags: tuple[str, ...] = ()
    method: str = ""
    comments: tuple[str, ...] = ()


class ResultVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one result. Two versions are of the same result when `key` is equal; a later one never overwrites."""

    sender: str
    filler: str
    sub_id: str
    observation: Observation
    received_at: datetime
    message: int

    @property
    def key(self) -> tuple[str, str, str, str, str, str]:
        """What stays the same when a laboratory corrects a result."""
        seen = self.observation
        return (self.sender, self.filler, seen.code.code, seen.code.system, self.sub_id, seen.sampled_on.isoformat())
