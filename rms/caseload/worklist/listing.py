"""A list of work as one page reads it: what stands around it, its rows and the line that says who looked, in one statement.

    async with listing(request, database, asked, verb="late.look") as (look, scope):
        lines = await late_lines(look, scope, look.asked)      # its one `look.rows(...)`
        page = present_late(lines, asked=look.asked, around=look.around, ...)

Each statement is a round trip, and a page of a list is opened forty times a day. A list that is narrowed to a team or to a
colleague needs what stands around it first, and asks twice.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from litestar import Request

from rms.caseload.looking import Look, looking
from rms.caseload.worklist.asked import ME, NOBODY, Asked
from rms.caseload.worklist.surroundings import (
    SURROUNDINGS,
    Scope,
    Surroundings,
    known_here,
    read_surroundings,
    scope_of,
    surroundings,
)
from rms.db.database import Database

#: `{rows}` has the person of each row as patient_id; $1 to $5 are the scope's, and the audit's come after the list's own.
_SEEN: Final = """
with listed as materialized (select true as is_row, found.* from ({rows}) found),
     seen as (
       insert into audit_entry (incarnation, civil_at, organisation_id, actor_kind, actor_id, actor_name, verb, subject_kind,
                                details)
       select d.incarnation, ${first}, $2, ${second}, ${third}, ${fourth}, ${fifth}, 'list',
              jsonb_build_object('shown', coalesce((select jsonb_agg(distinct l.patient_id order by l.patient_id)
                                                      from listed l where l.patient_id is not null), '[]'))
         from database_state d)
"""
_ROWS: Final = _SEEN + "select * from listed"
_ROWS_AND_AROUND: Final = f"""{_SEEN}
select around.*, listed.* from ({SURROUNDINGS}) around left join listed on true
"""


class Listing(Look):
    """The look of one page of a list. `rows` is asked once; `around` is there afterwards."""

    def __init__(self, look: Look, *, asked: Asked, verb: str) -> None:
        super().__init__(look.tx, asks=look.asks)
        self.asked = asked
        self.verb = verb
        self._around: Surroundings | None = None

    @property
    def around(self) -> Surroundings:
        """What stands around the list."""
        if self._around is None:
            raise RuntimeError("What stands around a list is known when its rows have been asked for.")
        return self._around

    async def narrowed(self) -> Scope:
        """The scope of what was asked for; a team or a colleague that is not mine counts as not asked for."""
        if self.asked.team or self.asked.who not in ("", ME, NOBODY):
            self._around = await surroundings(self)
            self.asked = known_here(self.asked, self._around)
        return scope_of(self, self.asked, self._around)

    async def rows(self, sql: str, *given: Any) -> list[asyncpg.Record]:
        """The rows of the list, with the line of who looked. The scope's parameters are the first of its statement."""
        names = ("first", "second", "third", "fourth", "fifth")
        places = {name: len(given) + number for number, name in enumerate(names, start=1)}
        by = self.asks.actor
        about = (self.tx.now, by.kind, by.id, by.name, self.verb)
        whole = _ROWS if self._around is not None else _ROWS_AND_AROUND
        found = await self.tx.fetch(whole.format(rows=sql, **places), *given, *about)
        if self._around is None:
            self._around = read_surroundings(found[0])
        self.written = True
        return [row for row in found if row["is_row"]]


@asynccontextmanager
async def listing(
    request: Request[Any, Any, Any], database: Database, asked: Asked, *, verb: str, planned_once: bool = False
) -> AsyncIterator[tuple[Listing, Scope]]:
    """Open a transaction in which one page of a list is read. `planned_once` as in `Database.transaction`."""
    async with looking(request, database, feeds_too=False, planned_once=planned_once) as look:
        listed = Listing(look, asked=asked, verb=verb)
        yield listed, await listed.narrowed()
        look.written = listed.written
