"""Today as strings."""

from collections.abc import Mapping, Sequence

import msgspec

from rms.alerts.model import AlertKind
from rms.caseload.today.store import WaitingAlert
from rms.caseload.words import KINDS, STATES, moment
from rms.people.model import PersonName
from rms.people.names import full_name


class CountLine(msgspec.Struct, frozen=True, kw_only=True):
    """How many of one kind wait."""

    kind: str
    count: int


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. `person_href` is None when nobody is known to be meant."""

    href: str
    kind: str
    sentence: str
    person: str
    person_href: str | None
    state: str
    team: str
    opened: str
    respond_by: str


class TodayPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/today.html`. `more` says how many are not shown; empty when all are."""

    counts: tuple[CountLine, ...]
    alerts: tuple[AlertLine, ...]
    more: str


def present_today(alerts: Sequence[WaitingAlert], *, counts: Mapping[AlertKind, int]) -> TodayPage:
    """All kinds are counted, those with none too: a zero is news."""
    left_out = sum(counts.values()) - len(alerts)
    return TodayPage(
        counts=tuple(CountLine(kind=words, count=counts.get(kind, 0)) for kind, words in KINDS.items()),
        alerts=tuple(map(alert_line, alerts)),
        more=f"{left_out} more wait behind these." if left_out > 0 else "",
    )


def alert_line(alert: WaitingAlert) -> AlertLine:
    """One alert as a line of a list."""
    state = STATES[alert.state] if alert.owner is None else f"{STATES[alert.state]}: {alert.owner}"
    return AlertLine(
        href=f"/alerts/{alert.ref}",
        kind=KINDS[alert.kind],
        sentence=alert.sentence,
        person=person_in_line(alert.family_name, given_names=alert.given_names),
        person_href=f"/people/{alert.person_ref}" if alert.person_ref else None,
        state=state,
        team=alert.team,
        opened=moment(alert.opened_at),
        respond_by=moment(alert.respond_by),
    )


def person_in_line(family_name: str | None, *, given_names: str | None) -> str:
    """A name as lists show it, or words for nobody."""
    if family_name is None:
        return "Nobody known"
    return full_name(PersonName(family=family_name, given=tuple((given_names or "").split())))
