"""From a protocol, the changes for one person and that person's dates to every date, with why. Pure.

`effective` is the one place where protocol and overrides meet; everything else reads what it gives.
"""

from rms.plans.schedule.calendar import calendar_of
from rms.plans.schedule.changing import next_added_number, why_not_change
from rms.plans.schedule.effective import EffectivePlan, EffectiveStep, effective
from rms.plans.schedule.inside import FellInside, Inside, PauseRule, fell_inside, filled_in
from rms.plans.schedule.occurrences import Upcoming, current_and_next, occurrences
from rms.plans.schedule.preview import Preview, PreviewLine, faults_in_course, preview
from rms.plans.schedule.standing import standing

__all__ = [
    "EffectivePlan",
    "EffectiveStep",
    "FellInside",
    "Inside",
    "PauseRule",
    "Preview",
    "PreviewLine",
    "Upcoming",
    "calendar_of",
    "current_and_next",
    "effective",
    "faults_in_course",
    "fell_inside",
    "filled_in",
    "next_added_number",
    "occurrences",
    "preview",
    "standing",
    "why_not_change",
]
