"""Named places where a fault test may kill this process.

In ordinary life `crashpoint` is one comparison. With `RMS_CRASHPOINT=name:n` in the environment the process ends with
SIGKILL at the n-th time that place is passed, which is as sudden as a power cut. `CRASHPOINTS` is the whole list, so
that a test can fail when one of them was never reached.
"""

import os
import signal
from enum import StrEnum


class Crashpoint(StrEnum):
    """Every place that a fault test can name."""

    SWEEP_BEFORE_COMMIT = "sweep_before_commit"
    SWEEP_AFTER_COMMIT = "sweep_after_commit"
    MESSAGE_AFTER_CLAIM = "message_after_claim"
    MESSAGE_AFTER_PROVIDER = "message_after_provider"
    MESSAGE_BEFORE_RECORD_COMMIT = "message_before_record_commit"
    INBOX_BEFORE_COMMIT = "inbox_before_commit"
    INBOX_AFTER_COMMIT = "inbox_after_commit"
    FILING_BEFORE_COMMIT = "filing_before_commit"
    FILING_AFTER_COMMIT = "filing_after_commit"
    EVENT_AFTER_CLAIM = "event_after_claim"
    EVENT_AFTER_DELIVERY = "event_after_delivery"
    EVENT_BEFORE_RECORD_COMMIT = "event_before_record_commit"


_wanted, _, _count = os.environ.get("RMS_CRASHPOINT", "").partition(":")
_left = {"passes": int(_count or "1")}


def crashpoint(name: Crashpoint) -> None:
    """Kill this process here when the environment asks for it; otherwise do nothing."""
    if name != _wanted:
        return
    _left["passes"] -= 1
    if _left["passes"] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
