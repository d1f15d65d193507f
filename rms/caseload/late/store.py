"""What has not come back, a page at a time, with the last contact and what the system does next; and one of them."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.late.conditions import LATE
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import AWAY, Scope
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker
from rms.plans.moves.rows import note

#: What a contact is called in the history of an occurrence.
CONTACT: Final = "contact"

# First the page, then what belongs to its rows: a long list costs no more than its page.
_LATE: Final = f"""
with page as materialized (
  select o.id, o.ref, o.kind, o.title, o.due_on, o.organisation_id, o.patient_id, o.plan_id, o.team_id, l.nurse_staff_id,
         count(*) over () as total
  {LATE} and o.due_on <= $3 - $6::integer and ($7 = '' or o.kind = $7)
     -- Somebody for whom nobody has recorded a way stands under each of them: nobody is left out of sight.
     and ($10 = '' or coalesce((select $10 = any(w.modes) from plan_mode w where w.organisation_id = l.organisation_id
                                   and w.plan_id = l.id order by w.id desc limit 1), true))
   order by o.due_on, o.id limit $8 offset $9)
select g.ref, g.kind, g.title, g.due_on, g.patient_id, g.total, t.name as team, o.id as owner_id, o.display_name as owner,
       away.until_on as owner_away_until, away.covered_by, p.ref as person_ref, p.family_name, p.given_names, p.title as prefix,
       p.born_text, p.nhs_number, p.prefers, p.messages_stopped_at is not null as no_messages,
       told.detail as last_contact, told.at as last_contact_at, told.by_name as last_contact_by,
       b.what as arranged, b.by_whom as arranged_by, b.on_date as booked_for,
       c.stage as next_stage, c.act_on as next_on, a.ref as alert_ref, a.snoozed_until, q.ref as asked_ref
  from page g
  join team t on t.organisation_id = g.organisation_id and t.id = g.team_id
  join patient p on p.organisation_id = g.organisation_id and p.id = g.patient_id
  left join lateral (
    select e.detail, e.at, e.by_name from occurrence_event e
     where e.organisation_id = g.organisation_id and e.occurrence_id = g.id and e.what = '{CONTACT}'
     order by e.id desc limit 1) told on true
  left join lateral (
    select r.what, r.by_whom, r.on_date from test_arrangement r
     where r.organisation_id = g.organisation_id and r.occurrence_id = g.id order by r.id desc limit 1) b on true
  left join lateral (
    select c.stage, c.act_on from calendar c
     where c.organisation_id = g.organisation_id and c.occurrence_id = g.id order by c.act_on limit 1) c on true
  left join lateral (
    select a.ref, a.snoozed_until, a.owner_staff_id from alert a
     where a.organisation_id = g.organisation_id and a.subject_kind = 'plan' and a.subject_id = g.plan_id
       and a.state <> 'closed'
       and exists (select from alert_cause x where x.organisation_id = a.organisation_id and x.alert_id = a.id
                      and x.cause_id = g.id and (x.cause_kind ^@ 'occurrence:' or x.cause_kind ^@ 'contact:'))
     order by a.id limit 1) a on true
  left join assignment q on q.organisation_id = g.organisation_id and q.occurrence_id = g.id and q.state in ('asked', 'opened')
  left join staff o on o.organisation_id = g.organisation_id and o.id = coalesce(a.owner_staff_id, g.nurse_staff_id)
  {AWAY.format(staff="o")}
 order by g.due_on, g.id
"""

_ONE: Final = """
select o.id, o.ref, o.plan_id, o.patient_id, o.team_id, o.step_key, o.kind, o.title, o.due_on, o.state
  from occurrence o where o.organisation_id = $2 and o.team_id = any($1) and o.ref = $3
"""


class LateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One test or questionnaire that has not come back. `alert_ref` and `snoozed_until` are of its open alert."""

    ref: UUID
    kind: str
    what: str
    due_on: date
    patient_id: int
    total: int
    team: str
    owner_id: int | None
    owner: str | None
    owner_away_until: date | None
    covered_by: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None
    prefers: str
    no_messages: bool
    last_contact: str | None
    last_contact_at: datetime | None
    last_contact_by: str | None
    arranged: str | None
    arranged_by: str | None
    booked_for: date | None
    next_stage: str | None
    next_on: date | None
    alert_ref: UUID | None
    snoozed_until: datetime | None
    asked_ref: UUID | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One dated step that somebody is called about."""

    id: int
    ref: UUID
    plan_id: int
    patient_id: int
    team_id: int
    step_key: str
    kind: str
    title: str
    due_on: date
    state: str


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One contact about a step."""

    at: datetime
    by_name: str
    detail: str


async def late_lines(look: Look, scope: Scope, asked: Asked) -> list[LateLine]:
    """One page, the longest late first."""
    rows = await look.rows(_LATE, *scope.parameters, asked.days, asked.kind, ROWS_A_PAGE, asked.first_row,
                               asked.way)  # fmt: skip
    return [msgspec.convert(_renamed(dict(row)), LateLine) for row in rows]


def _renamed(row: dict[str, object]) -> dict[str, object]:
    """The test's title is what is late; the person's is their title."""
    return {**row, "what": row["title"], "title": row["prefix"]}


async def step_behind(tx: Tx, *, asks: Asker, ref: UUID) -> Step:
    """The step an address leads to; NotFound when it is not of the asker's teams."""
    row = await tx.fetchrow(_ONE, list(asks.team_ids), asks.organisation_id, ref)
    if row is None:
        raise NotFound("There is no such step of a plan.")
    return Step(**dict(row))


async def contacts_about(look: Look, *, step: Step) -> list[Contact]:
    """What came of earlier contacts about a step, the latest first."""
    rows = await look.tx.fetch(
        "select at, by_name, detail from occurrence_event"
        " where organisation_id = $1 and occurrence_id = $2 and what = $3 order by id desc",
        look.asks.organisation_id, step.id, CONTACT,
    )  # fmt: skip
    return [Contact(**dict(row)) for row in rows]


async def note_contact(tx: Tx, *, asks: Asker, step: Step, sentence: str) -> int:
    """Write a contact into the history of its step; returns how many there are now."""
    await note(tx, organisation_id=asks.organisation_id, occurrence_id=step.id, what=CONTACT, detail=sentence,
               by=asks.actor, now=tx.now)  # fmt: skip
    number: int = await tx.fetchval(
        "select count(*) from occurrence_event where organisation_id = $1 and occurrence_id = $2 and what = $3",
        asks.organisation_id, step.id, CONTACT,
    )  # fmt: skip
    return number
