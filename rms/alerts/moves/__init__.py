"""What can happen to alerts, evaluations and decisions inside an open transaction."""

from rms.alerts.moves.acting import (
    act,
    close,
    close_all_about,
    hand_over,
    reopen_after_mistake,
    reopen_after_undo,
    snooze,
    take,
)
from rms.alerts.moves.deciding import (
    HOLD,
    DecisionKind,
    DecisionOnFile,
    decision,
    overtake,
    record_decision,
    undo_decision,
)
from rms.alerts.moves.raising import add_news, end_episode_if_closed, raise_alert, store_evaluation
from rms.alerts.moves.ringing import ring

__all__ = [
    "HOLD",
    "DecisionKind",
    "DecisionOnFile",
    "act",
    "add_news",
    "close",
    "close_all_about",
    "decision",
    "end_episode_if_closed",
    "hand_over",
    "overtake",
    "raise_alert",
    "record_decision",
    "reopen_after_mistake",
    "reopen_after_undo",
    "ring",
    "snooze",
    "store_evaluation",
    "take",
    "undo_decision",
]
