"""Instants as a nurse says them: how long something waits, and by when it is wanted. Pure; `now` is a parameter."""

from datetime import date, datetime, timedelta

from rms.clock import london_date
from rms.dates.spoken import clock_words
from rms.messages.compose import day_in_words


def day_words(day: date, *, today: date) -> str:
    """A day as it is said today: `today`, `tomorrow`, `yesterday`, else `on 3 May 2027`."""
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get((day - today).days) or f"on {day_in_words(day)}"


def when(instant: datetime, *, now: datetime) -> str:
    """An instant as it is said now: `today at 7:42am`, `yesterday at 5:10pm`, `on 3 May 2027 at 9am`."""
    return f"{day_words(london_date(instant), today=london_date(now))} at {clock_words(instant)}"


def age(since: datetime, *, now: datetime) -> str:
    """How long something waits, in whole units: `less than an hour`, `5 hours`, `12 days`."""
    waited = now - since
    if waited < timedelta(hours=1):
        return "less than an hour"
    if waited < timedelta(days=1):
        return counted(int(waited / timedelta(hours=1)), "hour")
    return counted(waited.days, "day")


def target(respond_by: datetime, *, now: datetime) -> str:
    """By when an alert is wanted: `by 5pm today`; once that is over, `was wanted by 5pm yesterday`."""
    day = day_words(london_date(respond_by), today=london_date(now))
    by = f"by {clock_words(respond_by)} {day}"
    return by if respond_by >= now else f"was wanted {by}"


def sentence(words: str) -> str:
    """The same with a capital letter at its beginning, and only there."""
    return words[:1].upper() + words[1:]


def counted(number: int, thing: str) -> str:
    """A number with its noun: `1 day`, `2 days`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
