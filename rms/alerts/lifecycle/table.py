"""The one table of legal moves of an alert: state and move in, state out."""

from collections.abc import Mapping
from enum import StrEnum

from rms.alerts.model import AlertState
from rms.errors import Refused


class AlertMove(StrEnum):
    """What can be done to an alert. ACT is a step towards the answer (a call, a request) and starts the clock again."""

    TAKE = "take"
    HAND_OVER = "hand_over"
    GIVE_BACK = "give_back"
    ACT = "act"
    SNOOZE = "snooze"
    WAKE = "wake"
    ADD_CAUSE = "add_cause"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"


_OPEN, _TAKEN, _SNOOZED, _CLOSED = AlertState.OPEN, AlertState.TAKEN, AlertState.SNOOZED, AlertState.CLOSED

MOVES: Mapping[tuple[AlertState, AlertMove], AlertState] = {
    (_OPEN, AlertMove.TAKE): _TAKEN,
    (_OPEN, AlertMove.HAND_OVER): _TAKEN,
    (_OPEN, AlertMove.SNOOZE): _SNOOZED,
    (_OPEN, AlertMove.ADD_CAUSE): _OPEN,
    (_OPEN, AlertMove.ESCALATE): _OPEN,
    (_OPEN, AlertMove.CLOSE): _CLOSED,
    (_TAKEN, AlertMove.TAKE): _TAKEN,
    (_TAKEN, AlertMove.HAND_OVER): _TAKEN,
    (_TAKEN, AlertMove.GIVE_BACK): _OPEN,
    (_TAKEN, AlertMove.ACT): _TAKEN,
    (_TAKEN, AlertMove.SNOOZE): _SNOOZED,
    (_TAKEN, AlertMove.ADD_CAUSE): _TAKEN,
    (_TAKEN, AlertMove.ESCALATE): _TAKEN,
    (_TAKEN, AlertMove.CLOSE): _CLOSED,
    # A snoozed alert keeps its owner but wakes without one having to act: a new cause always wakes it.
    (_SNOOZED, AlertMove.TAKE): _TAKEN,
    (_SNOOZED, AlertMove.WAKE): _OPEN,
    (_SNOOZED, AlertMove.ADD_CAUSE): _OPEN,
    (_SNOOZED, AlertMove.CLOSE): _CLOSED,
    (_CLOSED, AlertMove.REOPEN): _OPEN,
}


def after_move(state: AlertState, move: AlertMove) -> AlertState:
    """Give the state after a move. Refused, with a sentence, when the move is not legal there."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise Refused(f"An alert that is {state} cannot be changed by “{move.replace('_', ' ')}”.") from None
