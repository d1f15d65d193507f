"""What should come of the values, worked out apart from the rules: the story's own small reading of the protocol.

A PSA above the man's limit is a first breach and asks for a repeat; a second one on a later day, before one at or below
the limit, is confirmed. A `<` value above the limit cannot tell. Knows nothing of `rms.alerts`.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec


class Meaning(StrEnum):
    """What one value means for the man."""

    IN_RANGE = "in range"
    FIRST_BREACH = "first breach"
    CONFIRMED = "confirmed"
    CANNOT_TELL = "cannot tell"


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One PSA of the story: the day of the sample and what the laboratory writes, in ug/L."""

    sampled_on: date
    value: str


class Values(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the caller may change: `limit` is the man's own (ug/L), `results` are in any order."""

    limit: str = "0.1"
    results: tuple[Value, ...] = (
        Value(sampled_on=date(2027, 4, 28), value="0.03"),
        Value(sampled_on=date(2027, 8, 24), value="0.15"),
        Value(sampled_on=date(2027, 9, 28), value="0.19"),
    )


def meanings(values: Values) -> list[tuple[Value, Meaning]]:
    """The values by day, each with what it means after those before it."""
    limit, breached = Decimal(values.limit), False
    read: list[tuple[Value, Meaning]] = []
    for one in sorted(values.results, key=lambda value: value.sampled_on):
        meaning = _meaning(one.value, limit=limit, breached=breached)
        breached = breached if meaning is Meaning.CANNOT_TELL else meaning is not Meaning.IN_RANGE
        read.append((one, meaning))
    return read


def _meaning(text: str, *, limit: Decimal, breached: bool) -> Meaning:
    number = Decimal(text.lstrip("<>= "))
    if text.startswith("<"):
        return Meaning.IN_RANGE if number <= limit else Meaning.CANNOT_TELL
    if text.startswith(">") and number <= limit:
        return Meaning.CANNOT_TELL
    if number <= limit:
        return Meaning.IN_RANGE
    return Meaning.CONFIRMED if breached else Meaning.FIRST_BREACH


def breaches(values: Values) -> Sequence[Value]:
    """The values above the limit."""
    return [one for one, meaning in meanings(values) if meaning in (Meaning.FIRST_BREACH, Meaning.CONFIRMED)]
