"""The rows of a made-up person's plan as the protocol would have made them by today. Pure; must not know tables.

The plan's own functions say what is due when, which stages lie behind, and what is looked at next. Everything but the ids
depends on the person's dates alone, so that people who share those share the work (`bench.population` keeps it).
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from rms.plans.model import CalendarEntry, Course, Done, Occurrence
from rms.plans.protocol import Protocol
from rms.plans.rows import facts_of, rows_wanted, stages_of
from rms.plans.schedule import EffectiveStep, effective, occurrences

#: A test that comes back does so on this many days after it was due.
RETURNS_AFTER = timedelta(days=3)
_YEAR = timedelta(days=365)

#: On which day an occurrence was done; None when it never was.
DoneOn = Callable[[Occurrence], date | None]


class PlannedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a plan. `facts` is JSON; `look` its row on the calendar, None once closed; `done_on` when something
    closed it."""

    step: str
    number: int
    kind: str
    analyte: str | None
    questionnaire: str | None
    title: str
    channel: str | None
    facts: str
    earliest_on: date
    due_on: date
    latest_on: date
    stages: tuple[str, ...]
    stages_on: tuple[date, ...]
    look: CalendarEntry | None
    done_on: date | None


def planned_rows(protocol: Protocol, *, course: Course, today: date, done_on: DoneOn) -> tuple[PlannedRow, ...]:
    """Every row of a plan by today. What was done by today is closed, and so is what was never done in its window."""
    steps = effective(protocol, overrides=()).steps
    return tuple(row for step in steps for row in _rows(step, course=course, today=today, done_on=done_on))


def _rows(step: EffectiveStep, *, course: Course, today: date, done_on: DoneOn) -> Iterator[PlannedRow]:
    closed: dict[int, date | None] = {}
    dated = {one.number: one for one in occurrences(step, course=course) if one.skipped_because is None}
    for one in dated.values():
        done = done_on(one) if one.due_on < today else None
        if done is not None and done < today:
            closed[one.number] = done
        elif one.latest_on < today:
            closed[one.number] = None
    done_before = tuple(
        Done(step=step.step.key, number=number, done_on=on) for number, on in closed.items() if on is not None
    )
    for number, on in closed.items():
        yield _row(dated[number], step=step, look=None, done_on=on)
    wanted = rows_wanted(
        step,
        course=msgspec.structs.replace(course, done=done_before),
        open_numbers=(),
        known_numbers=closed,
        today=today,
    )
    for one in wanted:
        if one.number not in closed:
            yield _row(one, step=step, look=_next_look(one, step=step, today=today), done_on=None)


def _next_look(one: Occurrence, *, step: EffectiveStep, today: date) -> CalendarEntry:
    """The first stage that lies ahead; when none does, today's."""
    ahead = (entry for entry in _stages(one, step=step) if entry.act_on >= today)
    return next(ahead, None) or stages_of(one, step=step, today=today)[0]


def _stages(one: Occurrence, *, step: EffectiveStep) -> tuple[CalendarEntry, ...]:
    """All stages as they stood when the row was written, a year before it was due."""
    return stages_of(one, step=step, today=one.due_on - _YEAR)


def _row(one: Occurrence, *, step: EffectiveStep, look: CalendarEntry | None, done_on: date | None) -> PlannedRow:
    stages = _stages(one, step=step)
    return PlannedRow(
        step=one.step, number=one.number, kind=one.kind, analyte=step.step.analyte,
        questionnaire=step.step.questionnaire, title=one.title, channel=step.channel,
        facts=msgspec.json.encode(facts_of(one, step=step)).decode(), earliest_on=one.earliest_on, due_on=one.due_on,
        latest_on=one.latest_on, stages=tuple(entry.stage for entry in stages),
        stages_on=tuple(entry.act_on for entry in stages), look=look, done_on=done_on,
    )  # fmt: skip
