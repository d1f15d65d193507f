"""What can happen to messages inside an open transaction."""

from rms.messages.moves.printing import printed
from rms.messages.moves.queueing import queue, queue_many
from rms.messages.moves.rerouting import reroute
from rms.messages.moves.settling import note_answer, note_outcome, record_receipt, stop
from rms.messages.moves.voiding import (
    hold_for_patient,
    release_for_patient,
    void_for_cause,
    void_for_patient,
    void_for_plan,
)

__all__ = [
    "hold_for_patient",
    "note_answer",
    "note_outcome",
    "printed",
    "queue",
    "queue_many",
    "record_receipt",
    "release_for_patient",
    "reroute",
    "stop",
    "void_for_cause",
    "void_for_patient",
    "void_for_plan",
]
