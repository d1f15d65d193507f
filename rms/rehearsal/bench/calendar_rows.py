"""The rows of a made-up person's plan as the protocol would have made them by today. Pure; must not know tables.

Everything but the ids depends on the day of the operation alone, and people share those days, so that each is worked out
once: the plan's own functions say what is due when, which stages lie behind, and what is looked at next.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from rms.plans.model import CalendarEntry, Course, Done, Occurrence
from rms.plans.protocol import Protocol
from rms.plans.protocol.language import StepKind
from rms.plans.rows import facts_of, rows_wanted, stages_of
from rms.plans.schedule import EffectiveStep, effective, occurrences

#: Nobody was followed here for longer than this; what lies before came as history.
HERE_FOR = timedelta(days=180)
#: A test that comes back does so on this many days after it was due.
RETURNS_AFTER = timedelta(days=3)
_YEAR = timedelta(days=365)


class PlannedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence of a plan. `facts` is JSON; `look` its row on the calendar, None once closed; `done_on` when a result
    closed it."""

    step: str
    number: int
    kind: str
    analyte: str | None
    questionnaire: str | None
    title: str
    facts: str
    earliest_on: date
    due_on: date
    latest_on: date
    stages: tuple[str, ...]
    stages_on: tuple[date, ...]
    look: CalendarEntry | None
    done_on: date | None


def started_on(operated_on: date, *, today: date) -> date:
    """When the plan began here: a month after the operation, or when the caseload was taken over."""
    return max(operated_on + timedelta(days=30), today - HERE_FOR)


def planned_rows(protocol: Protocol, *, operated_on: date, today: date, comes_back: bool) -> tuple[PlannedRow, ...]:
    """Every row of a plan by today. `comes_back`: the last test was taken; else it is late, as one in eight is."""
    course = Course(anchors={"surgery": operated_on}, started_on=started_on(operated_on, today=today))
    steps = effective(protocol, overrides=()).steps
    return tuple(row for step in steps for row in _rows(step, course=course, today=today, comes_back=comes_back))


def _rows(step: EffectiveStep, *, course: Course, today: date, comes_back: bool) -> Iterator[PlannedRow]:
    closed = [one for one in occurrences(step, course=course) if _is_closed(one, today=today, comes_back=comes_back)]
    is_test = step.step.kind is StepKind.TEST
    done = tuple(Done(step=one.step, number=one.number, done_on=one.due_on) for one in closed if is_test)
    known = {one.number for one in closed}
    for one in closed:
        yield _row(one, step=step, look=None, done_on=one.due_on + RETURNS_AFTER if is_test else None)
    wanted = rows_wanted(
        step, course=msgspec.structs.replace(course, done=done), open_numbers=(), known_numbers=known, today=today
    )
    for one in wanted:
        if one.number not in known:
            ahead = (entry for entry in _stages(one, step=step) if entry.act_on >= today)
            yield _row(one, step=step, look=next(ahead), done_on=None)


def _is_closed(one: Occurrence, *, today: date, comes_back: bool) -> bool:
    return one.latest_on < today or (comes_back and one.due_on + RETURNS_AFTER < today)


def _stages(one: Occurrence, *, step: EffectiveStep) -> tuple[CalendarEntry, ...]:
    """All stages as they stood when the row was written, a year before it was due."""
    return stages_of(one, step=step, today=one.due_on - _YEAR)


def _row(one: Occurrence, *, step: EffectiveStep, look: CalendarEntry | None, done_on: date | None) -> PlannedRow:
    stages = _stages(one, step=step)
    return PlannedRow(
        step=one.step, number=one.number, kind=one.kind, analyte=step.step.analyte,
        questionnaire=step.step.questionnaire, title=one.title, facts=msgspec.json.encode(facts_of(one, step=step)).decode(),
        earliest_on=one.earliest_on, due_on=one.due_on, latest_on=one.latest_on,
        stages=tuple(entry.stage for entry in stages), stages_on=tuple(entry.act_on for entry in stages), look=look,
        done_on=done_on,
    )  # fmt: skip
