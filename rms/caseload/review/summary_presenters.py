"""One sitting as strings: what was done and can be undone, what was left out and why, when letters and texts leave."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from rms.alerts.moves import DecisionKind
from rms.caseload.review.store import Leaving, SittingRow
from rms.caseload.review.words import decided_words, dropped_words
from rms.caseload.worklist.ages import counted, sentence, when
from rms.caseload.worklist.people import known_by
from rms.dates import next_allowed
from rms.dates.spoken import clock_words
from rms.followup.review.model import Place, RowOutcome

_CHANNELS = {"sms": "text", "email": "email", "letter": "letter"}
_TO = {"person": "to people", "gp_practice": "to GP practices"}


class SummaryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. `who` tells two of one name apart; `undo` is where its button leads, empty when `state` says why not."""

    href: str
    name: str
    who: str
    what: str
    decided: str
    note: str
    state: str
    undo: str


class Together(msgspec.Struct, frozen=True, kw_only=True):
    """A page of ten of which several can still be undone, by one button."""

    undo: str
    text: str


class SummaryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/review/summary.html`."""

    counts: tuple[str, ...]
    done: tuple[SummaryRow, ...]
    aside: tuple[SummaryRow, ...]
    dropped: tuple[str, ...]
    leaving: tuple[str, ...]
    together: tuple[Together, ...] = ()


def present_summary(rows: Sequence[SittingRow], *, leaving: Sequence[Leaving], now: datetime) -> SummaryPage:
    """The newest first, because what one wants to undo is what one did last."""
    decided = [row for row in reversed(rows) if row.outcome is RowOutcome.DECIDED]
    aside = tuple(_row(row, now=now) for row in decided if row.kind == DecisionKind.SET_ASIDE)
    done = tuple(_row(row, now=now) for row in decided if row.kind != DecisionKind.SET_ASIDE)
    dropped = tuple(dropped_words(row) for row in reversed(rows) if row.outcome is not RowOutcome.DECIDED)
    undone = sum(1 for row in decided if row.undone_at is not None)
    return SummaryPage(
        counts=(
            f"{len(done)} decided", f"{len(aside)} set aside", f"{len(dropped)} left out or not confirmed", f"{undone} undone",
        ),
        done=done, aside=aside, dropped=dropped,
        leaving=tuple(line for one in leaving for line in _leaving(one, now=now)), together=_together(decided, now=now),
    )  # fmt: skip


def _together(decided: Sequence[SittingRow], *, now: datetime) -> tuple[Together, ...]:
    """The pages of ten of which more than one can be undone, the latest first; one alone has its own button."""
    pages: dict[UUID, list[SittingRow]] = {}
    for row in decided:
        if row.place is Place.IN_RANGE and not _state(row, now=now):
            pages.setdefault(row.page_ref, []).append(row)
    return tuple(
        Together(
            undo=f"/review/tens/{ref}/undo",
            text=f"Undo all {len(rows)} confirmed together ({rows[-1].shown.name} to {rows[0].shown.name})",
        )
        for ref, rows in pages.items()
        if len(rows) > 1
    )


def _row(row: SittingRow, *, now: datetime) -> SummaryRow:
    state = _state(row, now=now)
    return SummaryRow(
        href=f"/review/cases/{row.shown.subject_ref}", name=row.shown.name,
        who=known_by(row.shown.born_text, nhs_number=row.shown.nhs_number), what=f"{row.shown.test} {row.shown.value}",
        decided=sentence(decided_words(row)), note=row.note or "",
        state=state or f"Until {clock_words(row.takes_effect_at)}" if row.takes_effect_at else state,
        undo="" if state else f"/review/decisions/{row.decision_ref}/undo",
    )  # fmt: skip


def _state(row: SittingRow, *, now: datetime) -> str:
    """Why it cannot be undone; empty when it can."""
    if row.undone_at is not None:
        return f"Undone {when(row.undone_at, now=now)}"
    if row.overtaken_at is not None:
        return "It has changed since: decide anew"
    if row.takes_effect_at is None or row.takes_effect_at <= now:
        return "Can no longer be undone"
    return ""


def _leaving(one: Leaving, *, now: datetime) -> list[str]:
    words = _CHANNELS.get(one.channel, one.channel)
    to = _TO.get(one.recipient, f"to {one.recipient.replace('_', ' ')}")
    found = []
    if one.waiting and one.at is not None:
        leaves = "can be printed" if one.channel == "letter" else "leaves" if one.waiting == 1 else "leave"
        found.append(f"{counted(one.waiting, words)} {to} {leaves} {_from(one, now=now)}.")
    if one.to_print:
        found.append(f"{counted(one.to_print, words)} {to} {'waits' if one.to_print == 1 else 'wait'} to be printed.")
    if one.left:
        sent = "marked as printed" if one.channel == "letter" else "handed over to be sent"
        found.append(f"{counted(one.left, words)} {to}: {sent}.")
    return found


def _from(one: Leaving, *, now: datetime) -> str:
    """When the first leaves: nothing reaches people at night, letters are printed when somebody prints them."""
    assert one.at is not None
    at = max(one.at, now)
    if one.channel == "letter":
        return f"from {when(at, now=now).removeprefix('today at ')} on"
    return f"from {when(next_allowed(at), now=now).removeprefix('today at ')} on"
