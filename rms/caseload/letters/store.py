"""The print queue of some teams. A letter is addressed by its message's reference."""

from datetime import datetime
from uuid import UUID

import msgspec

from rms.audit.moves import record
from rms.caseload.looking import Look
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker

LONGEST = 200

_QUEUE = """
select m.ref, m.purpose, m.recipient, m.patient_id, l.made_at, p.family_name, p.given_names
  from letter l
  join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
  join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
 where l.organisation_id = $2 and m.team_id = any($1) and l.printed_at is null
 order by l.made_at, l.id limit $3
"""

_ONE = """
select l.id, l.pdf, m.patient_id from letter l join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
 where l.organisation_id = $2 and m.team_id = any($1) and m.ref = $3
"""

_PRINTED = """
update letter l set printed_at = $4, printed_by = $5 from message m
 where l.organisation_id = $2 and m.organisation_id = $2 and m.id = l.message_id and m.team_id = any($1) and m.ref = $3
   and l.printed_at is null
returning l.id, m.patient_id
"""


class WaitingLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter that nobody has printed yet."""

    ref: UUID
    purpose: str
    recipient: str
    patient_id: int
    made_at: datetime
    family_name: str
    given_names: str


class LetterFile(msgspec.Struct, frozen=True, kw_only=True):
    """One letter as a PDF file."""

    id: int
    pdf: bytes
    patient_id: int


async def waiting_letters(look: Look) -> list[WaitingLetter]:
    """The first LONGEST letters to print, the oldest first."""
    return [WaitingLetter(**dict(row)) for row in await look.tx.fetch(_QUEUE, *look.scope, LONGEST)]


async def letter_file(look: Look, *, ref: UUID) -> LetterFile:
    """One letter, printed or not; NotFound when it is not of these teams."""
    row = await look.tx.fetchrow(_ONE, *look.scope, ref)
    if row is None:
        raise NotFound("There is no such letter.")
    return LetterFile(**dict(row))


async def mark_letter_printed(tx: Tx, *, asks: Asker, ref: UUID) -> None:
    """Take a letter out of the print queue. The second time changes nothing; NotFound when it is not of these teams."""
    scope = (list(asks.team_ids), asks.organisation_id, ref)
    row = await tx.fetchrow(_PRINTED, *scope, tx.now, asks.name)
    if row is None:
        if await tx.fetchrow(_ONE, *scope) is None:
            raise NotFound("There is no such letter.")
        return
    await record(tx, by=asks.actor, verb="letter.printed", subject_kind="letter", subject_id=row["id"],
                 patient_id=row["patient_id"])  # fmt: skip
