"""The rows of one plan in a forecast: which stand, when each is looked at next. As the sweep and `refresh` keep them."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from rms.plans.model import CalendarEntry, Course, Done, Occurrence, Override
from rms.plans.protocol.language import Protocol
from rms.plans.rows import LOOK_AGAIN, rows_wanted, stages_of
from rms.plans.schedule import EffectivePlan, EffectiveStep, effective
from rms.plans.schedule.calendar import REMIND


class Row(msgspec.Struct, kw_only=True):
    """One occurrence with the stages that lie ahead of it. `reached` are those behind."""

    one: Occurrence
    stages: tuple[CalendarEntry, ...]
    look: CalendarEntry
    open: bool = True

    @property
    def key(self) -> tuple[str, int]:
        """Step and number."""
        return self.one.step, self.one.number


class Rows:
    """All rows of the plan, and what holds for the person by now."""

    def __init__(self, protocol: Protocol, *, overrides: tuple[Override, ...], course: Course) -> None:
        self._protocol = protocol
        self._overrides = overrides
        self._rows: dict[tuple[str, int], Row] = {}
        self.course = course
        self.plan: EffectivePlan = effective(protocol, overrides=overrides)

    def open(self) -> list[Row]:
        """The open ones, by due date."""
        return sorted((row for row in self._rows.values() if row.open), key=lambda row: (row.one.due_on, row.key))

    def due_looks(self, today: date) -> Iterator[tuple[Row, str, date]]:
        """Take every stage that has come, each with the day it stood for, and put the next one in its place."""
        while due := [row for row in self.open() if row.look.act_on <= today]:
            for row in due:
                taken, row.look = row.look, _next(row, today=today)
                yield row, taken.stage, taken.act_on

    def refresh(self, today: date) -> None:
        """Make the rows say what holds today."""
        for step in self.plan.steps:
            self._refresh_step(step, today=today)

    def close(self, row: Row, *, done_on: date, today: date) -> None:
        """It is done: nobody waits any more for earlier ones of the step whose window had closed."""
        row.open = False
        for other in self.open():
            if other.one.step == row.one.step and other.one.due_on < row.one.due_on and other.one.latest_on < today:
                other.open = False
        done = Done(step=row.one.step, number=row.one.number, done_on=done_on)
        self.course = msgspec.structs.replace(self.course, done=(*self.course.done, done))
        self.refresh(today)

    def override(self, override: Override, *, today: date) -> None:
        """One more change holds from now on."""
        self._overrides = (*self._overrides, override)
        self.plan = effective(self._protocol, overrides=self._overrides)
        self.refresh(today)

    def _refresh_step(self, step: EffectiveStep, *, today: date) -> None:
        key = step.step.key
        known = {number: row for (name, number), row in self._rows.items() if name == key}
        open_numbers = [number for number, row in known.items() if row.open]
        wanted = rows_wanted(
            step, course=self.course, open_numbers=open_numbers, known_numbers=known.keys(), today=today
        )
        for number in set(open_numbers) - {one.number for one in wanted}:
            known[number].open = False
        for one in wanted:
            row = known.get(one.number)
            if row is None or not row.open or row.one.due_on != one.due_on:
                stages = stages_of(one, step=step, today=today)
                self._rows[key, one.number] = Row(one=one, stages=stages, look=stages[0])


def _next(row: Row, *, today: date) -> CalendarEntry:
    """The stage after the one that was taken; after the last, a look every four weeks. No reminder twice on a day."""
    names = [entry.stage for entry in row.stages]
    after = names.index(row.look.stage) + 1 if row.look.stage in names else len(names)
    if after == len(names):
        return CalendarEntry(act_on=today + timedelta(days=28), stage=LOOK_AGAIN)
    following = row.stages[after]
    if following.stage.startswith(f"{REMIND}:"):
        return CalendarEntry(act_on=max(following.act_on, today + timedelta(days=1)), stage=following.stage)
    return following
