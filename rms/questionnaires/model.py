"""What a questionnaire is and what an answer is. Values only: no reading of files, no decisions, no time.

A definition is data (`instruments/*.json`), decoded strictly by `library.py`. Words on screen live in it, so that a
clinician can read and sign one file.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

DECLINED_CODE: Final = "rather-not"
"""What a form sends for "I would rather not answer"; no option may have this code."""


class ItemKind(StrEnum):
    """How an item is answered."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"


class Comparison(StrEnum):
    """What a condition asks about an earlier answer; this set is closed."""

    ANSWERED = "answered"
    EQUALS = "equals"
    GREATER = "greater"


class Match(StrEnum):
    """Whether all conditions must hold, or one is enough."""

    ALL = "all"
    ANY = "any"


class Urgency(StrEnum):
    """How soon a person of the team must look at a red-flag answer."""

    ACT_TODAY = "act_today"
    LOOK_SOON = "look_soon"


class Method(StrEnum):
    """How points become a score."""

    SUM = "sum"
    MEAN = "mean"


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all parts of a definition: unchangeable, and an unknown key in a file is an error."""


class Option(_Value, frozen=True):
    """One answer to choose. `ordinal` is its points where the item is scored, and its rank for `greater`."""

    code: str
    text: str
    ordinal: int | None = None


class Condition(_Value, frozen=True):
    """One question about an earlier answer. `value` is an option code, a number, true or false, or an ISO date."""

    item: str
    comparison: Comparison
    value: str | int | float | bool | None = None


class EnableWhen(_Value, frozen=True):
    """An item with this is asked only when its conditions hold. An answer that was declined satisfies none of them."""

    conditions: tuple[Condition, ...]
    match: Match = Match.ALL


class RedFlag(_Value, frozen=True):
    """Answers that somebody must look at.

    `answers`: option codes, or "yes"/"no" for a boolean item. `reason`: the sentence staff read on the alert.
    `advice`: the sentence the person reads at once; required for act today, because nobody watches at night.
    """

    answers: tuple[str, ...]
    kind: Urgency
    reason: str
    advice: str | None = None


class Item(_Value, frozen=True):
    """One question, shown on a page of its own.

    `short` names it in lists ("Bone pain"). `may_decline` offers "I would rather not answer". `lowest` and `highest`
    limit a number, `unit` is printed behind it; `longest` limits a text in characters.
    """

    link_id: str
    kind: ItemKind
    text: str
    short: str
    help: str | None = None
    options: tuple[Option, ...] = ()
    required: bool = True
    may_decline: bool = True
    enable_when: EnableWhen | None = None
    red_flags: tuple[RedFlag, ...] = ()
    lowest: Decimal | None = None
    highest: Decimal | None = None
    unit: str | None = None
    longest: int = 1000


class Band(_Value, frozen=True):
    """A part of a score's range, both ends included, with its name and a sentence for staff."""

    key: str
    lowest: Decimal
    highest: Decimal
    text: str


class Score(_Value, frozen=True):
    """Points over some items.

    `at_most_missing`: with more asked items than this without points there is no score. Up to it, a sum is brought to
    full length, each gap standing as high in its own range as the answers do in theirs. A mean leaves gaps out.
    """

    key: str
    title: str
    items: tuple[str, ...]
    method: Method
    at_most_missing: int
    bands: tuple[Band, ...] = ()


class Source(_Value, frozen=True):
    """Where the wording comes from, who may use it, and whether anybody has shown that it measures what it says."""

    text: str
    licence: str
    clinically_validated: bool


class Definition(_Value, frozen=True):
    """A questionnaire at one version. Answers are always read with the version they were given to."""

    key: str
    version: int
    title: str
    tumour_site: str
    about_minutes: int
    source: Source
    items: tuple[Item, ...]
    scores: tuple[Score, ...] = ()


class Chose(_Value, frozen=True, tag="choice"):
    """An option of a choice item."""

    code: str


class Number(_Value, frozen=True, tag="number"):
    """A number, exactly as it was typed."""

    value: Decimal


class Words(_Value, frozen=True, tag="text"):
    """Free text."""

    value: str


class YesNo(_Value, frozen=True, tag="boolean"):
    """Yes (true) or no."""

    value: bool


class Day(_Value, frozen=True, tag="date"):
    """A calendar date."""

    value: date


class Declined(_Value, frozen=True, tag="declined"):
    """The person would rather not answer. It is an answer; no rule or score may read it as "no"."""


Answer = Chose | Number | Words | YesNo | Day | Declined
"""What was said to one item; stored as JSON with its `type`."""
