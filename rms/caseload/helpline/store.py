"""Calls on the helpline: a page of them, one with its history, those of one person; and writing them down."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.helpline.model import Call, Step
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import AWAY, Scope
from rms.caseload.worklist.ways import followed_in
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker

#: What the list can be narrowed to, besides the reasons.
OPEN, SETTLED = "open", "settled"

_COLUMNS: Final = """
h.id, h.ref, h.patient_id, h.caller, h.caller_name, h.reason, h.details, h.advice, h.outcome, h.taken_at,
s.display_name as taken_by, a.ref as alert_ref, a.kind as alert_kind, coalesce(a.state <> 'closed', false) as is_open,
a.respond_by, a.snoozed_until, a.next_escalation_at, a.outcome as ended_with, a.outcome_note, a.closed_at,
o.id as owner_id, o.display_name as owner
"""
_FROM: Final = """
  from helpline_contact h
  join staff s on s.organisation_id = h.organisation_id and s.id = h.taken_by_staff_id
  left join alert a on a.organisation_id = h.organisation_id and a.id = h.alert_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
"""

# What is open comes first, by when somebody must look next; then what is settled, the latest first.
_LIST: Final = f"""
select {_COLUMNS}, t.name as team, away.until_on as owner_away_until, away.covered_by,
       p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number, count(*) over () as total
{_FROM}
  join team t on t.organisation_id = h.organisation_id and t.id = h.team_id
  join patient p on p.organisation_id = h.organisation_id and p.id = h.patient_id
  {AWAY.format(staff="o")}
 where h.organisation_id = $2 and h.team_id = any($1)
   and ($4::bigint is null or a.owner_staff_id = $4 and a.state <> 'closed')
   and (not $5 or a.state = 'open') and h.taken_at <= $6
   and ($7 = '' or $7 = h.reason or $7 = 'open' and a.state <> 'closed'
        or $7 = 'settled' and coalesce(a.state = 'closed', true))
   and {followed_in(row="h", way="$10")}
 order by coalesce(a.state <> 'closed', false) desc,
          case when a.state <> 'closed' then coalesce(a.snoozed_until, a.respond_by) end nulls last, h.id desc
 limit $8 offset $9
"""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One call. What begins with `alert` is None when the call settled it; `is_open`: an alert holds it."""

    id: int
    ref: UUID
    patient_id: int
    caller: str
    caller_name: str | None
    reason: str
    details: str
    advice: str | None
    outcome: str
    taken_at: datetime
    taken_by: str
    alert_ref: UUID | None
    alert_kind: str | None
    is_open: bool
    respond_by: datetime | None
    snoozed_until: datetime | None
    next_escalation_at: datetime | None
    ended_with: str | None
    outcome_note: str | None
    closed_at: datetime | None
    owner_id: int | None
    owner: str | None


class ContactLine(Contact, frozen=True, kw_only=True):
    """One call as a line of the list."""

    team: str
    owner_away_until: date | None
    covered_by: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None
    total: int


