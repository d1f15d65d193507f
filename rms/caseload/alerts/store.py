"""One alert of the teams of the one who asks, with its causes and its history."""

from datetime import datetime
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind, AlertState
from rms.caseload.looking import Look
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker

_ALERT = """
select a.id, a.ref, a.patient_id, a.kind, a.state, a.sentence, a.opened_at, a.respond_by, a.closed_at, a.outcome,
       a.outcome_note, t.name as team, o.display_name as owner, p.ref as person_ref, p.family_name, p.given_names
  from alert a
  join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
  left join patient p on p.organisation_id = a.organisation_id and p.id = a.patient_id
 where a.organisation_id = $2 and a.team_id = any($1) and a.ref = $3
"""


class AlertInFull(msgspec.Struct, frozen=True, kw_only=True):
    """One alert with the names that belong to it."""

    id: int
    ref: UUID
    patient_id: int | None
    kind: AlertKind
    state: AlertState
    sentence: str
    opened_at: datetime
    respond_by: datetime
    closed_at: datetime | None
    outcome: str | None
    outcome_note: str | None
    team: str
    owner: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of news that raised or fed an alert."""

    sentence: str
    added_at: datetime


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an alert's history."""

    move: str
    by_name: str
    reason: str | None
    at: datetime


async def alert_in_full(look: Look, *, ref: UUID) -> AlertInFull:
    """One alert; NotFound when it is not of these teams."""
    row = await look.tx.fetchrow(_ALERT, *look.scope, ref)
    if row is None:
        raise NotFound("There is no such alert.")
    return msgspec.convert(dict(row), AlertInFull)


async def causes_of(look: Look, *, alert_id: int) -> list[Cause]:
    """Why it is there, the first reason first."""
    rows = await look.tx.fetch(
        "select sentence, added_at from alert_cause where organisation_id = $1 and alert_id = $2 order by id",
        look.asks.organisation_id, alert_id,
    )  # fmt: skip
    return [Cause(**dict(row)) for row in rows]


async def moves_of(look: Look, *, alert_id: int) -> list[Move]:
    """What was done about it, in order."""
    rows = await look.tx.fetch(
        "select move, by_name, reason, at from alert_move where organisation_id = $1 and alert_id = $2 order by id",
        look.asks.organisation_id, alert_id,
    )  # fmt: skip
    return [Move(**dict(row)) for row in rows]


async def alert_behind(tx: Tx, *, asks: Asker, ref: UUID) -> tuple[int, int | None]:
    """Where an address leads: the alert's id and the person's; NotFound when it is not of the asker's teams."""
    row = await tx.fetchrow(
        "select id, patient_id from alert where organisation_id = $2 and team_id = any($1) and ref = $3",
        list(asks.team_ids), asks.organisation_id, ref,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such alert.")
    return row["id"], row["patient_id"]
