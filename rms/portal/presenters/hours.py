"""Whether a team answers its telephone now, as a person reads it: from the team's own hours only, nothing is assumed."""

from datetime import datetime

from rms.clock import london_date
from rms.dates.phone_hours import read_phone_hours
from rms.dates.spoken import clock_words
from rms.portal.presenters.words import weekday

_IF_NOT = "If it cannot wait, call 111. In an emergency call 999."
#: After an answer that cannot wait nobody weighs whether it can: who reads “again from 8:30am” would wait for the morning.
_DO_NOT_WAIT = "Do not wait for us: call 111 now. In an emergency call 999."


def answering(text: str | None, *, now: datetime, act_now: bool = False) -> str:
    """Whether somebody answers the telephone now, else from when, and what to do until then; `act_now`: it cannot wait."""
    understood = read_phone_hours(text)
    if understood is None:  # never a guess: who reads "we are here" wrongly waits for nobody
        return "" if act_now else f"If nobody answers and {_IF_NOT[3:]}"
    closes = understood.closes_at(now)
    if closes is not None:
        return f"We are here now, until {clock_words(closes)}. Please call us."
    if act_now:
        return f"We are closed now. {_DO_NOT_WAIT}"
    opens = understood.opens_at(now)
    again = "" if opens is None else f" We answer the phone again from {clock_words(opens)} {_day(opens, now=now)}."
    return f"We are closed now.{again} {_IF_NOT}"


def _day(instant: datetime, *, now: datetime) -> str:
    day = london_date(instant)
    return "today" if day == london_date(now) else f"on {weekday(day)}"
