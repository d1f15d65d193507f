"""Codes to the words staff read, and dates and times as they stand on a page. Must not decide or query."""

from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from rms.alerts.model import AlertKind, AlertState
from rms.clock import london_date
from rms.dates.spoken import clock_words
from rms.messages.compose import day_in_words
from rms.nhs_number import NhsNumber
from rms.people.model import TumourSite

KINDS: Final = {
    AlertKind.ACT_TODAY: "Act today",
    AlertKind.LOOK_SOON: "Look soon",
    AlertKind.CHASE: "Chase",
    AlertKind.FIX_DATA: "Fix data",
}
#: An alert to act on today that was raised when nobody works is answered by the close of the next working day.
ACT_NEXT: Final = "Act on the next working day"
STATES: Final = {
    AlertState.OPEN: "Nobody has taken it",
    AlertState.TAKEN: "Taken",
    AlertState.SNOOZED: "Set aside for now",
    AlertState.CLOSED: "Closed",
}
_SITES: Final = {
    TumourSite.CNS: "Brain and central nervous system",
    TumourSite.CTYA: "Children, teenagers and young adults",
    TumourSite.UPPER_GI: "Upper gastrointestinal",
}


def kind_words(kind: AlertKind, *, respond_by: datetime, today: date) -> str:
    """What an alert asks for, in words that agree with the day by which it is wanted."""
    if kind is AlertKind.ACT_TODAY and london_date(respond_by) > today:
        return ACT_NEXT
    return KINDS[kind]


def in_words(code: str) -> str:
    """A code of ours as words: `repeat_asked` to "Repeat asked"."""
    return code.replace("_", " ").replace(".", " ").capitalize()


def site_words(site: TumourSite | str) -> str:
    """A tumour site as staff say it; a questionnaire may be for `any`."""
    return _SITES.get(TumourSite(site), in_words(site)) if site in set(TumourSite) else in_words(site)


def authority_words(authority: str) -> str:
    """Who gave a hospital number, as staff read it: of an address only the place, of a number for machines no number."""
    if authority.startswith(("http://", "https://")):
        return urlsplit(authority).hostname or "another system"
    return "another system" if authority.lower().startswith("urn:") else authority


def day(value: date | None) -> str:
    """A date, or a word for none."""
    return "Not known" if value is None else day_in_words(value)


def moment(value: datetime | None) -> str:
    """An instant in London: `2 December 2026, 2:05pm`; empty for none."""
    if value is None:
        return ""
    return f"{day_in_words(london_date(value))}, {clock_words(value)}"


def number(nhs_number: str | None) -> str:
    """An NHS number in groups, as it is read out; a word for none."""
    if nhs_number is None:
        return "None yet"
    return NhsNumber(nhs_number).shown
