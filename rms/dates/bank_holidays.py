"""England's bank holidays, by rule and from a short table of the years in which the rule was set aside.

The rules are those of the Banking and Financial Dealings Act 1971 as practised since 1978; the exceptions are royal
proclamations, kept here from 2012. A proclamation for a year to come is one new line in `EXTRA` or `MOVED`, which is
why no feed is asked: a date that a plan depends on must not change because a server answered differently.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

MONDAY, SATURDAY = 0, 5

# The day that the rule gives -> the day that was kept instead.
MOVED: Mapping[date, date] = {
    date(2012, 5, 28): date(2012, 6, 4),  # Diamond Jubilee
    date(2020, 5, 4): date(2020, 5, 8),  # 75 years since VE Day
    date(2022, 5, 30): date(2022, 6, 2),  # Platinum Jubilee
}
EXTRA: Mapping[date, str] = {
    date(2012, 6, 5): "Diamond Jubilee",
    date(2022, 6, 3): "Platinum Jubilee",
    date(2022, 9, 19): "State funeral of Queen Elizabeth II",
    date(2023, 5, 8): "Coronation of King Charles III",
}


def is_bank_holiday(day: date) -> bool:
    """Say whether banks in England are closed by law on this day (weekends are not bank holidays by themselves)."""
    return day in bank_holidays(day.year)


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> Mapping[date, str]:
    """Give England's bank holidays of a year as day -> name, in order; before 2012 by the plain rule only."""
    easter = easter_sunday(year)
    christmas, boxing = _christmas(year)
    by_rule = {
        _off_the_weekend(date(year, 1, 1)): "New Year’s Day",
        easter - timedelta(days=2): "Good Friday",
        easter + timedelta(days=1): "Easter Monday",
        _first_monday(year, 5): "Early May bank holiday",
        _last_monday(year, 5): "Spring bank holiday",
        _last_monday(year, 8): "Summer bank holiday",
        christmas: "Christmas Day",
        boxing: "Boxing Day",
    }
    kept = {MOVED.get(day, day): name for day, name in by_rule.items()}
    kept |= {day: name for day, name in EXTRA.items() if day.year == year}
    return MappingProxyType(dict(sorted(kept.items())))


def easter_sunday(year: int) -> date:
    """Give Easter Sunday of the Gregorian calendar, by the integer form of the church's tables that J.-M. Oudin gave.

    `moon_shift` is the full moon after the equinox, in days from 21 March, out of the year's place in the 19-year cycle
    of the moon and what the centuries leave out; then on to the Sunday.
    """
    century = year // 100
    moon_shift = (century - century // 4 - (8 * century + 13) // 25 + 19 * (year % 19) + 15) % 30
    moon_shift -= (moon_shift // 28) * (1 - (29 // (moon_shift + 1)) * ((21 - year % 19) // 11))
    weekday = (year + year // 4 + moon_shift + 2 - century + century // 4) % 7
    return date(year, 3, 28) + timedelta(days=moon_shift - weekday)


def _off_the_weekend(day: date) -> date:
    """Move a holiday that falls on a weekend to the Monday after."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _christmas(year: int) -> tuple[date, date]:
    """Give the days kept for Christmas Day and Boxing Day.

    Whichever falls on a weekend moves to the first working day that the other does not hold, so on a Sunday Christmas
    Day jumps over Boxing Day to the Tuesday.
    """
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    match christmas.weekday():
        case 4:  # Friday: Boxing Day is a Saturday
            return christmas, date(year, 12, 28)
        case 5:  # Saturday and Sunday
            return date(year, 12, 27), date(year, 12, 28)
        case 6:  # Sunday: Boxing Day is a Monday
            return date(year, 12, 27), boxing
        case _:
            return christmas, boxing


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, 31)  # only May and August are asked for
    return last - timedelta(days=last.weekday())
