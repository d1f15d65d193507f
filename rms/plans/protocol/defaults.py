"""What holds for a step when its protocol says nothing: windows, reminders, chasing. Ours, and marked so on screen."""

from rms.alerts.analytes import ANALYTES, Sort
from rms.alerts.model import Count, Quality, Source
from rms.plans.protocol.language import Reminders, Step, StepKind, Window

TAG = "RMS-DEFAULT"
SOURCE = Source(
    text="A cautious default of this system, to be confirmed by the organisation that signs the protocol off.",
    quality=Quality.OUR_DEFAULT,
)
BLOOD_DAYS, SCAN_DAYS, CHASE_DAYS = 28, 42, 21


def window_of(step: Step) -> Window:
    """28 days on both sides of a blood test, 42 of a scan; a questionnaire or a piece of work is never early."""
    if step.window is not None:
        return step.window
    if step.kind is not StepKind.TEST:
        return Window(early_days=0, late_days=BLOOD_DAYS, source=TAG)
    analyte = ANALYTES.get(step.analyte or "")
    days = BLOOD_DAYS if analyte is None or analyte.sort is Sort.BLOOD else SCAN_DAYS
    return Window(early_days=days, late_days=days, source=TAG)


def reminders_of(step: Step) -> Reminders:
    """Tests: 6 and 2 weeks before, 1 week after. Questionnaires: on the day, day 3, day 7. Staff work: none."""
    if step.reminders is not None:
        return step.reminders
    match step.kind:
        case StepKind.TEST:
            return Reminders(days=(-42, -14, 7), source=TAG)
        case StepKind.QUESTIONNAIRE:
            return Reminders(days=(0, 3, 7), source=TAG)
        case StepKind.REVIEW | StepKind.TASK:
            return Reminders(days=(), source=TAG)


def chase_after(step: Step) -> Count:
    """Three weeks after it was due, the team is asked to chase."""
    return step.chase_after_days or Count(value=CHASE_DAYS, source=TAG)
