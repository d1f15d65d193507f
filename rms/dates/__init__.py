"""Calendar arithmetic without a clock: months that do not drift, working days, windows, quiet hours, partial dates.

Pure. It knows England's bank holidays and London's wall time, and nothing of plans, messages or alerts.
"""

from rms.dates.bank_holidays import bank_holidays, is_bank_holiday
from rms.dates.months import add_months, age_on, repeat_from
from rms.dates.partial import PartialDate
from rms.dates.quiet_hours import is_allowed, next_allowed
from rms.dates.windows import DateWindow
from rms.dates.working_time import (
    add_working_days,
    add_working_hours,
    is_working_day,
    next_working_day,
    previous_working_day,
    working_days_between,
)

__all__ = [
    "DateWindow",
    "PartialDate",
    "add_months",
    "add_working_days",
    "add_working_hours",
    "age_on",
    "bank_holidays",
    "is_allowed",
    "is_bank_holiday",
    "is_working_day",
    "next_allowed",
    "next_working_day",
    "previous_working_day",
    "repeat_from",
    "working_days_between",
]
