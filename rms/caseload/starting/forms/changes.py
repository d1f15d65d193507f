"""The personal changes of the second page: six small groups of fields, each read only when something is in it."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from rms.caseload.starting.forms.reading import read_each
from rms.messages.model import Channel
from rms.plans.model import Change, ChannelChange, Interval, LimitChange, Move, Override, Skip, Stop
from rms.plans.protocol import Protocol
from rms.web.fields import a_choice, a_date, a_decimal, a_text, an_integer
from rms.web.forms import Field, FieldError
from rms.web.submitted import Submitted

#: For all steps at once.
EVERYTHING = "everything"
GROUPS = ("limit", "skip", "move", "interval", "channel", "stop")
_DATE = ("day", "month", "year")
#: The fields that make a group count as filled in; what is chosen or dated beforehand is not among them.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "limit": ("limit-value",),
    "skip": ("skip-which",),
    "move": ("move-which", *(f"move-to-{part}" for part in _DATE)),
    "interval": ("interval-from", "interval-months"),
    "channel": ("channel-by",),
    "stop": ("stop-of", *(f"stop-on-{part}" for part in _DATE)),
}


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """One group that was filled in: the change, or its faults."""

    group: str
    change: Override | None
    errors: tuple[FieldError, ...]


def filled_groups(sent: Submitted) -> tuple[str, ...]:
    """The groups with something in them."""
    return tuple(group for group in GROUPS if any(sent.one(name) for name in (*_TELLING[group], f"{group}-reason")))


def read_changes(sent: Submitted, *, protocol: Protocol, author: str, today: date) -> tuple[Typed, ...]:
    """Read every group that was filled in."""
    return tuple(_group(sent, group, protocol=protocol, author=author, today=today) for group in filled_groups(sent))


def _group(sent: Submitted, group: str, *, protocol: Protocol, author: str, today: date) -> Typed:
    fields = {
        **_FIELDS[group](protocol),
        f"{group}-reason": a_text(missing="Say why this person needs something else", label="The reason", longest=500),
        f"{group}-review": a_date(label="The day to look at it again", not_before=today,
                                  missing="Enter the day on which this is looked at again"),
    }  # fmt: skip
    values, errors = read_each(sent, fields)
    if errors:
        return Typed(group=group, change=None, errors=tuple(errors))
    override = Override(
        change=_MADE[group](values, protocol), reason=values[f"{group}-reason"], author=author, made_on=today,
        review_on=values[f"{group}-review"],
    )  # fmt: skip
    return Typed(group=group, change=override, errors=())


def _steps(protocol: Protocol) -> list[str]:
    return [step.key for step in protocol.steps]


def _which(protocol: Protocol) -> Field:
    """A step and the number of one of it, as `psa:2`."""
    del protocol
    return a_text(missing="Choose which one", label="The choice", longest=80)


_FIELDS: Mapping[str, Callable[[Protocol], dict[str, Field]]] = {
    "limit": lambda protocol: {
        "limit-of": a_choice([rule.key for rule in protocol.rules], missing="Choose the rule"),
        "limit-value": a_decimal(
            missing="Enter the limit", wrong="Enter the limit as a number, like 0.1", lowest=Decimal(0)
        ),
    },
    "skip": lambda protocol: {"skip-which": _which(protocol)},
    "move": lambda protocol: {
        "move-which": _which(protocol),
        "move-to": a_date(label="The new date", missing="Enter the new date"),
    },
    "interval": lambda protocol: {
        "interval-from": _which(protocol),
        "interval-months": an_integer(
            missing="Enter the number of months", wrong="Enter the months as a whole number from 1 to 60", lowest=1,
            highest=60,
        ),
    },
    "channel": lambda protocol: {
        "channel-of": a_choice([EVERYTHING, *_steps(protocol)], missing="Choose what it is about"),
        "channel-by": a_choice([str(one) for one in Channel], missing="Choose how"),
    },
    "stop": lambda protocol: {
        "stop-of": a_choice(_steps(protocol), missing="Choose what ends"),
        "stop-on": a_date(label="The day from which on", missing="Enter the day from which on none is due"),
    },
}  # fmt: skip


def _limit(values: Mapping[str, Any], protocol: Protocol) -> Change:
    rule = protocol.rule(values["limit-of"])
    unit = getattr(rule.when, "unit", None) if rule else None
    return LimitChange(rule=values["limit-of"], value=values["limit-value"], unit=unit)


def _channel(values: Mapping[str, Any], protocol: Protocol) -> Change:
    del protocol
    about = values["channel-of"]
    return ChannelChange(step=None if about == EVERYTHING else about, channel=Channel(values["channel-by"]))


def one_of_step(code: str) -> tuple[str, int]:
    """`psa:2` as step and number; a number that nothing has when it is anything else."""
    step, _, number = code.partition(":")
    return step, int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0


def _interval(values: Mapping[str, Any], protocol: Protocol) -> Change:
    del protocol
    step, number = one_of_step(values["interval-from"])
    return Interval(step=step, from_number=max(number, 1), every_months=values["interval-months"])


def _skip(values: Mapping[str, Any], protocol: Protocol) -> Change:
    del protocol
    step, number = one_of_step(values["skip-which"])
    return Skip(step=step, number=number)


def _move(values: Mapping[str, Any], protocol: Protocol) -> Change:
    del protocol
    step, number = one_of_step(values["move-which"])
    return Move(step=step, number=number, due_on=values["move-to"])


def _stop(values: Mapping[str, Any], protocol: Protocol) -> Change:
    del protocol
    return Stop(step=values["stop-of"], from_on=values["stop-on"])


_MADE: Mapping[str, Callable[[Mapping[str, Any], Protocol], Change]] = {
    "limit": _limit,
    "skip": _skip,
    "move": _move,
    "interval": _interval,
    "channel": _channel,
    "stop": _stop,
}
