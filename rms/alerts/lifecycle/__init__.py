"""How an alert lives: legal moves, clocks, the ladder, limits on putting off and closing, episodes. Pure.

Instants are parameters and people are opaque numbers; it must not know tables, pages or what raised an alert.
"""

from rms.alerts.lifecycle.clock import PACES, Clock, after_acting, merged, opening, snoozed_clock
from rms.alerts.lifecycle.episodes import EpisodeStep, episode_step
from rms.alerts.lifecycle.ladder import Escalation, Ladder, Rung, escalate
from rms.alerts.lifecycle.limits import OUTCOMES, AlertOutcome, why_not_close, why_not_snooze
from rms.alerts.lifecycle.table import MOVES, AlertMove, after_move

__all__ = [
    "MOVES",
    "OUTCOMES",
    "PACES",
    "AlertMove",
    "AlertOutcome",
    "Clock",
    "EpisodeStep",
    "Escalation",
    "Ladder",
    "Rung",
    "after_acting",
    "after_move",
    "episode_step",
    "escalate",
    "merged",
    "opening",
    "snoozed_clock",
    "why_not_close",
    "why_not_snooze",
]
