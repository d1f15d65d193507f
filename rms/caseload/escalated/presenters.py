"""Escalated alerts as strings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.escalated.store import EscalatedAlert
from rms.caseload.words import kind_words
from rms.caseload.worklist.ages import age, sentence, target, when
from rms.caseload.worklist.people import OwnerCell, owner_cell
from rms.clock import london_date

PATH: Final = "/escalated"


class EscalatedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One alert, without whom it is about."""

    kind: str
    team: str
    phone: str
    leads: str
    owner: OwnerCell
    age: str
    target: str
    again: str


class EscalatedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/escalated.html`."""

    lines: tuple[EscalatedLine, ...]


def present_escalated(found: Sequence[EscalatedAlert], *, me: int, now: datetime) -> EscalatedPage:
    """The page."""
    return EscalatedPage(lines=tuple(_line(one, me=me, now=now) for one in found))


def _line(one: EscalatedAlert, *, me: int, now: datetime) -> EscalatedLine:
    return EscalatedLine(
        kind=kind_words(one.kind, respond_by=one.respond_by, today=london_date(now)),
        team=one.team, phone=one.phone, leads=", ".join(one.leads) or "Nobody is named",
        owner=owner_cell(owner_id=one.owner_id, owner=one.owner, away_until=one.owner_away_until,
                         covered_by=one.covered_by, me=me),
        age=age(one.opened_at, now=now), target=sentence(target(one.respond_by, now=now)),
        again=sentence(when(one.next_escalation_at, now=now)),
    )  # fmt: skip
