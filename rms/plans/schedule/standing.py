"""Where an occurrence stands on a day, why, and when time alone changes it."""

from datetime import date, timedelta

from rms.plans.model import Occurrence, Standing, StandingToday
from rms.plans.schedule.words import day

ONE_DAY = timedelta(days=1)


def standing(occurrence: Occurrence, *, today: date, done_on: date | None = None) -> StandingToday:
    """Say where an occurrence stands. Both ends of its window belong to it; it is late from the day after it was due."""
    if done_on is not None:
        return _stands(Standing.DONE, f"Done on {day(done_on)}.")
    if occurrence.skipped_because is not None:
        return _stands(Standing.SKIPPED, occurrence.skipped_because)
    if today < occurrence.earliest_on:
        return _stands(Standing.AHEAD, f"It can be done from {day(occurrence.earliest_on)}.", occurrence.earliest_on)
    if today <= occurrence.due_on:
        return _stands(Standing.OPEN, f"It is due on {day(occurrence.due_on)}.", occurrence.due_on + ONE_DAY)
    if today <= occurrence.latest_on:
        reason = f"It was due on {day(occurrence.due_on)} and can still be done until {day(occurrence.latest_on)}."
        return _stands(Standing.LATE, reason, occurrence.latest_on + ONE_DAY)
    return _stands(Standing.MISSED, f"Nothing came back by {day(occurrence.latest_on)}.")


def _stands(where: Standing, reason: str, changes_on: date | None = None) -> StandingToday:
    return StandingToday(standing=where, reason=reason, changes_on=changes_on)
