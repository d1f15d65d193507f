"""Fills a demo database: the trusts are founded, what is long settled is copied in, the last weeks are played.

The small load of tests and the large one of the demo are the same but for the number of people.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random

import asyncpg
import msgspec

from rms.clock import at_london, london_date
from rms.db.database import Database
from rms.errors import Refused
from rms.rehearsal.bulk.copying import civil_today, copy_rows, count_on, first_ids, refuse_live
from rms.rehearsal.bulk.rows import Ids, Sheet
from rms.rehearsal.demo import people as persons
from rms.rehearsal.demo.cast import FEWEST, TRUSTS, WITHOUT_PLAN, Part, parts_of
from rms.rehearsal.demo.courses import COURSES, WEEKS, Dates, dates_for, ready_dates
from rms.rehearsal.demo.founding import Founded, Place, found
from rms.rehearsal.demo.people import Identity, Someone
from rms.rehearsal.demo.settled import Settled
from rms.rehearsal.people import nhs_numbers

PEOPLE = 2_000
_COUNTED = ("patient", "register_case", "plan", "occurrence", "result", "result_version", "assignment", "alert")
_MOST = 20_000
_NINE = datetime.min.time().replace(hour=9)

Say = Callable[[str], None]


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What was put in, and who is who."""

    founded: Founded
    everybody: tuple[Someone, ...]
    last_values: Mapping[int, str]
    settled_by: date
    rows: int
    seconds: float


async def fill(url: str, *, web_url: str, people: int, say: Say) -> Filled:
    """Found the trusts and copy in what is settled; the civil clock then stands some weeks back.

    `url` is the owner's. Refused when the database is live or holds the demo already.
    """
    if not FEWEST <= people <= _MOST:
        raise Refused(f"A demo has between {FEWEST} and {_MOST:,} people.")
    began = time.monotonic()
    connection = await asyncpg.connect(url)
    try:
        await refuse_live(connection, trust=TRUSTS[0].name)
        today = await civil_today(connection)
        settled_by = today - timedelta(weeks=WEEKS)
        await _set_clock(connection, at_london(settled_by, _NINE))
        await civil_today(connection)  # the calendar has the months of the weeks before, too
        say("Founding two made-up trusts with their teams.")
        async with Database(url, name="demo", size=1) as owner, Database(web_url, name="demo", size=1) as web:
            founded = await found(owner, web)
        say(f"Making up {people:,} people with up to ten years of results.")
        sheet = Sheet()
        crowd = _Crowd(sheet, Ids(await first_ids(connection, _COUNTED)), founded=founded,
                       settled_at=at_london(settled_by, _NINE))  # fmt: skip
        everybody = tuple(crowd.gather(people))
        say(f"Copying {sum(len(rows) for rows in sheet.rows.values()):,} rows.")
        rows = await _copy(connection, sheet)
    finally:
        await connection.close()
    return Filled(
        founded=founded,
        everybody=everybody,
        last_values=crowd.last_values,
        settled_by=settled_by,
        rows=rows,
        seconds=round(time.monotonic() - began, 1),
    )


async def _copy(connection: asyncpg.Connection, sheet: Sheet) -> int:
    """All of it or nothing: whoever looks meanwhile sees an empty trust."""
    async with connection.transaction():
        await connection.execute("set local session_replication_role = replica; set local synchronous_commit = off")
        rows = await copy_rows(connection, columns=sheet.columns, rows=sheet.rows)
        await count_on(connection, _COUNTED)
    await connection.execute("analyze")
    return rows


async def _set_clock(connection: asyncpg.Connection, instant: datetime) -> None:
    await connection.execute("update database_state set civil_offset = $1 - clock_timestamp()", instant)


class _Crowd:
    """Makes the people of every team, one after another; whoever the second trust follows as well is one person."""

    def __init__(self, sheet: Sheet, ids: Ids, *, founded: Founded, settled_at: datetime) -> None:
        self._sheet = sheet
        self._ids = ids
        self._founded = founded
        self._settled_at = settled_at
        self._today = london_date(settled_at) + timedelta(weeks=WEEKS)
        self._random = Random(2_000)  # noqa: S311 - made-up people, not secrets
        self._numbers = nhs_numbers(500_000)
        self._mobiles = persons.mobiles()
        self._made = 0
        self._settled = Settled(
            sheet, ids, versions=founded.versions, settled_by=london_date(settled_at), random=self._random
        )

    def gather(self, people: int) -> Iterator[Someone]:
        """Everybody, team by team."""
        shared: list[Someone] = []
        for place in self._founded.places:
            parts = list(parts_of(place.team, people=people))
            both = shared[: len(parts) * 2 // 3] if place.team.trust != TRUSTS[0].code else []
            made = [self._also_here(one, place=place) for one in both]
            made += [self._new(part, place=place) for part in parts[len(both) :]]
            shared = shared or made
            yield from made

    @property
    def last_values(self) -> Mapping[int, str]:
        """The last settled value of each patient, as the laboratory wrote it."""
        return self._settled.last_values

    def _new(self, part: Part, *, place: Place) -> Someone:
        course = COURSES[place.team.protocol]
        self._made += 1
        identity = persons.an_identity(
            self._made, nhs_number=str(next(self._numbers)), sex=course.sex, part=part, free_mobiles=self._mobiles,
            random=self._random,
        )  # fmt: skip
        if part in WITHOUT_PLAN:
            dates = ready_dates(course, today=self._today, random=self._random)
        else:
            dates = dates_for(course, part=part, today=self._today, random=self._random)
        return self._put(identity, part=part, place=place, dates=dates)

    def _front(self, place: Place) -> Place:
        """Whose list somebody without a plan stands on: the first team of the site."""
        return next(
            one for one in self._founded.places
            if (one.organisation_id, one.team.site) == (place.organisation_id, place.team.site)
        )  # fmt: skip

    def _also_here(self, other: Someone, *, place: Place) -> Someone:
        return self._put(other.identity, part=other.part, place=place, dates=other.dates)

    def _put(self, identity: Identity, *, part: Part, place: Place, dates: Dates) -> Someone:
        course = COURSES[place.team.protocol]
        mine = self._front(place) if part in WITHOUT_PLAN else place
        assert mine.nurse.id is not None
        patient_id = persons.add_person(self._sheet, self._ids, one=identity, part=part,
                                        organisation_id=place.organisation_id, stopped_at=self._settled_at)  # fmt: skip
        case_id = persons.add_case(self._sheet, self._ids, one=identity, course=course, dates=dates,
                                   site=place.team.site, organisation_id=place.organisation_id,
                                   patient_id=patient_id)  # fmt: skip
        someone = Someone(
            identity=identity, part=part, organisation_id=place.organisation_id, team_id=mine.team_id,
            nurse_id=mine.nurse.id, nurse_name=mine.nurse.name, protocol=place.team.protocol,
            dates=dates, patient_id=patient_id, case_id=case_id,
            plan_id=None if part in WITHOUT_PLAN else self._ids.take("plan"),
        )  # fmt: skip
        if someone.plan_id is not None:
            self._settled.add_plan(someone)
        return someone
