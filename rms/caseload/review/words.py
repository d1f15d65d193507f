"""The words of a review: what was decided, how to say when, what stands at the top of the next page. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.alerts.moves import DecisionKind
from rms.caseload.review.store import SittingRow
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.people import known_by
from rms.dates.spoken import clock_words
from rms.followup.review.model import Place, RowOutcome
from rms.messages.compose import day_in_words

BUTTONS: Final[Mapping[DecisionKind, str]] = {
    DecisionKind.IN_RANGE: "In range",
    DecisionKind.OTHER: "Seen, nothing to do",
    DecisionKind.REPEAT: "Repeat the test",
    DecisionKind.CALL: "I called the person",
    DecisionKind.REFER: "Refer or discuss",
    DecisionKind.SET_ASIDE: "Set aside",
}
_DECIDED: Final[Mapping[DecisionKind, str]] = {
    DecisionKind.IN_RANGE: "in range",
    DecisionKind.OTHER: "seen, nothing to do",
    DecisionKind.REPEAT: "the test is repeated",
    DecisionKind.CALL: "called",
    DecisionKind.REFER: "referred or discussed",
    DecisionKind.SET_ASIDE: "set aside",
}


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the top of the next page. `dropped` names what was not confirmed, with why; `undo` is the way back.

    `whose` says, on a page about a person, whether it is about them; `undo_now` leads to the button that takes the one
    decision back at once, empty when several were made together.
    """

    heading: str
    until: str
    dropped: tuple[str, ...]
    undo: str
    whose: str = ""
    undo_now: str = ""


def decided_words(row: SittingRow) -> str:
    """`set aside until 3 May 2027`"""
    if row.kind is None:
        return ""
    words = _DECIDED.get(DecisionKind(row.kind), row.kind.replace("_", " "))
    return f"{words} until {day_in_words(row.until_on)}" if row.until_on else words


def done_words(rows: Sequence[SittingRow], *, undo: str, now: datetime, of: UUID | None = None) -> Done | None:
    """The last page of a sitting in words; None when nothing was done yet. `of`: whom the page that says it is about."""
    if not rows:
        return None
    last = [row for row in rows if row.page_ref == rows[-1].page_ref]
    confirmed = [row for row in last if row.outcome is RowOutcome.DECIDED]
    dropped = [row for row in last if row.outcome is not RowOutcome.DECIDED]
    if last[0].place is Place.ONE_BY_ONE:
        done = "Done: " if of is None else ""
        heading = f"{done}{last[0].shown.name}, {last[0].shown.test}: {decided_words(last[0])}."
    else:
        heading = f"{counted(len(confirmed), 'result')} confirmed as in range."
    until = max((row.takes_effect_at for row in confirmed if row.takes_effect_at and not row.undone_at), default=None)
    return Done(
        heading=heading,
        until="" if until is None or until <= now else f"You can undo this until {clock_words(until)}.",
        dropped=tuple(dropped_words(row) for row in dropped),
        undo=undo,
        whose="" if of is None else _whose(last, of=of),
        undo_now=_undo_now(confirmed, now=now),
    )


def _whose(last: Sequence[SittingRow], *, of: UUID) -> str:
    if {row.shown.person_ref for row in last} == {of}:
        return "Decided just now, about this person"
    return "Decided just now, not about the person below"


def _undo_now(confirmed: Sequence[SittingRow], *, now: datetime) -> str:
    """Where one decision is taken back; nothing of it has left while that is offered."""
    one = confirmed[0] if len(confirmed) == 1 else None
    if one is None or one.undone_at is not None or one.takes_effect_at is None or one.takes_effect_at <= now:
        return ""
    return f"/review/decisions/{one.decision_ref}/undo"


def dropped_words(row: SittingRow) -> str:
    """Who was left out, why, and where it is now."""
    who = f"{row.shown.name}, {known_by(row.shown.born_text, nhs_number=row.shown.nhs_number)}"
    if row.outcome is RowOutcome.LEFT_OUT:
        return f"{who}: left out. It is now in one by one."
    return f"{who}: not confirmed. {row.outcome_why} It is now in one by one."
