"""What the pages of a review read besides the review itself: who else looks, one sitting with all that became of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.followup.review.model import Place, RowOutcome, Shown
from rms.people.access import Asker


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who looks at things of these teams at this moment, and at how many."""

    name: str
    holds: int


class SittingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was shown in a sitting, with what was decided; the decision is None when it was dropped."""

    patient_id: int
    page_ref: UUID
    place: Place
    shown: Shown
    outcome: RowOutcome
    outcome_why: str | None
    used_at: datetime
    decision_ref: UUID | None
    kind: str | None
    note: str | None
    until_on: date | None
    takes_effect_at: datetime | None
    undone_at: datetime | None
    overtaken_at: datetime | None


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """So many messages of one sort that decisions of a sitting have caused; `at`: when the first leaves.

    `left`: sent, or a letter that somebody has printed. `to_print`: letters that are made and lie in the print queue.
    """

    recipient: str
    channel: str
    waiting: int
    to_print: int
    left: int
    at: datetime | None


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around the start: my last sitting of today, colleagues, when the last result came."""

    sitting: UUID | None
    colleagues: tuple[Colleague, ...]
    last_filed_at: datetime | None


_AROUND: Final = """
select
  (select e.ref from review_session e where e.organisation_id = $2 and e.staff_id = $3
      and e.last_used_at > clock_timestamp() - interval '12 hours' order by e.id desc limit 1) as sitting,
  (select coalesce(jsonb_agg(jsonb_build_object('name', h.display_name, 'holds', h.holds) order by h.display_name), '[]') from (
     select s.display_name, count(*) as holds from review_claim c
       join staff s on s.organisation_id = c.organisation_id and s.id = c.staff_id
      where c.organisation_id = $2 and c.staff_id <> $3 and c.until > clock_timestamp()
        and (exists (select from result r where c.subject_kind = 'result' and r.organisation_id = $2 and r.id = c.subject_id
                        and r.team_id = any($1))
          or exists (select from assignment a where c.subject_kind = 'response' and a.organisation_id = $2
                        and a.id = c.subject_id and a.team_id = any($1)))
      group by s.display_name) h) as colleagues,
  (select max(r.filed_at) from result r where r.organisation_id = $2 and r.team_id = any($1)) as last_filed_at
"""

_ROWS: Final = """
select w.patient_id, g.ref as page_ref, g.place, w.shown, w.outcome, w.outcome_why, g.used_at, d.ref as decision_ref, d.kind,
       d.note, d.until_on, d.takes_effect_at, d.undone_at, d.overtaken_at
  from review_session e
  join review_page g on g.organisation_id = e.organisation_id and g.session_id = e.id
  join review_row w on w.organisation_id = g.organisation_id and w.page_id = g.id
  left join decision d on d.organisation_id = w.organisation_id and d.id = w.decision_id
 where e.organisation_id = $1 and e.staff_id = $2 and e.ref = $3 and g.used_at is not null and w.outcome is not null
 order by g.used_at, g.id, w.position
"""

_LEAVING: Final = """
select m.recipient, m.channel, count(*) filter (where m.state = 'queued') as waiting,
       count(*) filter (where m.channel = 'letter' and m.state in ('sending', 'unknown', 'accepted', 'delivered')
                          and g.printed_at is null) as to_print,
       count(*) filter (where m.state in ('sending', 'unknown', 'accepted', 'delivered')
                          and (m.channel <> 'letter' or g.printed_at is not null)) as left,
       min(m.not_before) filter (where m.state = 'queued') as at
  from review_session e
  join review_page o on o.organisation_id = e.organisation_id and o.session_id = e.id
  join review_row w on w.organisation_id = o.organisation_id and w.page_id = o.id
  join message m on m.organisation_id = w.organisation_id and m.cause_kind = 'decision' and m.cause_id = w.decision_id
  left join letter g on g.organisation_id = m.organisation_id and g.message_id = m.id
 where e.organisation_id = $1 and e.staff_id = $2 and e.ref = $3
 group by m.recipient, m.channel order by m.recipient desc, m.channel desc
"""


async def around(look: Look) -> Around:
    """What stands around the start of a review."""
    row = await look.tx.fetchrow(_AROUND, *look.scope, look.asks.staff_id)
    assert row is not None
    return msgspec.convert(dict(row), Around)


async def rows_of_sitting(look: Look, *, ref: UUID) -> list[SittingRow]:
    """All that became of what was shown in one's own sitting, in order; NotFound for anybody else's."""
    mine = await look.tx.fetchval("select id from review_session where organisation_id = $1 and staff_id = $2 and ref = $3",
                                  look.asks.organisation_id, look.asks.staff_id, ref)  # fmt: skip
    if mine is None:
        raise NotFound("There is no such review.")
    rows = await look.tx.fetch(_ROWS, look.asks.organisation_id, look.asks.staff_id, ref)
    return [msgspec.convert(dict(row), SittingRow) for row in rows]


async def leaving(look: Look, *, ref: UUID) -> Sequence[Leaving]:
    """What the decisions of a sitting send, by recipient and channel."""
    rows = await look.tx.fetch(_LEAVING, look.asks.organisation_id, look.asks.staff_id, ref)
    return [Leaving(**dict(row)) for row in rows]


async def sitting_of_decision(tx: Tx, *, asks: Asker, ref: UUID) -> UUID | None:
    """One's own sitting in which a decision was made."""
    found: UUID | None = await tx.fetchval(
        "select e.ref from decision d join review_row w on w.organisation_id = d.organisation_id and w.decision_id = d.id"
        " join review_page g on g.organisation_id = w.organisation_id and g.id = w.page_id"
        " join review_session e on e.organisation_id = g.organisation_id and e.id = g.session_id"
        " where d.organisation_id = $1 and e.staff_id = $2 and d.ref = $3",
        asks.organisation_id, asks.staff_id, ref,
    )  # fmt: skip
    return found
