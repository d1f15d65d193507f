"""Notes of one person, and those that wait to be read, in the scope of the one who asks."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.notes.conditions import HANDED_OVER
from rms.caseload.scope import VISIBLE
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import AWAY, Scope
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.people.access import Asker

_OF = """
select n.ref, n.words, n.written_at, w.display_name as author, f.display_name as reader, n.for_staff_id, n.read_at,
       r.display_name as read_by
  from note n join staff w on w.organisation_id = n.organisation_id and w.id = n.written_by_staff_id
  left join staff f on f.organisation_id = n.organisation_id and f.id = n.for_staff_id
  left join staff r on r.organisation_id = n.organisation_id and r.id = n.read_by_staff_id
 where n.organisation_id = $1 and n.patient_id = $2 order by n.written_at desc, n.id desc
"""
_LIST: Final = f"""
with page as materialized (
  select n.*, p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number,
         count(*) over () as total {HANDED_OVER} and n.written_at <= $6 order by n.written_at, n.id limit $7 offset $8)
select n.ref, n.words, n.written_at, n.patient_id, n.for_staff_id as owner_id, n.person_ref, n.family_name, n.given_names,
       n.title, n.born_text, n.nhs_number, n.total, w.display_name as author, f.display_name as owner,
       away.until_on as away_until, away.covered_by
  from page n
  join staff w on w.organisation_id = n.organisation_id and w.id = n.written_by_staff_id
  join staff f on f.organisation_id = n.organisation_id and f.id = n.for_staff_id {AWAY.format(staff="f")}
 order by n.written_at, n.id
"""
_BEHIND = f"""
select n.id as note_id, n.patient_id, p.ref as person_ref from note n
  join patient p on p.organisation_id = n.organisation_id and p.id = n.patient_id
 where n.organisation_id = $2 and n.ref = $3 and n.for_staff_id is not null and ({VISIBLE})
"""
_READER = f"""
select s.id, s.display_name as name,
       exists (select from patient p where p.id = $4 and ({
    VISIBLE.replace(
        "any($1)", "any((select array_agg(m.team_id) from staff_team m where m.staff_id = s.id)::integer[])"
    )
})) as sees
  from staff s where s.organisation_id = $2 and s.ref = $3 and s.ended_at is null
   and exists (select from staff_team m where m.organisation_id = s.organisation_id and m.staff_id = s.id
                  and m.team_id = any($1))
"""


class NoteOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One note. `reader` is whom it was handed over to, `read_by` who read it."""

    ref: UUID
    words: str
    written_at: datetime
    author: str
    reader: str | None
    for_staff_id: int | None
    read_at: datetime | None
    read_by: str | None


class WaitingNote(msgspec.Struct, frozen=True, kw_only=True):
    """One note that waits to be read, as a line of the list."""

    ref: UUID
    words: str
    written_at: datetime
    patient_id: int
    author: str
    owner_id: int
    owner: str
    away_until: date | None
    covered_by: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None
    total: int


class NoteInScope(msgspec.Struct, frozen=True, kw_only=True):
    """Where the address of a note leads."""

    note_id: int
    patient_id: int
    person_ref: UUID


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague; `sees` says whether a team of theirs looks after the person."""

    id: int
    name: str
    sees: bool


async def notes_of(look: Look, *, patient_id: int) -> list[NoteOnFile]:
    """Every note about one person, the newest first."""
    rows = await look.tx.fetch(_OF, look.asks.organisation_id, patient_id)
    return [NoteOnFile(**dict(row)) for row in rows]


async def waiting_notes(look: Look, scope: Scope, asked: Asked, *, before: datetime) -> list[WaitingNote]:
    """One page of the notes that wait, the oldest first."""
    rows = await look.rows(_LIST, *scope.parameters, before, ROWS_A_PAGE, asked.first_row)
    return [msgspec.convert(dict(row), WaitingNote) for row in rows]


async def note_behind(tx: Tx, *, asks: Asker, ref: UUID) -> NoteInScope:
    """The handed-over note an address leads to; NotFound outside the scope of the one who asks."""
    row = await tx.fetchrow(_BEHIND, list(asks.team_ids), asks.organisation_id, ref)
    if row is None:
        raise NotFound("There is no such note.")
    return NoteInScope(**dict(row))


async def reader(tx: Tx, *, asks: Asker, ref: UUID, patient_id: int) -> Reader:
    """The colleague of one's teams whom a form names; Refused when there is none."""
    row = await tx.fetchrow(_READER, list(asks.team_ids), asks.organisation_id, ref, patient_id)
    if row is None:
        raise Refused("Choose a colleague of your teams.")
    return Reader(**dict(row))
