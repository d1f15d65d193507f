"""The print queue of some teams. A letter is addressed by its message's reference."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from rms.audit.moves import record
from rms.caseload.letters.conditions import IN_QUEUE
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import Scope
from rms.db.engine import Tx
from rms.errors import NotFound, Refused
from rms.messages.moves import printed
from rms.people.access import Asker
from rms.people.store import lock_people

# What is known of a death counts at once, before the worker has brought it here from another organisation.
_HELD_BECAUSE = """
case when m.recipient = 'person' and coalesce(p.death_state, known_dead(p.nhs_number)) = 'formal' then 'The person has died.'
     when m.recipient = 'person' and coalesce(p.death_state, known_dead(p.nhs_number)) is not null
       then 'The person may have died.'
     when m.state in ('accepted', 'delivered') then null
     else coalesce(m.state_reason, 'It is being written anew.') end as held_because
"""

_QUEUE = f"""
select m.ref, m.purpose, m.recipient, m.patient_id, g.made_at, m.facts, p.family_name, p.given_names, p.born_text,
       p.nhs_number, {_HELD_BECAUSE},
       count(*) over () as total {IN_QUEUE} and g.made_at <= $6
 order by g.made_at, g.id limit $7 offset $8
"""

_ONE = f"""
select l.id, l.pdf, m.patient_id, m.team_id, l.printed_at, {_HELD_BECAUSE}
  from letter l
  join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
  join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
 where l.organisation_id = $2 and m.team_id = any($1) and m.ref = $3
"""


_SEVERAL = f"""
select m.ref, l.pdf, m.patient_id, l.printed_at, p.family_name, p.given_names, p.born_text, p.nhs_number, {_HELD_BECAUSE}
  from letter l
  join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
  join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
 where l.organisation_id = $2 and m.team_id = any($1) and m.ref = any($3)
 order by l.made_at, l.id
"""


class WaitingLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter that nobody has printed yet. `held_because`: why it must not be printed; None when it may."""

    ref: UUID
    purpose: str
    recipient: str
    patient_id: int
    made_at: datetime
    facts: Mapping[str, Any]
    family_name: str
    given_names: str
    born_text: str
    nhs_number: str | None
    held_because: str | None
    total: int


class LetterFile(msgspec.Struct, frozen=True, kw_only=True):
    """One letter as a PDF file."""

    id: int
    pdf: bytes
    patient_id: int


class OneOfSeveral(msgspec.Struct, frozen=True, kw_only=True):
    """A letter among others. `may_print`: nothing forbids it; `held_because` says what does."""

    ref: UUID
    pdf: bytes
    patient_id: int
    printed_at: datetime | None
    family_name: str
    given_names: str
    born_text: str
    nhs_number: str | None
    held_because: str | None

    @property
    def may_print(self) -> bool:
        """Whether it may go on paper, or is on paper."""
        return self.printed_at is not None or self.held_because is None


async def several_letters(look: Look, refs: Sequence[UUID]) -> list[OneOfSeveral]:
    """Those of these letters that are of my teams, in the order of the queue."""
    return [OneOfSeveral(**dict(row)) for row in await look.tx.fetch(_SEVERAL, *look.scope, list(refs))]


async def waiting_letters(look: Look, scope: Scope, asked: Asked) -> list[WaitingLetter]:
    """One page of the letters to print, the oldest first."""
    since = look.tx.now - timedelta(days=asked.days)
    rows = await look.rows(_QUEUE, *scope.parameters, since, ROWS_A_PAGE, asked.first_row)
    return [msgspec.convert(dict(row), WaitingLetter) for row in rows]


async def letter_file(look: Look, *, ref: UUID) -> LetterFile:
    """One letter, printed or not; NotFound when it is not of these teams, Refused while it may not be printed."""
    row = await _one(look.tx, look.scope, ref)
    _refuse_held(row)
    return LetterFile(id=row["id"], pdf=row["pdf"], patient_id=row["patient_id"])


async def mark_letter_printed(tx: Tx, *, asks: Asker, ref: UUID) -> None:
    """Take a letter out of the print queue. The second time changes nothing; NotFound when it is not of these teams.

    Refused when it was held or taken back meanwhile: then it must not be posted. The last late one answers the team's alert.
    """
    scope = (list(asks.team_ids), asks.organisation_id)
    # Whoever records a death holds the person: so a letter is printed before it or held by it, never both.
    await lock_people(tx, [(await _one(tx, scope, ref))["patient_id"]])
    row = await _one(tx, scope, ref)
    _refuse_held(row)
    if row["printed_at"] is not None:
        return
    await tx.execute("update letter set printed_at = $3, printed_by = $4 where organisation_id = $1 and id = $2",
                     asks.organisation_id, row["id"], tx.now, asks.name)  # fmt: skip
    await printed(tx, organisation_id=asks.organisation_id, team_id=row["team_id"], by=asks.actor, now=tx.now)
    await record(tx, by=asks.actor, verb="letter.printed", subject_kind="letter", subject_id=row["id"],
                 patient_id=row["patient_id"])  # fmt: skip


async def _one(tx: Tx, scope: tuple[list[int], int], ref: UUID) -> Mapping[str, Any]:
    row: Mapping[str, Any] | None = await tx.fetchrow(_ONE, *scope, ref)
    if row is None:
        raise NotFound("There is no such letter.")
    return row


def _refuse_held(row: Mapping[str, Any]) -> None:
    """What is on paper is a record and may be read; anything else only while it may be printed."""
    if row["printed_at"] is None and row["held_because"]:
        raise Refused(f"This letter must not be printed or posted: {row['held_because']}")
