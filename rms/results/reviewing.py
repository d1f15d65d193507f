"""How long a result may wait for somebody to look at it before the team is asked. Pure; working days in England.

Both times are our defaults and no guideline's: a trust's own standard would replace them. What a rule objects to has an
alert of its own with a shorter clock, so these are for everything that no alert speaks about.
"""

from datetime import date

from rms.dates import add_working_days

#: A rule has read it and is content. A week is how long a team that looks twice a week may need, with somebody away.
IN_RANGE_WORKING_DAYS = 5
#: No rule could read it (words, a report not final, no limit): nobody knows whether it is bad, so as soon as a data fault.
NOT_UNDERSTOOD_WORKING_DAYS = 2


def look_by(today: date, *, understood: bool) -> date:
    """The day on which the team is asked about a result that came today. `understood`: a rule read it and was clear."""
    return add_working_days(today, IN_RANGE_WORKING_DAYS if understood else NOT_UNDERSTOOD_WORKING_DAYS)
