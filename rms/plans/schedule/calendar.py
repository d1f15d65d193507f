"""When an occurrence must be looked at: reminders, late, chase, the close of its window. What each leads to is others' work."""

from collections.abc import Collection
from datetime import date, timedelta

from rms.plans.model import CalendarEntry, Occurrence
from rms.plans.protocol.language import StepKind
from rms.plans.schedule.effective import EffectiveStep

LATE, CHASE, CLOSE_WINDOW, REVIEW, REMIND = "late", "chase", "close-window", "review", "remind"


def calendar_of(
    occurrence: Occurrence, *, step: EffectiveStep, today: date, reached: Collection[str] = ()
) -> tuple[CalendarEntry, ...]:
    """Every stage still to act on, by day; stages in `reached` are behind us. A skipped occurrence has none.

    Stages: `remind:1` … `remind:n`, `review` (staff work falls due), `late` (due + 1 day), `chase`, `close-window` (the
    day after the latest). Reminders whose day has passed shrink to the last of them, today: nobody gets three at once.
    """
    if occurrence.skipped_because is not None:
        return ()
    due_on = occurrence.due_on
    entries = _reminders(due_on, step=step, today=today, reached=reached)
    if occurrence.kind in (StepKind.REVIEW, StepKind.TASK):
        entries.append(CalendarEntry(act_on=due_on, stage=REVIEW))
    entries += [
        CalendarEntry(act_on=due_on + timedelta(days=1), stage=LATE),
        CalendarEntry(act_on=due_on + timedelta(days=step.chase_after_days), stage=CHASE),
        CalendarEntry(act_on=occurrence.latest_on + timedelta(days=1), stage=CLOSE_WINDOW),
    ]
    return tuple(sorted((e for e in entries if e.stage not in reached), key=lambda entry: (entry.act_on, entry.stage)))


def _reminders(due_on: date, *, step: EffectiveStep, today: date, reached: Collection[str]) -> list[CalendarEntry]:
    numbered = [
        CalendarEntry(act_on=due_on + timedelta(days=days), stage=f"{REMIND}:{number}")
        for number, days in enumerate(step.reminder_days, start=1)
    ]
    last_reached = max((index for index, entry in enumerate(numbered) if entry.stage in reached), default=-1)
    left = numbered[last_reached + 1 :]
    past = [entry for entry in left if entry.act_on <= today]
    catch_up = [CalendarEntry(act_on=today, stage=past[-1].stage)] if past else []
    return [*catch_up, *(entry for entry in left if entry.act_on > today)]
