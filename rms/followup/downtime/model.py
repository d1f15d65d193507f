"""What stands on a downtime list, before it becomes words. No I/O."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from rms.results.model import Quantity


class Part(StrEnum):
    """The parts of the list, in the order a nurse works through them."""

    ALERTED = "alerted"
    LATE = "late"
    DUE = "due"


class SomebodyWhoHelps(msgspec.Struct, frozen=True, kw_only=True):
    """A helper of the person. `may_be_told`: the person agreed that their follow-up is spoken about with them."""

    name: str
    relation: str | None
    phone: str | None
    may_be_told: bool


class Callee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the list and how to reach them. `death_state` is set for who has or may have died: nobody calls then."""

    id: int
    family_name: str
    given_names: str
    title: str | None
    born_text: str
    nhs_number: str | None
    numbers: tuple[str, ...]
    helper: SomebodyWhoHelps | None
    language: str | None
    interpreter_needed: bool
    needs: tuple[str, ...]
    death_state: str | None
    restricted: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on the list. `what` is a test's title or an alert's sentence; `sort` is the alert's kind.

    `respond_by` and `until` (set aside until) belong to alerts, `due_on`, `latest_on` and what is arranged to steps.
    """

    part: Part
    patient_id: int | None
    plan_id: int | None
    what: str
    sort: str = ""
    analyte: str | None = None
    due_on: date | None = None
    latest_on: date | None = None
    is_booked: bool | None = None
    booked_for: date | None = None
    requested_at: datetime | None = None
    respond_by: datetime | None = None
    until: datetime | None = None
    owner: str | None = None


class LastValue(msgspec.Struct, frozen=True, kw_only=True):
    """The newest final result of one test of one person; `words` when it was not a number."""

    sample_at: datetime
    quantity: Quantity | None
    words: str


class OnTheList(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one list says. `limits` (by plan and test) are in words; `last` is by person and test."""

    trust: str
    trust_phone: str
    team: str
    team_phone: str
    made_at: datetime
    today: date
    lines: tuple[Line, ...]
    people: dict[int, Callee]
    limits: dict[tuple[int, str], str]
    last: dict[tuple[int, str], LastValue]

    @property
    def shown(self) -> list[int]:
        """The people on it, by id: whoever is given the list has seen them."""
        return sorted({line.patient_id for line in self.lines if line.patient_id is not None})
