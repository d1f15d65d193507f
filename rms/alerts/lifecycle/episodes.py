"""What a finding does to the alert of its rule: raise, join, open again, or end the episode."""

from enum import StrEnum

from rms.alerts.model import AlertState, FindingOutcome


class EpisodeStep(StrEnum):
    """What a new finding does to the alert of its rule."""

    NOTHING = "nothing"
    RAISE = "raise"
    JOIN = "join"
    REOPEN = "reopen"
    END_EPISODE = "end_episode"


def episode_step(outcome: FindingOutcome, *, latest: AlertState | None, episode_ended: bool) -> EpisodeStep:
    """Say what a finding with a *new* cause does, given the latest alert of the same plan and rule (None: never one).

    An episode opens at the first breach and ends at the first clear finding after its alert was closed. A breach after
    the close and before that clear finding opens the same alert again: no breach is without an alert.
    """
    no_episode = latest is None or episode_ended
    if outcome is FindingOutcome.CLEAR:
        return EpisodeStep.END_EPISODE if latest is AlertState.CLOSED and not episode_ended else EpisodeStep.NOTHING
    if no_episode:
        return EpisodeStep.RAISE
    return EpisodeStep.REOPEN if latest is AlertState.CLOSED else EpisodeStep.JOIN
