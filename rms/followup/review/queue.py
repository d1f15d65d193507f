"""What waits for a look in some teams, and in which order; what a colleague holds at this moment is left out.

In range the oldest comes first. One by one: what must be acted on today, then what was set aside and is due back, then
what should be looked at soon, then the oldest; of one person's results the one that an alert is about comes first.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.followup.review.entry import Bulk, OneByOne, place
from rms.followup.review.gathering import gather_candidates
from rms.followup.review.likeness import Stray
from rms.followup.review.model import Candidate, Subject

CHUNK = 60
#: How many are sorted to count them; behind these the page says "at least".
MOST_COUNTED = 300


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: the organisation, their teams, the member of staff; and whom unmatched messages name."""

    organisation_id: int
    team_ids: tuple[int, ...]
    staff_id: int
    strays: tuple[Stray, ...] = ()


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that waits. `back_on`: it was set aside until then. `may_be_in_range`: nothing speaks against it yet."""

    subject: Subject
    patient_id: int
    since: datetime
    back_on: date | None
    may_be_in_range: bool


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many wait, and since when the oldest does. `all_counted`: no more do.

    `due_back`: so many of those one by one were set aside, the first until `due_back_on`. `later`: set aside to a day that has
    not come.
    """

    in_range: int
    in_range_since: datetime | None
    one_by_one: int
    one_by_one_since: datetime | None
    due_back: int
    due_back_on: date | None
    later: int
    all_counted: bool


_HELD_BY_OTHERS: Final = """
not exists (select from review_claim h where h.organisation_id = w.organisation_id and h.subject_kind = w.kind
               and h.subject_id = w.id and h.staff_id <> $4 and h.until > clock_timestamp())
"""

_WAITING: Final = f"""
with w as (
  select r.organisation_id, 'result' as kind, r.id, r.patient_id, r.filed_at as since, r.review_state,
         r.occurrence_id is not null and r.review_state = 'to_review' as may_be, r.current_version_id as news
    from result r where r.organisation_id = $2 and r.team_id = any($1) and r.review_state in ('to_review', 'set_aside')
  union all
  select a.organisation_id, 'response', a.id, a.patient_id, a.submitted_at, a.review_state, false, a.id
    from assignment a where a.organisation_id = $2 and a.team_id = any($1) and a.review_state in ('to_review', 'set_aside')),
asked as (
  select w.*, d.until_on, u.urgency, exists (
      select from alert l join alert_cause c on c.organisation_id = l.organisation_id and c.alert_id = l.id
       where l.organisation_id = w.organisation_id and l.patient_id = w.patient_id and l.state <> 'closed'
         and c.cause_kind = case w.kind when 'result' then 'result_version' else 'assignment' end
         and c.cause_id = w.news) as is_why
    from w
    left join lateral (
      select d.until_on from decision d where w.review_state = 'set_aside' and d.organisation_id = w.organisation_id
         and d.patient_id = w.patient_id and d.subject_kind = w.kind and d.subject_id = w.id and d.kind = 'set_aside'
         and d.undone_at is null order by d.id desc limit 1) d on true
    left join lateral (
      select min(case l.kind when 'act_today' then 1 when 'look_soon' then 3 else 4 end) as urgency from alert l
       where l.organisation_id = w.organisation_id and l.patient_id = w.patient_id and l.state <> 'closed'
         and l.rule_key <> 'unreviewed') u on true
   where {_HELD_BY_OTHERS})
select kind, id, patient_id, since, until_on, may_be and urgency is null as may_be_in_range from asked
 where until_on is null or until_on <= $3 or $5
 order by case when urgency = 1 then 1 when until_on is not null then 2 when urgency = 3 then 3 else 4 end,
          not is_why, since, kind, id
"""


async def waiting(tx: Tx, asking: Asking, *, with_later: bool = False) -> list[Waiting]:
    """All that waits, in the order of one by one; `with_later`: also what is set aside to a day that has not come."""
    rows = await tx.fetch(
        _WAITING, list(asking.team_ids), asking.organisation_id, tx.today, asking.staff_id, with_later
    )
    return [
        Waiting(subject=Subject(row["kind"], row["id"]), patient_id=row["patient_id"], since=row["since"],
                back_on=row["until_on"], may_be_in_range=row["may_be_in_range"])
        for row in rows
    ]  # fmt: skip


async def in_range(tx: Tx, asking: Asking, *, at_most: int) -> list[Candidate]:
    """The oldest that may be confirmed together."""
    lined_up = sorted((one for one in await waiting(tx, asking) if one.may_be_in_range), key=lambda one: one.since)
    found: list[Candidate] = []
    async for chunk in _in_chunks(tx, asking, lined_up):
        found += [one for one in chunk if isinstance(place(one.facts), Bulk)]
        if len(found) >= at_most:
            break
    return found[:at_most]


async def next_one(
    tx: Tx, asking: Asking, *, after_patient: int | None = None, but: Subject | None = None
) -> Candidate | None:
    """What comes next one by one: another thing of the person just looked at first, then the order of the list."""
    lined_up = [one for one in await waiting(tx, asking) if one.subject != but]
    lined_up.sort(key=lambda one: one.patient_id != after_patient)
    async for chunk in _in_chunks(tx, asking, lined_up):
        found = next((one for one in chunk if one.waits and isinstance(place(one.facts), OneByOne)), None)
        if found is not None:
            return found
    return None


async def counts(tx: Tx, asking: Asking) -> Counts:
    """How many wait where."""
    everything = await waiting(tx, asking, with_later=True)
    now = [one for one in everything if one.back_on is None or one.back_on <= tx.today]
    back = [one.back_on for one in now if one.back_on is not None]
    to_sort = sorted((one for one in now if one.may_be_in_range), key=lambda one: one.since)
    since = {one.subject: one.since for one in now}
    bulk: list[datetime] = []
    alone = [one.since for one in now if not one.may_be_in_range]
    async for chunk in _in_chunks(tx, asking, to_sort[:MOST_COUNTED]):
        for one in chunk:
            (bulk if isinstance(place(one.facts), Bulk) else alone).append(since[one.subject])
    return Counts(
        in_range=len(bulk), in_range_since=min(bulk, default=None), one_by_one=len(alone),
        one_by_one_since=min(alone, default=None), due_back=len(back), due_back_on=min(back, default=None),
        later=len(everything) - len(now), all_counted=len(to_sort) <= MOST_COUNTED,
    )  # fmt: skip


async def _in_chunks(tx: Tx, asking: Asking, lined_up: Sequence[Waiting]) -> AsyncIterator[list[Candidate]]:
    """The candidates in the order given, a few dozen at a time, so that the first ten do not cost as much as all."""
    for start in range(0, len(lined_up), CHUNK):
        subjects = [one.subject for one in lined_up[start : start + CHUNK]]
        found = await gather_candidates(tx, organisation_id=asking.organisation_id, subjects=subjects,
                                        strays=asking.strays)  # fmt: skip
        yield [found[one] for one in subjects if one in found]
