"""What stands around one person: every contact detail there ever was, their needs, whose plans they are on, what waits."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind, AlertState
from rms.caseload.looking import Look
from rms.people.access import Asker
from rms.plans.store import OccurrenceOnFile
from rms.plans.store.occurrences import occurrence_from

_CONTACTS = """
select kind, value, source, as_of, valid_from, valid_until, dead_at, dead_why, recorded_by from contact_point
 where organisation_id = $1 and patient_id = $2 order by valid_until is not null, dead_at is not null, valid_from desc, id desc
"""

_NEEDS = """
select interpreter_needed, needs, messages_stopped_by, death_recorded_at from patient where organisation_id = $1 and id = $2
"""

_PLANS = """
select p.id, t.name as team, t.phone as team_phone, n.display_name as nurse, p.ended_at, e.display_name as ended_by, p.outcome,
       w.modes, w.reason as modes_reason, w.author_name as modes_author, w.set_at as modes_set_at
  from plan p join team t on t.organisation_id = p.organisation_id and t.id = p.team_id
  left join staff n on n.organisation_id = p.organisation_id and n.id = p.nurse_staff_id
  left join staff e on e.organisation_id = p.organisation_id and e.id = p.ended_by_staff_id
  left join lateral (
    select m.modes, m.reason, m.author_name, m.set_at from plan_mode m
     where m.organisation_id = p.organisation_id and m.plan_id = p.id order by m.id desc limit 1) w on true
 where p.organisation_id = $1 and p.patient_id = $2
"""

_OCCURRENCES = """
select id, ref, organisation_id, plan_id, patient_id, team_id, step_key, number, kind, analyte, questionnaire_key, title,
       channel, facts, earliest_on, due_on, latest_on, state, state_reason, done_on, rescheduled
  from occurrence where organisation_id = $1 and plan_id = any($2) order by due_on, id
"""

_ALERTS = """
select a.ref, a.kind, a.state, a.rule_key, a.sentence, a.opened_at, a.respond_by, t.name as team, o.display_name as owner
  from alert a join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
 where a.organisation_id = $1 and a.patient_id = $2 and a.team_id = any($3) and a.state <> 'closed'
 order by case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end,
          a.kind = 'act_today' and not exists (
            select from alert_cause c where c.organisation_id = a.organisation_id and c.alert_id = a.id
               and c.cause_kind = 'answer'), a.opened_at, a.id
"""


class ContactEver(msgspec.Struct, frozen=True, kw_only=True):
    """One way to reach a person, now or once. `as_of`: the day it was known to be right, as far as it was said."""

    kind: str
    value: str
    source: str
    as_of: str | None
    valid_from: date
    valid_until: date | None
    dead_at: datetime | None
    dead_why: str | None
    recorded_by: str

    @property
    def in_force(self) -> bool:
        """Whether it is used."""
        return self.valid_until is None and self.dead_at is None


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What must be borne in mind when speaking or writing to a person, and who stopped the messages to them."""

    interpreter_needed: bool
    needs: tuple[str, ...]
    messages_stopped_by: str | None
    death_recorded_at: datetime | None


class PlanAround(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a plan is, how it ended, and how the person is followed up when somebody has recorded it."""

    id: int
    team: str
    team_phone: str
    nurse: str | None
    ended_at: datetime | None
    ended_by: str | None
    outcome: str | None
    modes: tuple[str, ...] | None = None
    modes_reason: str | None = None
    modes_author: str | None = None
    modes_set_at: datetime | None = None


class OpenAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert about the person that waits in a team of the one who asks."""

    ref: UUID
    kind: AlertKind
    state: AlertState
    rule_key: str
    sentence: str
    opened_at: datetime
    respond_by: datetime
    team: str
    owner: str | None


async def contacts_ever(look: Look, *, patient_id: int) -> list[ContactEver]:
    """Every contact detail, those in force first."""
    rows = await look.tx.fetch(_CONTACTS, look.asks.organisation_id, patient_id)
    return [ContactEver(**dict(row)) for row in rows]


async def needs_of(look: Look, *, patient_id: int) -> Needs:
    """Their needs."""
    row: Any = await look.tx.fetchrow(_NEEDS, look.asks.organisation_id, patient_id)
    return Needs(
        interpreter_needed=row["interpreter_needed"], needs=tuple(one["text"] for one in row["needs"]),
        messages_stopped_by=row["messages_stopped_by"], death_recorded_at=row["death_recorded_at"],
    )  # fmt: skip


async def plans_around(look: Look, *, patient_id: int) -> dict[int, PlanAround]:
    """Team, nurse and end of each plan, by the plan's id."""
    rows = await look.tx.fetch(_PLANS, look.asks.organisation_id, patient_id)
    return {row["id"]: msgspec.convert(dict(row), PlanAround) for row in rows}


async def dates_of(look: Look, *, plan_ids: Sequence[int]) -> dict[int, list[OccurrenceOnFile]]:
    """The stored rows of plans by due date, by the plan's id."""
    found: dict[int, list[OccurrenceOnFile]] = {plan_id: [] for plan_id in plan_ids}
    for row in await look.tx.fetch(_OCCURRENCES, look.asks.organisation_id, list(plan_ids)):
        found[row["plan_id"]].append(occurrence_from(row))
    return found


async def open_alerts_of(look: Look, *, patient_id: int) -> list[OpenAlert]:
    """The alerts that wait, the most urgent first."""
    asks: Asker = look.asks
    rows = await look.tx.fetch(_ALERTS, asks.organisation_id, patient_id, list(asks.team_ids))
    return [msgspec.convert(dict(row), OpenAlert) for row in rows]
