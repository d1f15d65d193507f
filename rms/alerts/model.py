"""The values that rules read and write. No I/O, no time of its own: `today` is part of the facts.

Numbers are Decimals in the unit we store; what the laboratory wrote beside the number (`<`, `>`) stays with it.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec


class AlertKind(StrEnum):
    """How soon a person must act. `URGENCY` gives the order."""

    ACT_TODAY = "act_today"
    LOOK_SOON = "look_soon"
    CHASE = "chase"
    FIX_DATA = "fix_data"


URGENCY: Mapping[AlertKind, int] = {
    AlertKind.ACT_TODAY: 4,
    AlertKind.LOOK_SOON: 3,
    AlertKind.CHASE: 2,
    AlertKind.FIX_DATA: 1,
}


class AlertState(StrEnum):
    """Where an alert stands. Every state but CLOSED has an owner and a running clock."""

    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class FindingOutcome(StrEnum):
    """What a rule says. CANNOT_TELL always goes to a person."""

    BREACH = "breach"
    CLEAR = "clear"
    CANNOT_TELL = "cannot_tell"


class Comparator(StrEnum):
    """What the laboratory put before the number; EXACT is a plain number."""

    EXACT = ""
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


class Comparison(StrEnum):
    """How a rule compares a value with its limit."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class Anchor(StrEnum):
    """The dates that steps and rules can count from."""

    SURGERY = "surgery"
    END_OF_TREATMENT = "end_of_treatment"
    DIAGNOSIS = "diagnosis"
    PRE_TREATMENT_SCAN = "pre_treatment_scan"


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reported number in the stored unit. `ref` names the result it came from; `method` is empty when not known."""

    analyte: str
    number: Decimal
    unit: str
    sample_on: date
    ref: str
    comparator: Comparator = Comparator.EXACT
    method: str = ""
    upper_limit: Decimal | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One coded report, such as a mammogram read as M2. `code` is None when the report has words only."""

    analyte: str
    code: str | None
    done_on: date
    ref: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One score of one answered questionnaire; `value` is None when it could not be told, `why_not` says why."""

    questionnaire: str
    score: str
    value: Decimal | None
    answered_on: date
    ref: str
    why_not: str = ""


class FlagAnswer(StrEnum):
    """How an item that can raise an alert was answered."""

    FLAGGED = "flagged"
    NOT_FLAGGED = "not_flagged"
    DECLINED = "declined"


class RedFlag(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to an item that a rule watches.

    `words` is the sentence staff read. `kind` is how soon the questionnaire itself says a person must look.
    """

    questionnaire: str
    item: str
    answer: FlagAnswer
    words: str
    answered_on: date
    ref: str
    kind: AlertKind = AlertKind.ACT_TODAY


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One dated test or questionnaire for which nothing has come back."""

    step: str
    title: str
    due_on: date
    ref: str


class ContextFlag(msgspec.Struct, frozen=True, kw_only=True):
    """Something to bear in mind about a period, such as a urine infection. It never changes what a rule finds."""

    words: str
    from_on: date
    until_on: date


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the rules of one plan may look at.

    `limits` are the limits set for this person, by rule key. `anchors` are dates by anchor name. `baselines` are values
    a clinician set, by analyte. `accepted_methods` are laboratory methods a clinician said may be compared.
    """

    today: date
    readings: tuple[Reading, ...] = ()
    reports: tuple[Report, ...] = ()
    baselines: Mapping[str, Reading] = {}
    anchors: Mapping[str, date] = {}
    scores: tuple[Score, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    limits: Mapping[str, Decimal] = {}
    context: tuple[ContextFlag, ...] = ()
    accepted_methods: frozenset[str] = frozenset()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says about the facts, why, and when time alone could change it.

    `inputs` holds plain values only (text, numbers as text, ISO dates, lists of these), ready to be stored.
    `kind` is None when clear. `repeat_from` and `repeat_by` are set when a second reading is asked for.
    `look_again_on` is the first day on which the same facts give another answer; None when only new facts can.
    """

    outcome: FindingOutcome
    rule_key: str
    sentence: str
    inputs: Mapping[str, object]
    kind: AlertKind | None = None
    repeat_from: date | None = None
    repeat_by: date | None = None
    look_again_on: date | None = None

    @property
    def weight(self) -> int:
        """The order of findings: clear, cannot tell, then breaches by urgency. A worse value never lowers it."""
        if self.outcome is FindingOutcome.CLEAR:
            return 0
        if self.outcome is FindingOutcome.CANNOT_TELL or self.kind is None:
            return 1
        return 1 + URGENCY[self.kind]


class Quality(StrEnum):
    """How good a source is: shown beside every number, so that a weak one says so on screen."""

    NATIONAL = "national"
    TRUST = "trust"
    PAPER = "paper"
    SECONDARY = "secondary"
    RECALLED = "recalled"
    OUR_DEFAULT = "our_default"


WEAK = frozenset({Quality.SECONDARY, Quality.RECALLED, Quality.OUR_DEFAULT})


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a number comes from. `text` says it in words; `url` is empty for a default of ours."""

    text: str
    quality: Quality
    url: str = ""


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clinical number with the tag of its source."""

    value: Decimal
    source: str


class Count(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole number (of days, months, years, readings) with the tag of its source."""

    value: int
    source: str
