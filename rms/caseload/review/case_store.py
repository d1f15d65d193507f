"""What stands around one case: the person, what they were told last, what else of theirs waits."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look


class LastContact(msgspec.Struct, frozen=True, kw_only=True):
    """One time somebody spoke or wrote to the person. `sort`: message, called; `what` is a purpose or a note."""

    sort: str
    what: str
    how: str
    at: datetime


class AlsoWaits(msgspec.Struct, frozen=True, kw_only=True):
    """Another thing of the same person that waits for a look."""

    ref: UUID
    kind: str
    name: str
    at: datetime


_CONTACTS: Final = """
select sort, what, how, at from (
  (select 'message' as sort, m.purpose as what, m.channel as how, coalesce(m.accepted_at, m.queued_at) as at from message m
    where m.organisation_id = $1 and m.patient_id = $2 and m.recipient = 'person' and m.state in ('accepted', 'delivered')
    order by m.id desc limit 3)
  union all
  (select 'called', coalesce(d.note, ''), s.display_name, d.decided_at from decision d
     join staff s on s.organisation_id = d.organisation_id and s.id = d.decided_by_staff_id
    where d.organisation_id = $1 and d.patient_id = $2 and d.kind = 'call' and d.undone_at is null
    order by d.id desc limit 3)) c
 order by at desc limit 3
"""

_ALSO: Final = """
select r.ref, 'result' as kind, coalesce(r.analyte, r.code_text, '') as name, r.sample_at as at from result r
 where r.organisation_id = $1 and r.patient_id = $2 and r.ref <> $3 and r.review_state in ('to_review', 'set_aside')
   and r.team_id = any($4)
union all
select a.ref, 'response', o.title, a.submitted_at from assignment a
  join occurrence o on o.organisation_id = a.organisation_id and o.id = a.occurrence_id
 where a.organisation_id = $1 and a.patient_id = $2 and a.ref <> $3 and a.review_state in ('to_review', 'set_aside')
   and a.team_id = any($4)
 order by at
"""


async def last_contacts(look: Look, *, patient_id: int) -> list[LastContact]:
    """The last three, the newest first."""
    rows = await look.tx.fetch(_CONTACTS, look.asks.organisation_id, patient_id)
    return [LastContact(**dict(row)) for row in rows]


async def also_waits(look: Look, *, patient_id: int, but: UUID) -> list[AlsoWaits]:
    """What else of the person waits in my teams, the oldest first."""
    rows = await look.tx.fetch(_ALSO, look.asks.organisation_id, patient_id, but, list(look.asks.team_ids))
    return [AlsoWaits(**dict(row)) for row in rows]


async def last_decision(look: Look, *, ref: UUID) -> str:
    """Who decided what about it, in words, when somebody did; empty else."""
    row = await look.tx.fetchrow(
        "select s.display_name, d.kind from decision d"
        " join staff s on s.organisation_id = d.organisation_id and s.id = d.decided_by_staff_id"
        " where d.organisation_id = $1 and d.undone_at is null and d.overtaken_at is null and ("
        "   d.subject_kind = 'result' and d.subject_id = (select id from result where organisation_id = $1 and ref = $2)"
        "   or d.subject_kind = 'response'"
        "      and d.subject_id = (select id from assignment where organisation_id = $1 and ref = $2))"
        " order by d.id desc limit 1",
        look.asks.organisation_id, ref,
    )  # fmt: skip
    return "" if row is None else f"{row['display_name']} decided: {row['kind'].replace('_', ' ')}."
