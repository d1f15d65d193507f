"""The words a protocol file may use. One file is one version of one protocol; every clinical number names its source.

Months are calendar months from the anchor of the step, both ends of a phase included. To say more later, add a field
with a default or a kind to `rms.alerts.rules.kinds`; a file that needs a new meaning of an old word raises `language`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from rms.alerts.model import Anchor, Count, Source
from rms.alerts.rules.kinds import Key, Missing, Rule, Words
from rms.people.model import Role, TreatmentIntent, TreatmentKind, TumourSite

Month = Annotated[int, msgspec.Meta(ge=0, le=600)]
Months = Annotated[int, msgspec.Meta(ge=1, le=120)]
Days = Annotated[int, msgspec.Meta(ge=0, le=366)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts share: unchangeable, and an unknown key in a file is a fault."""


class StepKind(StrEnum):
    """What a step asks for. A review and a task are done by staff, the other two need the person."""

    TEST = "test"
    QUESTIONNAIRE = "questionnaire"
    REVIEW = "review"
    TASK = "task"


class Party(StrEnum):
    """Who requests, takes, reads or tells."""

    PERSON = "person"
    SUPPORT_WORKER = "support_worker"
    NURSE_SPECIALIST = "nurse_specialist"
    CONSULTANT = "consultant"
    GP_PRACTICE = "gp_practice"
    LABORATORY = "laboratory"
    RADIOLOGY = "radiology"
    ENDOSCOPY = "endoscopy"


class Place(StrEnum):
    """Where a step may be done."""

    HOME = "home"
    GP_PRACTICE = "gp_practice"
    COMMUNITY = "community"
    HOSPITAL = "hospital"


class Way(StrEnum):
    """How a review is held."""

    CLINIC = "clinic"
    TELEPHONE = "telephone"
    VIDEO = "video"


class Phase(_Part, frozen=True, kw_only=True):
    """From a month, every so many months, until a month: `3, 3, 12` is months 3, 6, 9 and 12.

    `until_month` null, in the last phase only: for as long as the plan goes on.
    """

    from_month: Month
    every_months: Months
    until_month: Month | None
    source: str


class Listed(_Part, frozen=True, kw_only=True):
    """Months named one by one."""

    months: tuple[Month, ...]
    source: str


class Schedule(_Part, frozen=True, kw_only=True):
    """When a step falls due: either phases or a list.

    `from_last_done` counts each gap from the day the last one was done. `stop_at_age` leaves out what falls due at that
    age or later. `continue_until_age` goes on at the last phase's interval while the person is younger (screening age).
    """

    anchor: Anchor
    phases: tuple[Phase, ...] = ()
    listed: Listed | None = None
    from_last_done: bool = False
    stop_at_age: Count | None = None
    continue_until_age: Count | None = None


class Window(_Part, frozen=True, kw_only=True):
    """A step done up to `early_days` before it is due, or `late_days` after, is done in time."""

    early_days: Days
    late_days: Days
    source: str


class Reminders(_Part, frozen=True, kw_only=True):
    """Days relative to the due date, earliest first; negative is before."""

    days: tuple[Annotated[int, msgspec.Meta(ge=-120, le=120)], ...]
    source: str


class Step(_Part, frozen=True, kw_only=True):
    """One thing the plan asks for. What is left out is our default for its kind (`defaults.py`).

    `title` and `why` are words the person reads. `ways` take turns: clinic, then telephone, then clinic again. A step
    that must not be skipped cannot be skipped or stopped by an override: that is a decision about the plan.
    """

    key: Key
    kind: StepKind
    title: Words
    why: Words
    schedule: Schedule
    owner_role: Role
    analyte: Key | None = None
    questionnaire: Key | None = None
    requested_by: Party | None = None
    taken_by: Party | None = None
    read_by: Party | None = None
    told_by: Party | None = None
    where: tuple[Place, ...] = ()
    ways: tuple[Way, ...] = ()
    window: Window | None = None
    reminders: Reminders | None = None
    chase_after_days: Count | None = None
    must_not_skip: bool = False


class Question(_Part, frozen=True, kw_only=True):
    """A fact no register holds and a person must confirm: the protocol fits when the answer is `fits_when`."""

    key: Key
    question: Words
    fits_when: bool
    why: Words


class Eligibility(_Part, frozen=True, kw_only=True):
    """For whom: the diagnosis begins with one of the codes, one of the treatments was given with one of the intents.

    `doubtful_after` are treatments of the same cancer after which a person must look before this protocol is used.
    """

    diagnosis_codes: tuple[Annotated[str, msgspec.Meta(pattern=r"^[A-Z]\d{2}(\.\d)?$")], ...]
    treatments: tuple[TreatmentKind, ...]
    intents: tuple[TreatmentIntent, ...]
    doubtful_after: tuple[TreatmentKind, ...] = ()
    questions: tuple[Question, ...] = ()


class Protocol(_Part, frozen=True, kw_only=True):
    """One version of one protocol. It never changes; a change is a new version.

    `duration_months` null: it has no end of its own, only `discharge_when`.
    """

    language: Literal[1]
    key: Key
    version: Annotated[int, msgspec.Meta(ge=1)]
    title: Words
    tumour_site: TumourSite
    setting: Words
    eligibility: Eligibility
    anchors: tuple[Anchor, ...]
    duration_months: Count | None
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    review_when: tuple[Words, ...]
    discharge_when: tuple[Words, ...]
    old_schedule_visits: Listed
    sources: Mapping[str, Source]

    def step(self, key: str) -> Step | None:
        """The step of that key."""
        return next((step for step in self.steps if step.key == key), None)

    def rule(self, key: str) -> Rule | None:
        """The rule of that key."""
        return next((rule for rule in self.rules if rule.key == key), None)

    def rules_about_silence(self, step: str) -> tuple[Rule, ...]:
        """The rules that only wait for a step to come back; the sweep raises their alert on its day."""
        return tuple(rule for rule in self.rules if isinstance(rule.when, Missing) and rule.when.step == step)
