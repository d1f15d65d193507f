"""One alert as strings."""

from collections.abc import Sequence

import msgspec

from rms.alerts.lifecycle import OUTCOMES, AlertOutcome
from rms.alerts.model import AlertKind, AlertState
from rms.caseload.alerts.store import AlertInFull, Cause, Move
from rms.caseload.today.presenters import person_in_line
from rms.caseload.words import KINDS, STATES, in_words, moment
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome to choose."""

    code: str
    text: str
    chosen: bool


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, `what` with its reason."""

    at: str
    who: str
    what: str


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/alert.html`. `outcomes` is empty when the one who asks may not end it."""

    kind: str
    sentence: str
    person: str
    person_href: str | None
    state: str
    team: str
    opened: str
    respond_by: str
    outcome: str
    causes: tuple[HistoryLine, ...]
    history: tuple[HistoryLine, ...]
    take: str | None
    close: str
    outcomes: tuple[Choice, ...]
    typed: Submitted
    errors: FieldErrors


def outcomes_for(kind: AlertKind) -> tuple[AlertOutcome, ...]:
    """The outcomes an alert of a kind may have, in the order of the list."""
    return tuple(outcome for outcome in AlertOutcome if outcome in OUTCOMES[kind])


def present_alert(
    alert: AlertInFull,
    *,
    causes: Sequence[Cause],
    moves: Sequence[Move],
    asks: Asker,
    typed: Submitted,
    errors: FieldErrors = NO_ERRORS,
) -> AlertPage:
    """The page offers only what the one who asks may do and what the alert's state allows."""
    is_open = alert.state is not AlertState.CLOSED
    state = STATES[alert.state] if alert.owner is None else f"{STATES[alert.state]}: {alert.owner}"
    outcomes = outcomes_for(alert.kind) if is_open and asks.may(Permission.ALERT_CLOSE) else ()
    return AlertPage(
        kind=KINDS[alert.kind], sentence=alert.sentence, state=state, team=alert.team,
        person=person_in_line(alert.family_name, given_names=alert.given_names),
        person_href=f"/people/{alert.person_ref}" if alert.person_ref else None,
        opened=moment(alert.opened_at), respond_by=moment(alert.respond_by),
        outcome=_outcome(alert),
        causes=tuple(HistoryLine(at=moment(one.added_at), who="", what=one.sentence) for one in causes),
        history=tuple(_line(one) for one in moves),
        take=f"/alerts/{alert.ref}/take" if is_open and asks.may(Permission.ALERT_OWN) else None,
        close=f"/alerts/{alert.ref}/close",
        outcomes=tuple(
            Choice(code=one, text=in_words(one), chosen=typed.one("outcome") == one) for one in outcomes
        ),
        typed=typed, errors=errors,
    )  # fmt: skip


def _outcome(alert: AlertInFull) -> str:
    if alert.outcome is None:
        return ""
    note = f": {alert.outcome_note}" if alert.outcome_note else ""
    return f"{in_words(alert.outcome)}{note} ({moment(alert.closed_at)})"


def _line(move: Move) -> HistoryLine:
    reason = f": {move.reason}" if move.reason else ""
    return HistoryLine(at=moment(move.at), who=move.by_name, what=f"{in_words(move.move)}{reason}")
