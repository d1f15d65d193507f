"""One alert of the teams of the one who asks, with its causes and its history; alerts and colleagues behind a form."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind, AlertState
from rms.caseload.looking import Look
from rms.caseload.worklist.surroundings import AWAY
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker

_ALERT: Final = f"""
select a.id, a.ref, a.patient_id, a.subject_kind, a.kind, a.state, a.sentence, a.opened_at, a.respond_by, a.snoozed_until,
       a.snooze_reason, a.closed_at, a.outcome, a.outcome_note, a.team_id, t.name as team, o.id as owner_id,
       o.display_name as owner, away.until_on as owner_away_until, away.covered_by
  from alert a
  join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
  {AWAY.format(staff="o")}
 where a.organisation_id = $2 and a.team_id = any($1) and a.ref = $4
"""

_BEHIND: Final = """
select id, patient_id, team_id from alert where organisation_id = $2 and team_id = any($1) and ref = any($3) order by id
"""

_CAME: Final = """
select case c.cause_kind
         when 'result_came' then (select r.ref from result_version v join result r on r.organisation_id = v.organisation_id
                                     and r.id = v.result_id
                                   where v.organisation_id = $1 and v.id = c.cause_id and r.team_id = any($3))
         when 'answers_came' then (select a.ref from assignment a where a.organisation_id = $1 and a.id = c.cause_id
                                      and a.team_id = any($3)) end
  from alert_cause c where c.organisation_id = $1 and c.alert_id = $2 order by c.id desc limit 1
"""

_RECEIVER: Final = f"""
select s.id, s.display_name as name, away.until_on as away_until,
       array(select m.team_id from staff_team m where m.organisation_id = s.organisation_id and m.staff_id = s.id) as team_ids
  from staff s {AWAY.format(staff="s")}
 where s.organisation_id = $2 and s.ended_at is null and s.ref::text = $4
   and exists (select from staff_team m where m.organisation_id = s.organisation_id and m.staff_id = s.id
                  and m.team_id = any($1))
"""


class AlertInFull(msgspec.Struct, frozen=True, kw_only=True):
    """One alert with the names that belong to it. `subject_kind` says what it is about."""

    id: int
    ref: UUID
    patient_id: int | None
    subject_kind: str
    kind: AlertKind
    state: AlertState
    sentence: str
    opened_at: datetime
    respond_by: datetime
    snoozed_until: datetime | None
    snooze_reason: str | None
    closed_at: datetime | None
    outcome: str | None
    outcome_note: str | None
    team_id: int
    team: str
    owner_id: int | None
    owner: str | None
    owner_away_until: date | None
    covered_by: str | None

    @property
    def about_message(self) -> bool:
        """Whether it is about a laboratory message, or about a sender whose messages wait; answered on its own page."""
        return self.subject_kind in ("inbox", "peer")


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of news that raised or fed an alert."""

    sentence: str
    added_at: datetime


async def what_came(look: Look, *, alert_id: int) -> UUID | None:
    """The result or the answers that an alert waited for, when the last thing it says is that they came; None else."""
    found: UUID | None = await look.tx.fetchval(_CAME, look.asks.organisation_id, alert_id, list(look.asks.team_ids))
    return found


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an alert's history."""

    move: str
    by_name: str
    reason: str | None
    at: datetime


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that a form named."""

    id: int
    patient_id: int | None
    team_id: int


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague who is given something: the teams they work in, and until when they are away."""

    id: int
    name: str
    away_until: date | None
    team_ids: tuple[int, ...]


async def alert_in_full(look: Look, *, ref: UUID) -> AlertInFull:
    """One alert; NotFound when it is not of these teams."""
    row = await look.tx.fetchrow(_ALERT, *look.scope, look.tx.today, ref)
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
    found = await alerts_behind(tx, asks=asks, refs=[ref])
    if not found:
        raise NotFound("There is no such alert.")
    return found[0].id, found[0].patient_id


async def alerts_behind(tx: Tx, *, asks: Asker, refs: Collection[UUID]) -> list[Behind]:
    """The alerts of the asker's teams among those named, in the order of their ids; the others are left out."""
    rows = await tx.fetch(_BEHIND, list(asks.team_ids), asks.organisation_id, list(refs))
    return [Behind(**dict(row)) for row in rows]


async def receiver(tx: Tx, *, asks: Asker, ref: str) -> Receiver:
    """A colleague of the asker's teams; NotFound for anybody else."""
    row = await tx.fetchrow(_RECEIVER, list(asks.team_ids), asks.organisation_id, tx.today, ref)
    if row is None:
        raise NotFound("There is no such colleague in your teams.")
    return msgspec.convert(dict(row), Receiver)
