"""What the team hears when a step is due or did not come back, and by which rule. Pure; sweep and forecast ask here."""

from datetime import date

from rms.alerts.model import AlertKind
from rms.messages.model import Purpose
from rms.plans.protocol.language import Protocol
from rms.plans.rows import LOOK_AGAIN
from rms.plans.schedule.calendar import CHASE, CLOSE_WINDOW, REVIEW
from rms.plans.schedule.words import day


def alert_about(protocol: Protocol, step: str) -> tuple[str, AlertKind]:
    """The rule and kind of the alert about a step: the protocol's own rule about silence and the sweep are one alert."""
    rule = next(iter(protocol.rules_about_silence(step)), None)
    return (rule.key, rule.alert) if rule else (f"chase:{step}", AlertKind.CHASE)


def said_of(stage: str, *, title: str, due_on: date, today: date) -> str:
    """The sentence of the alert that a stage of the team leads to."""
    late = (today - due_on).days
    return {
        CHASE: f"{title}, due on {day(due_on)}, has not come back ({late} days late).",
        CLOSE_WINDOW: f"{title}, due on {day(due_on)}, was not done in its window ({late} days late).",
        REVIEW: f"{title} is due.",
        LOOK_AGAIN: f"{title}, due on {day(due_on)}, is still not done ({late} days late).",
    }[stage]


def reminder_of(stage: str, *, act_on: date, due_on: date) -> Purpose:
    """Which message a reminder of a test is; the statement of the sweep says the same in SQL (a test compares)."""
    if act_on > due_on:
        return Purpose.TEST_LATE
    return Purpose(f"test_reminder_{min(int(stage.partition(':')[2]), 3)}")