class StepTaken(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened after a call."""

    what: str
    detail: str | None
    on_date: date | None
    at: datetime
    by_name: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One call for a door: what a move needs of it."""

    id: int
    ref: UUID
    patient_id: int
    team_id: int
    plan_id: int | None
    alert_id: int | None


async def contact_lines(look: Look, scope: Scope, asked: Asked) -> list[ContactLine]:
    """One page of the list."""
    rows = await look.rows(
        _LIST, *scope.parameters, look.tx.now - timedelta(days=asked.days),
        asked.kind, ROWS_A_PAGE, asked.first_row, asked.way,
    )  # fmt: skip
    return [msgspec.convert(dict(row), ContactLine) for row in rows]


async def contacts_of_person(look: Look, *, patient_id: int) -> list[Contact]:
    """The calls by or about one person, the latest first."""
    rows = await look.tx.fetch(
        f"select {_COLUMNS} {_FROM} where h.organisation_id = $1 and h.patient_id = $2 order by h.id desc limit 50",
        look.asks.organisation_id, patient_id,
    )  # fmt: skip
    return [msgspec.convert(dict(row), Contact) for row in rows]


async def contact_behind(look: Look, *, ref: UUID) -> Contact:
    """The call an address leads to; NotFound when it is not of the asker's teams."""
    row = await look.tx.fetchrow(
        f"select {_COLUMNS} {_FROM} where h.organisation_id = $2 and h.team_id = any($1) and h.ref = $3",
        *look.scope,
        ref,
    )
    if row is None:
        raise NotFound("There is no such call.")
    return msgspec.convert(dict(row), Contact)


async def steps_of(look: Look, *, contact_id: int) -> list[StepTaken]:
    """What happened after a call, in order."""
    rows = await look.tx.fetch(
        "select w.what, w.detail, w.on_date, w.at, s.display_name as by_name from helpline_step w"
        " join staff s on s.organisation_id = w.organisation_id and s.id = w.by_staff_id"
        " where w.organisation_id = $1 and w.contact_id = $2 order by w.id",
        look.asks.organisation_id, contact_id,
    )  # fmt: skip
    return [StepTaken(**dict(row)) for row in rows]


async def held_contact(tx: Tx, *, asks: Asker, ref: UUID) -> Held:
    """The same for a door."""
    row = await tx.fetchrow(
        "select id, ref, patient_id, team_id, plan_id, alert_id from helpline_contact"
        " where organisation_id = $2 and team_id = any($1) and ref = $3",
        list(asks.team_ids), asks.organisation_id, ref,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such call.")
    return Held(**dict(row))


async def team_and_plan(tx: Tx, *, asks: Asker, patient_id: int) -> tuple[int, int | None]:
    """Whose call it is: of the team of the asker that follows the person, else of the asker's first."""
    row = await tx.fetchrow(
        "select team_id, id from plan where organisation_id = $1 and patient_id = $2 and team_id = any($3)"
        " order by state = 'ended', id desc limit 1",
        asks.organisation_id, patient_id, list(asks.team_ids),
    )  # fmt: skip
    return (asks.team_ids[0], None) if row is None else (row["team_id"], row["id"])


async def note_contact(
    tx: Tx,
    *,
    asks: Asker,
    patient_id: int,
    team_id: int,
    plan_id: int | None,
    call: Call,
    number: int,
    alert_id: int | None,
) -> UUID:
    """Write a call down under the number drawn for it; its reference. `alert_id` is the alert that holds it."""
    ref: UUID = await tx.fetchval(
        "insert into helpline_contact (organisation_id, patient_id, team_id, plan_id, caller, caller_name, reason, details,"
        " advice, outcome, taken_at, taken_by_staff_id, alert_id, id)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning ref",
        asks.organisation_id, patient_id, team_id, plan_id, call.caller, call.caller_name, call.reason, call.details,
        call.advice, call.outcome, tx.now, asks.staff_id, alert_id,
        number,
    )  # fmt: skip
    return ref


async def next_contact_number(tx: Tx) -> int:
    """The number that the alert of a call is about; drawn beforehand, because call and alert name each other."""
    number: int = await tx.fetchval("select nextval(pg_get_serial_sequence('helpline_contact', 'id'))")
    return number


async def hold_with(tx: Tx, *, asks: Asker, contact_id: int, alert_id: int) -> None:
    """From now on this alert holds the call."""
    await tx.execute("update helpline_contact set alert_id = $3 where organisation_id = $1 and id = $2",
                     asks.organisation_id, contact_id, alert_id)  # fmt: skip


async def note_step(tx: Tx, *, asks: Asker, contact_id: int, step: Step) -> None:
    """Write down what happened after a call."""
    await tx.execute(
        "insert into helpline_step (organisation_id, contact_id, what, detail, on_date, at, by_staff_id)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        asks.organisation_id, contact_id, step.what, step.detail, step.on, tx.now, asks.staff_id,
    )  # fmt: skip
