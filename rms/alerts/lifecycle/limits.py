"""What may be put off and for how long, and how an alert may end. Only a named person ends one, with an outcome."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from rms.alerts.lifecycle.table import MOVES, AlertMove
from rms.alerts.model import AlertKind, AlertState
from rms.clock import london_date, start_of_london_day

SNOOZE_DAYS: Mapping[AlertKind, int] = {
    AlertKind.ACT_TODAY: 0,
    AlertKind.LOOK_SOON: 14,
    AlertKind.CHASE: 28,
    AlertKind.FIX_DATA: 14,
}


def why_not_snooze(kind: AlertKind, *, until: datetime, reason: str, now: datetime) -> str | None:
    """Say why an alert may not be set aside until an instant; None when it may. "Act today" never past its day."""
    if not reason.strip():
        return "Say why it is set aside."
    if until <= now:
        return "The time it comes back must lie ahead."
    today = london_date(now)
    if kind is AlertKind.ACT_TODAY and until > _end_of_day(today):
        return "An alert to act on today cannot be set aside past today."
    if until > _end_of_day(today + timedelta(days=SNOOZE_DAYS[kind])):
        return f"An alert of this kind can be set aside for at most {SNOOZE_DAYS[kind]} days."
    return None


def _end_of_day(day: date) -> datetime:
    return start_of_london_day(day + timedelta(days=1)) - timedelta(minutes=1)


class AlertOutcome(StrEnum):
    """How an alert ended. Each is something a person did or decided."""

    REVIEWED_IN_RANGE = "reviewed_in_range"
    REPEAT_ASKED = "repeat_asked"
    PERSON_CALLED = "person_called"
    REFERRED = "referred"
    PLAN_CHANGED = "plan_changed"
    TEST_ARRANGED = "test_arranged"
    RESULT_FOUND = "result_found"
    PERSON_DECLINED = "person_declined"
    DATA_CORRECTED = "data_corrected"
    DEATH_CONFIRMED = "death_confirmed"
    DEATH_REVERSED = "death_reversed"
    NOT_OURS = "not_ours"
    NO_ACTION_NEEDED = "no_action_needed"


_CLINICAL = frozenset(
    {
        AlertOutcome.REVIEWED_IN_RANGE,
        AlertOutcome.REPEAT_ASKED,
        AlertOutcome.PERSON_CALLED,
        AlertOutcome.REFERRED,
        AlertOutcome.PLAN_CHANGED,
        AlertOutcome.NO_ACTION_NEEDED,
    }
)
OUTCOMES: Mapping[AlertKind, frozenset[AlertOutcome]] = {
    AlertKind.ACT_TODAY: _CLINICAL,
    AlertKind.LOOK_SOON: _CLINICAL,
    AlertKind.CHASE: frozenset(
        {
            AlertOutcome.TEST_ARRANGED,
            AlertOutcome.RESULT_FOUND,
            AlertOutcome.PERSON_CALLED,
            AlertOutcome.PERSON_DECLINED,
            AlertOutcome.PLAN_CHANGED,
            AlertOutcome.REFERRED,
            AlertOutcome.NO_ACTION_NEEDED,
        }
    ),
    AlertKind.FIX_DATA: frozenset(
        {
            AlertOutcome.DATA_CORRECTED,
            AlertOutcome.DEATH_CONFIRMED,
            AlertOutcome.DEATH_REVERSED,
            AlertOutcome.NOT_OURS,
            AlertOutcome.PERSON_CALLED,
            AlertOutcome.NO_ACTION_NEEDED,
        }
    ),
}


def why_not_close(
    kind: AlertKind,
    *,
    state: AlertState,
    outcome: AlertOutcome | None,
    by_staff_id: int | None,
    note: str = "",
    with_plan: bool = False,
) -> str | None:
    """Say why an alert may not be closed like this; None when it may. Only a named person's outcome ends one.

    `with_plan`: somebody confirms a death and ends the plan, and alerts of every kind end with it.
    """
    if (state, AlertMove.CLOSE) not in MOVES:
        return "It is closed already."
    if by_staff_id is None:
        return "Only a named member of staff can close an alert."
    if outcome is None:
        return "Choose an outcome."
    if outcome not in OUTCOMES[kind] and not (with_plan and outcome is AlertOutcome.DEATH_CONFIRMED):
        return f"“{outcome.replace('_', ' ')}” is not an outcome of an alert of this kind."
    if outcome in (AlertOutcome.NO_ACTION_NEEDED, AlertOutcome.NOT_OURS) and not note.strip():
        return "Say why nothing more is needed."
    return None
