"""When a letter has waited too long for a printer, and how that is said. Pure.

Neither the design nor its references name a time. Two working days is our choice: it is what the team has to answer any
"fix data" alert, and the first letters that are at risk (an appointment by letter, a welcome) still arrive within the week.
"""

from datetime import date, timedelta
from typing import Final

from rms.dates import add_working_days
from rms.messages.compose import day_in_words

#: A letter is printed on the day it was written or on one of this many working days after it.
WORKING_DAYS_TO_PRINT: Final = 2


def last_day_late(today: date) -> date:
    """The last day on which a letter was written that should be printed by now; those of earlier days are late too."""
    day = today
    while add_working_days(day, WORKING_DAYS_TO_PRINT) >= today:
        day -= timedelta(days=1)
    return day


def late_sentence() -> str:
    """Why a team is asked about its print queue. How many letters wait changes with each that is printed: the page counts."""
    return (
        f"Letters have waited more than {WORKING_DAYS_TO_PRINT} working days to be printed. Print and post what waits."
    )


def late_now(*, letters: int, since: date) -> str:
    """How many letters have waited too long at this moment, and since when."""
    how_many = "1 letter has" if letters == 1 else f"{letters:,} letters have"
    written = "written on" if letters == 1 else "the oldest written on"
    return f"{how_many} waited too long now, {written} {day_in_words(since)}."
