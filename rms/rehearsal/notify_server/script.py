"""What the stand-in is told to do wrong, and what it reports about delivery. Values and choosing; no network."""

from typing import Literal

import msgspec

FaultKind = Literal[
    "hang", "error", "reset", "not_json", "no_id", "drip", "slow", "rate_limit", "daily_limit", "forbidden"
]


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing to do wrong.

    `accept`: take the message first, then fail (hang, error, reset, not_json, no_id and drip; slow always takes it).
    `on`: a send or a look-up. `to`: only for this address. `skip` matching calls go well first, then `times` go wrong
    (0: all that follow). `seconds`: how long hang and slow wait and drip takes.
    """

    do: FaultKind
    accept: bool = False
    on: Literal["send", "ask"] = "send"
    to: str | None = None
    skip: int = 0
    times: int = 1
    seconds: float = 30.0


class ReceiptRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a message, and how it is reported.

    `do`: a final status; `lost` (delivered, never reported); `none` (stays on its way). `copies`: reports made.
    """

    do: Literal["deliver", "permanent-failure", "temporary-failure", "technical-failure", "lost", "none"] = "deliver"
    to: str | None = None
    after_seconds: float = 0.05
    copies: int = 1


PRESETS = {
    "deliver": ReceiptRule(),
    "permanent-failure": ReceiptRule(do="permanent-failure"),
    "temporary-failure": ReceiptRule(do="temporary-failure"),
    "none": ReceiptRule(do="none"),
    "lost": ReceiptRule(do="lost"),
    "late": ReceiptRule(after_seconds=5.0),
    "thrice": ReceiptRule(copies=3),
}


class Script(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /_faults; None leaves that part as it is."""

    faults: list[Fault] | None = None
    receipts: list[ReceiptRule] | None = None


def next_fault(faults: list[Fault], *, on: str, to: str | None) -> Fault | None:
    """The fault for this call, counted down in place; the first that matches and is not used up."""
    for fault in faults:
        if fault.on != on or (fault.to is not None and fault.to != to) or fault.times < 0:
            continue
        if fault.skip > 0:
            fault.skip -= 1
            return None
        if fault.times > 0:
            fault.times = fault.times - 1 or -1  # -1: used up, because 0 means for ever
        return fault
    return None


def rule_for(rules: list[ReceiptRule], *, to: str) -> ReceiptRule:
    """The first rule for this address, or that every message is delivered."""
    return next((rule for rule in rules if rule.to in (None, to)), PRESETS["deliver"])
