"""The performance: what every scene uses. One line an event, doors that survive restarts, comparisons with the outside."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

import asyncpg

from rms.db.database import Database
from rms.errors import DatabaseAway, Refused, Unavailable
from rms.people.model import ContactKind, RegisterPerson
from rms.plans.model import FIRST_ADDED
from rms.rehearsal.laboratory import send
from rms.rehearsal.people import story_people
from rms.rehearsal.story.clockwork import Clockwork
from rms.rehearsal.story.expected import Values
from rms.rehearsal.story.expected_letters import Paper, Sheet, Step, in_words
from rms.rehearsal.story.eyes import Eyes
from rms.rehearsal.story.look import (
    check,
    compare_events,
    compare_messages,
)
from rms.rehearsal.story.print_room import PrintRoom
from rms.rehearsal.story.stage import Stage, Trust

BEGINS = date(2027, 3, 1)
PROTOCOL = "prostate-after-prostatectomy"
QUESTIONNAIRE = "symptom-check-prostate"
PATIENCE = 30


class Performance:
    """The stage, the clock, the man, and what is known of him so far."""

    def __init__(self, stage: Stage, values: Values) -> None:
        self.stage = stage
        self.values = values
        self.man: RegisterPerson = story_people(today=BEGINS)[0]
        self.owner = Eyes(stage.server)
        self.web: Database
        self.clock: Clockwork
        self.trusts: list[Trust] = []
        self.patient_ids: list[int] = []
        self.plan_ids: list[int] = []
        self.lines = 0
        self._orders = 0

    @property
    def mobile(self) -> str:
        """Where he gets his texts."""
        return next(c.value for c in self.man.person.contacts if c.kind is ContactKind.MOBILE)

    @property
    def home_trust(self) -> Trust:
        """The trust that treated him."""
        return self.trusts[0]

    async def line(self, who: str, what: str, why: str = "") -> None:
        """Print one event: civil date, who, what, why."""
        self.lines += 1
        reason = f"  ({why})" if why else ""
        print(f"{await self.clock.today():%Y-%m-%d}  {who:<12} {what}{reason}", flush=True)

    async def rms(self, *words: str) -> str:
        """As an operator does: when the system was away, the same command again; it changes nothing twice."""
        for attempt in range(PATIENCE):
            try:
                return await asyncio.to_thread(self.stage.rms, *words)
            except Unavailable:
                if attempt == PATIENCE - 1:
                    raise
                await asyncio.sleep(1)
        raise AssertionError

    async def open_chases(self) -> int:
        count: int = await self.owner.fetchval(
            "select count(*) from alert where plan_id = $1 and kind = 'chase' and state <> 'closed'", self.plan_ids[0]
        )
        return count

    async def send(self, message: bytes) -> str:
        """As a laboratory does: when there is no answer, send again."""
        for attempt in range(PATIENCE):
            try:
                return await asyncio.to_thread(send, message, host="127.0.0.1", port=self.stage.ports.mllp)
            except OSError:
                if attempt == PATIENCE - 1:
                    raise
                await asyncio.sleep(1)
        raise AssertionError

    async def result(self, organisation_id: int, order: str) -> asyncpg.Record:
        row = await self.owner.fetchrow(
            "select id, patient_id, current_version_id, occurrence_id from result where organisation_id = $1"
            " and source_key like '%' || $2 || '%'",
            organisation_id, order,
        )  # fmt: skip
        check(row is not None, f"The result {order} is not on file at one of the trusts that follow him.")
        return row

    async def alert_of(self, version_id: int) -> asyncpg.Record | None:
        return await self.owner.fetchrow(
            "select a.* from alert a join alert_cause c on c.alert_id = a.id where c.cause_kind = 'result_version'"
            " and c.cause_id = $1 and a.plan_id = $2 and a.state <> 'closed'",
            version_id, self.plan_ids[0],
        )  # fmt: skip

    async def door(self, call: Callable[[], Awaitable[object]]) -> None:
        """Go through a door. The database went away in the middle: look again; what was done already is refused then."""
        went_away = False
        for attempt in range(PATIENCE):
            try:
                await call()
            except DatabaseAway:
                went_away = True
                if attempt == PATIENCE - 1:
                    raise
                await asyncio.sleep(1)
            except Refused:
                if not went_away:
                    raise
                return
            else:
                return

    async def compare(self) -> None:
        """What we say left is what the provider and the register have, once each."""
        await compare_messages(self.owner, self.stage.notify_log, patient_ids=self.patient_ids, to=self.mobile)
        await compare_events(self.owner, self.stage.register_log, patient_ids=self.patient_ids)

    def sheet(self, trust: Trust) -> Sheet:
        """What every letter of a trust about him says."""
        others = tuple(one.name for one in self.trusts if one is not trust)
        return Sheet(man=self.man, trust=trust.name, other_trusts=others)

    async def steps(self, trust: Trust) -> list[Step]:
        """What is open in his plan at a trust, the next first. A repeat is not among them: nobody reminds him of one."""
        rows = await self.owner.fetch(
            "select kind, title, due_on from occurrence where plan_id = $1 and state = 'open' and number < $2"
            " order by due_on, kind desc",
            self.plan_ids[self.trusts.index(trust)], FIRST_ADDED,
        )  # fmt: skip
        return [Step(kind=row["kind"], title=row["title"], due_on=row["due_on"]) for row in rows]

    async def print_letters(self, *expected: Sequence[Paper]) -> None:
        """Each trust that follows him prints its letters: those of the first, of the second; none where none are given."""
        room = PrintRoom(self.web, door=self.door)
        for number, trust in enumerate(self.trusts):
            papers = expected[number] if number < len(expected) else ()
            await room.print_all(trust, papers)
            if papers:
                await self.line("nurse", f"printed: {in_words(papers)}", f"{trust.name}; each says what it must")

    async def nobody_was_asked_to_print(self) -> None:
        """All was printed on its day, so no team was asked why letters wait."""
        asked = await self.owner.fetchval("select count(*) from alert where rule_key = 'letters-waiting'")
        check(asked == 0, "A team was asked why letters wait although each was printed on its day.")
