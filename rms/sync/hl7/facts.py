"""What a message says, as values. The place of each fact is the segment's `place` and the field named beside it here.

Places look like `OBX[3]-5`: the third OBX of the message, its field 5; `PID-3[2]` is a field's second repetition.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from rms.results.model import Code, Comparator, Identifier, ObservationStatus, PatientFacts, ReportStatus


class Kind(StrEnum):
    """What a message is to us. Everything is stored and answered; OTHER is shown and goes no further."""

    RESULT = "result"
    PERSON = "person"
    OTHER = "other"


class Note(msgspec.Struct, frozen=True):
    """Something odd at a place. A fault means that nothing of it may be filed before a person looked."""

    place: str
    text: str
    is_fault: bool = False


class Precision(StrEnum):
    """How much of a moment was sent."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A time as sent. `on` is the London day (None when only a year or month was sent), `at` the instant (None without a time).

    `starts_on` is the first day it can mean. A time without an offset is London time.
    """

    starts_on: date
    precision: Precision
    on: date | None = None
    at: datetime | None = None


class ObservationFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One OBX. `number` is None unless the value is a number beyond doubt; `not_understood` then says why.

    Fields: set_id 1, value_type 2, codes 3, sub_id 4, raw and values 5, unit 6, range_text 7, flags 8, status 11,
    observed_at 14, method 17, analysed_at 19. `raw` is the whole field as sent, `values` its repetitions as plain text,
    `answers` the codes of a coded value. `status` is None when none we know was sent (`status_text`). `comments` are its NTEs.
    `sample_at` is the time the sample was taken: OBR-7, else SPM-17, else OBX-14.
    """

    place: str
    set_id: str
    value_type: str
    codes: tuple[Code, ...]
    sub_id: str
    raw: str
    values: tuple[str, ...]
    answers: tuple[Code, ...]
    number: Decimal | None
    comparator: Comparator
    not_understood: str
    unit: str
    unit_system: str
    range_text: str
    flags: tuple[str, ...]
    status: ObservationStatus | None
    status_text: str
    observed_at: Moment | None
    sample_at: Moment | None
    method: str
    comments: tuple[str, ...]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One OBR with its ORC before it and what follows it; `place` is empty when observations came without an OBR.

    Fields: placer OBR-2 or ORC-2, filler OBR-3 or ORC-3, codes OBR-4, sample_at OBR-7 or SPM-17, reported_at OBR-22, status
    OBR-25, specimen SPM-4 or OBR-15. `person` is the index into the message's patients.
    """

    place: str
    person: int
    placer: str
    filler: str
    codes: tuple[Code, ...]
    sample_at: Moment | None
    status: ReportStatus | None
    status_text: str
    specimen: str
    observations: tuple[ObservationFacts, ...]
    comments: tuple[str, ...]
    reported_at: Moment | None = None

    @property
    def text(self) -> str:
        """The name of what was asked for."""
        return next((code.text or code.code for code in self.codes), "")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. Fields of MSH: sender 3 and 4, receiver 5 and 6, sent_at 7, type and event 9, control_id 10,
    processing 11, version 12.

    `patients` has one entry a PID; `merged_from` holds the identifiers of MRG-1. `charset` is the one the text was read with.
    `comments` are the NTEs that follow neither an order nor an observation.
    """

    kind: Kind
    type: str = ""
    event: str = ""
    control_id: str = ""
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    sent_at: Moment | None = None
    processing: str = ""
    version: str = ""
    charset: str = ""
    patients: tuple[PatientFacts, ...] = ()
    merged_from: tuple[Identifier, ...] = ()
    orders: tuple[Order, ...] = ()
    comments: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def patient(self) -> PatientFacts:
        """The one person the message is about; empty facts when it names nobody."""
        return self.patients[0] if self.patients else PatientFacts()

    @property
    def faults(self) -> tuple[Note, ...]:
        """The notes that keep the message from being filed by itself."""
        return tuple(note for note in self.notes if note.is_fault)
