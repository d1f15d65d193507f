"""What the register is told to do wrong with the next transactions. Values and choosing; no network."""

from enum import StrEnum

import msgspec


class Wrong(StrEnum):
    """One way of going wrong."""

    CUT_BEFORE = "cut_before"
    CUT_AFTER_COMMIT = "cut_after_commit"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER_COMMIT = "error_after_commit"
    HANG_BEFORE = "hang_before"
    HANG_AFTER_COMMIT = "hang_after_commit"
    #: Takes all entries but the last and says so, in an answer that is 200 as a whole.
    PARTIAL = "partial"
    #: Takes everything and leaves the last entry out of its answer.
    FEWER_ENTRIES = "fewer_entries"
    NOT_JSON = "not_json"
    REFUSE = "refuse"
    REDIRECT = "redirect"


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`skip` transactions go well first, then `times` go wrong (0: all that follow). `seconds`: how long it hangs.

    `containing`: only for transactions that have this text in them.
    """

    do: Wrong
    skip: int = 0
    times: int = 1
    seconds: float = 30.0
    containing: str = ""


class Script(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /_faults."""

    faults: list[Fault]


def next_fault(faults: list[Fault], *, body: bytes) -> Fault | None:
    """The fault for this transaction: the first in the list that fits. Counts down in place; used-up ones leave."""
    for fault in faults:
        if fault.containing.encode() not in body:
            continue
        if fault.skip > 0:
            fault.skip -= 1
            return None
        if fault.times == 1:
            faults.remove(fault)
        elif fault.times > 1:
            fault.times -= 1
        return fault
    return None
