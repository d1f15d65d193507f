"""What is arranged about tests: the last thing of each open one, and all of one."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from rms.caseload.looking import Look
from rms.caseload.words import day
from rms.clock import london_date

BY = {"team": "the team", "person": "the person", "practice": "the GP surgery"}


class Arranged(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was arranged: requested, or booked for a day."""

    occurrence_id: int
    what: str
    by_whom: str
    on_date: date | None
    at: datetime
    noted_by: str | None


_ARRANGED = """
select a.occurrence_id, a.what, a.by_whom, a.on_date, a.at, s.display_name as noted_by
  from test_arrangement a join occurrence o on o.organisation_id = a.organisation_id and o.id = a.occurrence_id
  left join staff s on s.organisation_id = a.organisation_id and s.id = a.noted_by_staff_id
 where a.organisation_id = $1 and {which} order by a.id
"""


async def arranged_about(look: Look, *, occurrence_id: int) -> list[Arranged]:
    """All that was arranged about one test, in order."""
    rows = await look.tx.fetch(_ARRANGED.format(which="a.occurrence_id = $2"), look.asks.organisation_id, occurrence_id)
    return [Arranged(**dict(row)) for row in rows]


async def arranged_in_plans(look: Look, *, plan_ids: Sequence[int]) -> dict[int, str]:
    """The last thing arranged about each open test of some plans, in words, by occurrence."""
    rows = await look.tx.fetch(_ARRANGED.format(which="o.plan_id = any($2) and o.state = 'open'"),
                               look.asks.organisation_id, list(plan_ids))  # fmt: skip
    return {row["occurrence_id"]: arranged_words(Arranged(**dict(row))) for row in rows}


def arranged_words(one: Arranged) -> str:
    """Booked for 3 May 2027 by the person"""
    if one.what == "booked":
        what = f"Booked for {day(one.on_date)}" if one.on_date else "Booked, the day was not said,"
    else:
        what = f"Requested on {day(london_date(one.at))}"
    return f"{what} by {BY[one.by_whom]}"
