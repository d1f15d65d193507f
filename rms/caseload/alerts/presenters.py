"""One alert as strings."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from rms.alerts.lifecycle import OUTCOMES, AlertOutcome
from rms.alerts.model import AlertKind, AlertState
from rms.caseload.alerts.forms import TIMES
from rms.caseload.alerts.never_told import NeverToldLine
from rms.caseload.alerts.store import AlertInFull, Cause, Move
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.people.words import ALERT_MOVES, by_whom
from rms.caseload.words import in_words, kind_words, moment
from rms.caseload.worklist.ages import age, sentence, target, when
from rms.caseload.worklist.frame import Option, colleague_words
from rms.caseload.worklist.people import OwnerCell, owner_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.clock import london_date
from rms.messages.moves.printing import PRINT_QUEUE
from rms.messages.printing import late_now
from rms.messages.store import LateLetters
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, `what` with its reason."""

    at: str
    who: str
    what: str


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/alert.html`. What one may not do, or what the alert's state does not allow, is None or empty.

    `state` is empty unless it is set aside. `message` leads to the laboratory message that it is about, where that is dealt
    with; `letters` to the print queue, when it is about letters that nobody has printed; `letters_now` counts
    them.
    `came` leads to the result or the answers it waited for, when they have come; it is then closed in one press.
    `never_told` lists what a death took back that was a mistake.
    """

    kind: str
    sentence: str
    bar: IdentityBar | None
    state: str
    owner: OwnerCell
    team: str
    opened: str
    target: str
    is_over: bool
    outcome: str
    causes: tuple[HistoryLine, ...]
    history: tuple[HistoryLine, ...]
    path: str
    message: str | None
    came: str | None
    letters: str | None
    letters_now: str
    never_told: tuple[NeverToldLine, ...]
    may_take: bool
    had_by: str
    may_act: bool
    receivers: tuple[Option, ...]
    times: tuple[Option, ...]
    outcomes: tuple[Option, ...]
    typed: Submitted
    errors: FieldErrors


def outcomes_for(kind: AlertKind) -> tuple[AlertOutcome, ...]:
    """The outcomes an alert of a kind may have, in the order of the list."""
    return tuple(outcome for outcome in AlertOutcome if outcome in OUTCOMES[kind])


def present_alert(
    alert: AlertInFull,
    *,
    person: PersonOnFile | None,
    causes: Sequence[Cause],
    moves: Sequence[Move],
    around: Surroundings,
    asks: Asker,
    now: datetime,
    came: UUID | None = None,
    letters: LateLetters | None = None,
    never_told: tuple[NeverToldLine, ...] = (),
    typed: Submitted,
    errors: FieldErrors = NO_ERRORS,
) -> AlertPage:
    """The page offers only what the one who asks may do and what the alert's state allows."""
    is_open = alert.state is not AlertState.CLOSED
    may_act = is_open and asks.may(Permission.ALERT_OWN)
    may_close = is_open and asks.may(Permission.ALERT_CLOSE) and not alert.about_message
    today = london_date(now)
    chosen = typed.one("outcome") or (AlertOutcome.RESULT_FOUND if came else "")
    if not typed.pairs and alert.kind is AlertKind.ACT_TODAY:
        typed = Submitted(
            pairs=tuple((f"until-{part}", str(getattr(today, part))) for part in ("day", "month", "year"))
        )
    return AlertPage(
        kind=kind_words(alert.kind, respond_by=alert.respond_by, today=today),
        sentence=alert.sentence, state=_state(alert, now=now), team=alert.team,
        bar=None if person is None else identity_bar(person, today=today),
        owner=owner_cell(owner_id=alert.owner_id, owner=alert.owner, away_until=alert.owner_away_until,
                         covered_by=alert.covered_by, me=asks.staff_id),
        opened=f"{sentence(when(alert.opened_at, now=now))} ({age(alert.opened_at, now=now)} ago)",
        target=sentence(target(alert.respond_by, now=now)), is_over=is_open and alert.respond_by < now,
        outcome=_outcome(alert),
        causes=_causes(causes, said=alert.sentence),
        history=tuple(_line(one) for one in moves),
        path=f"/alerts/{alert.ref}",
        message=f"/unmatched/{alert.ref}" if alert.about_message else None,
        came=f"/review/cases/{came}" if came and is_open else None,
        letters="/letters" if alert.subject_kind == PRINT_QUEUE and is_open else None,
        letters_now=late_now(letters=letters.letters, since=london_date(letters.since)) if letters and is_open else "",
        never_told=never_told,
        may_take=may_act and alert.owner_id != asks.staff_id,
        had_by=str(alert.owner_id or ""),
        may_act=may_act,
        receivers=_receivers(around, asks=asks, typed=typed) if is_open else (),
        times=tuple(Option(code=code, text=code, chosen=typed.one("at") == code) for code in TIMES) if may_act else (),
        outcomes=tuple(
            Option(code=one, text=in_words(one), chosen=chosen == one) for one in outcomes_for(alert.kind)
        ) if may_close else (),
        typed=typed, errors=errors,
    )  # fmt: skip


def _causes(causes: Sequence[Cause], *, said: str) -> tuple[HistoryLine, ...]:
    """Why it is there, each reason once; none when there is only the one that stands at the top already."""
    first: dict[str, Cause] = {}
    for one in causes:
        first.setdefault(one.sentence, one)
    if set(first) == {said}:
        return ()
    return tuple(HistoryLine(at=moment(one.added_at), who="", what=one.sentence) for one in first.values())


def _state(alert: AlertInFull, *, now: datetime) -> str:
    if alert.state is AlertState.SNOOZED and alert.snoozed_until is not None:
        return f"Comes back {when(alert.snoozed_until, now=now)}: {alert.snooze_reason}"
    return ""


def _receivers(around: Surroundings, *, asks: Asker, typed: Submitted) -> tuple[Option, ...]:
    if not asks.may(Permission.ALERT_REASSIGN):
        return ()
    return tuple(
        Option(code=str(one.ref), text=colleague_words(one, me=asks.staff_id), chosen=typed.one("to") == str(one.ref))
        for one in around.colleagues
        if one.id != asks.staff_id
    )


def _outcome(alert: AlertInFull) -> str:
    if alert.outcome is None:
        return ""
    note = f": {alert.outcome_note}" if alert.outcome_note else ""
    return f"{in_words(alert.outcome)}{note} ({moment(alert.closed_at)})"


def _line(move: Move) -> HistoryLine:
    words = ALERT_MOVES.get(move.move) or in_words(move.move)
    if move.move == "add_cause":  # the news itself stands among the reasons
        return HistoryLine(at=moment(move.at), who=by_whom(move.by_name), what=words)
    reason = in_words(move.reason) if move.move == "close" and move.reason else move.reason  # of closing it is a code
    return HistoryLine(at=moment(move.at), who=by_whom(move.by_name), what=f"{words}: {reason}" if reason else words)
