"""Escalated alerts as strings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.escalated.store import Escalated, Holder
from rms.caseload.words import KINDS
from rms.caseload.worklist.ages import age, sentence, target
from rms.caseload.worklist.people import OwnerCell, owner_cell

PATH: Final = "/escalated"


class EscalatedLine(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one kind of one team, without whom they are about. `untaken` is empty when each has an owner."""

    count: str
    kind: str
    team: str
    phone: str
    leads: str
    owners: tuple[OwnerCell, ...]
    untaken: str
    age: str
    target: str


class EscalatedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/escalated.html`."""

    lines: tuple[EscalatedLine, ...]


def present_escalated(found: Sequence[Escalated], *, me: int, now: datetime) -> EscalatedPage:
    """The page."""
    return EscalatedPage(lines=tuple(_line(one, me=me, now=now) for one in found))


def _line(one: Escalated, *, me: int, now: datetime) -> EscalatedLine:
    return EscalatedLine(
        count=f"{one.waiting:,}", kind=KINDS[one.kind], team=one.team, phone=one.phone,
        leads=", ".join(one.leads) or "Nobody is named", owners=tuple(_owner(holder, me=me) for holder in one.owners),
        untaken=f"{one.untaken:,}: nobody has taken {'it' if one.untaken == 1 else 'them'}" if one.untaken else "",
        age=age(one.opened_at, now=now), target=sentence(target(one.respond_by, now=now)),
    )  # fmt: skip


def _owner(holder: Holder, *, me: int) -> OwnerCell:
    cell = owner_cell(
        owner_id=holder.id, owner=holder.name, away_until=holder.away_until, covered_by=holder.covered_by, me=me
    )
    return msgspec.structs.replace(cell, name=f"{holder.holds:,}: {cell.name}")
