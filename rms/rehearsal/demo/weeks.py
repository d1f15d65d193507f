"""The last weeks of the demo, played through the real doors: days pass, results come, people answer, nurses decide.

The duties are the worker's own; `settle` lets them run dry. Everything here is what somebody outside would do.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

import asyncpg

from rms.alerts.moves import DecisionKind
from rms.clock import at_london
from rms.db.database import Database
from rms.errors import Refused
from rms.followup import actions
from rms.rehearsal.demo import doings
from rms.rehearsal.demo.answering import Answering
from rms.rehearsal.demo.cast import Part
from rms.rehearsal.demo.laboratory import Post
from rms.rehearsal.demo.loading import Filled, Say
from rms.rehearsal.demo.people import Someone

Settle = Callable[[], Awaitable[None]]

#: The days on which the clock stops, counted back from today.
STOPS = (35, 21, 10, 3, 1)
_TEN = time(10)


class Weeks:
    """Plays the weeks between what is settled and today. `owner` moves the civil clock."""

    def __init__(self, filled: Filled, *, owner: asyncpg.Connection, web: Database, settle: Settle, say: Say) -> None:
        self._filled = filled
        self._owner = owner
        self._web = web
        self._settle = settle
        self._say = say
        self._today = filled.settled_by + timedelta(weeks=6)
        self._by_patient = {one.patient_id: one for one in filled.everybody}
        self._post = Post(filled, today=self._today)
        self._answering = Answering(filled, web=web)

    async def play(self) -> None:
        """Let the weeks pass; afterwards the civil clock is the real one."""
        for number, back in enumerate(STOPS):
            day = self._today - timedelta(days=back)
            self._say(f"{day.day} {day:%B %Y}: reminders go out, results come in, nurses decide.")
            await self._owner.execute(
                "update database_state set civil_offset = $1 - clock_timestamp()", at_london(day, _TEN)
            )
            await self._post.deliver(self._owner, day=day)
            await self._settle()
            await self._answering.answer(self._owner, day=day)
            await self._decide(day)
            if number == 0:
                await self._before_plans(day)
            if number == 1:
                await self._stand_still(day)
            await self._settle()
        await self._owner.execute("update database_state set civil_offset = interval '0'")
        await self._today_itself()
        await self._settle()

    def _with(self, *parts: Part) -> list[Someone]:
        """The people of some parts at the first trust; the second looks on."""
        first = self._filled.founded.places[0].organisation_id
        return [one for one in self._filled.everybody if one.part in parts and one.organisation_id == first]

    async def _before_plans(self, day: date) -> None:
        """Some plans are being written, and some people were asked and left out."""
        for number, one in enumerate(self._with(Part.DRAFTED)):
            await doings.draft(
                self._web, self._owner, one=one, versions=self._filled.founded.versions, dated=number % 2 == 0
            )
        for number, one in enumerate(self._with(Part.LEFT_OUT)):
            await doings.leave_out(self._web, self._owner, one=one, number=number, day=day)

    async def _stand_still(self, day: date) -> None:
        """Plans are paused, suspended, held by a death, ended."""
        for one in self._with(Part.PAUSED, Part.PAUSE_OVER, Part.SUSPENDED):
            until = self._today + timedelta(days=40 if one.part is not Part.PAUSE_OVER else -5)
            await doings.pause(self._web, one=one, until=until, suspend=one.part is Part.SUSPENDED)
        for number, one in enumerate(self._with(Part.HELD)):
            await doings.record_death(self._web, one=one, formal=number % 3 != 1, day=day)
        for number, one in enumerate(self._with(Part.ENDED)):
            await doings.end(self._web, one=one, number=number)

    async def _decide(self, day: date) -> None:
        """What nurses decide about what waits; the rest is left for whoever looks at the demo."""
        for kind, table, team in (("result", "result", "filed_at"), ("response", "assignment", "submitted_at")):
            rows = await self._owner.fetch(
                f"select id, patient_id from {table} where review_state = 'to_review' and {team} is not null order by id"
            )
            for row in rows:
                one = self._by_patient.get(row["patient_id"])
                if one is not None:
                    await self._decide_one(one, kind=kind, subject_id=row["id"], day=day)

    async def _decide_one(self, one: Someone, *, kind: Any, subject_id: int, day: date) -> None:
        if chosen := self._choice(one, kind=kind, day=day):
            await self._decided(one, kind=kind, subject_id=subject_id, chosen=chosen)

    async def _decided(self, one: Someone, *, kind: Any, subject_id: int, chosen: dict[str, Any]) -> None:
        with suppress(Refused):  # an alert stands about it: it is looked at one by one
            await actions.decide(
                self._web,
                organisation_id=one.organisation_id,
                subject_kind=kind,
                subject_id=subject_id,
                by=one.nurse,
                **chosen,
            )

    def _choice(self, one: Someone, *, kind: str, day: date) -> dict[str, Any] | None:
        back = (self._today - day).days
        match one.part:
            case Part.WAITING if kind == "response":  # with their answers unread no result is one of the tens
                return {"kind": DecisionKind.IN_RANGE}
            case Part.LOOKED_AT:
                return {"kind": DecisionKind.IN_RANGE}
            case Part.SET_ASIDE:
                return {"kind": DecisionKind.SET_ASIDE, "note": "Waits for the letter of the practice.",
                        "until_on": self._today + timedelta(days=12)}  # fmt: skip
            case Part.DUE_BACK if back > 5:
                return {"kind": DecisionKind.SET_ASIDE, "note": "Is away until the end of the month.",
                        "until_on": self._today - timedelta(days=2)}  # fmt: skip
            case Part.CONFIRMED | Part.RECURRENCE if back > 20:
                return {"kind": DecisionKind.REPEAT, "note": "Asked for a second sample; no infection."}
            case Part.RECURRENCE if back <= 3:
                return {"kind": DecisionKind.RECURRENCE, "note": "Told by telephone, referred to the MDT."}
        return None

    async def _today_itself(self) -> None:
        """This morning: some alerts are in somebody's hands, some decisions are still within their quarter of an hour."""
        await doings.take_alerts(self._web, self._owner, people=self._by_patient)
        await doings.desk_work(self._web, self._owner, people=self._with(Part.SOON), today=self._today)
        rows = await self._owner.fetch("select id, patient_id from result where review_state = 'to_review' order by id")
        waiting = [
            (row["id"], one)
            for row in rows
            if (one := self._by_patient.get(row["patient_id"])) and one.part is Part.WAITING
        ]
        for result_id, one in waiting[::8]:
            await self._decided(one, kind="result", subject_id=result_id, chosen={"kind": DecisionKind.IN_RANGE})
