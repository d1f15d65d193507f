"""Every occurrence under the version a plan is on beside those of the version it would move to."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from rms.dates import add_months
from rms.errors import Refused
from rms.plans.model import FIRST_ADDED, Course, Occurrence, Override
from rms.plans.protocol.language import Protocol
from rms.plans.schedule.effective import EffectivePlan, EffectiveStep, effective
from rms.plans.schedule.migrating.carrying import carry
from rms.plans.schedule.migrating.matching import asked_by, places_of
from rms.plans.schedule.migrating.model import Held, Line, Migration, What
from rms.plans.schedule.migrating.weaker import weaker
from rms.plans.schedule.occurrences import occurrences
from rms.plans.schedule.preview import SHOWN_MONTHS, faults_in_course
from rms.plans.schedule.words import day

#: Beyond the days that are shown, so that the last of them finds its place on the other side.
_A_YEAR_MORE = timedelta(days=366)


class _Setting(msgspec.Struct, frozen=True, kw_only=True):
    course: Course
    today: date
    until: date


def migrate(
    old: Protocol,
    new: Protocol,
    *,
    overrides: Sequence[Override],
    course: Course,
    held: Sequence[Held],
    today: date,
) -> Migration:
    """Say what becomes of everything when a plan moves from one version to another; `held` are its rows.

    Dates are compared for ten years where a step has no end.
    """
    carried, flags = carry(old, new, overrides=overrides, course=course)
    was, now = effective(old, overrides=tuple(overrides)), effective(new, overrides=carried)
    setting = _Setting(course=course, today=today, until=add_months(today, SHOWN_MONTHS))
    faults = list(faults_in_course(effective(new), course=course, today=today))
    everything = [*held, *(one for step in was.steps for one in _ahead(step, held=held, setting=setting))]
    lines: list[Line] = []
    rows: dict[int, tuple[str, int]] = {}
    unchanged = 0
    settled: set[int] = set()
    for step in now.steps if not faults else ():
        ours = _ours(everything, step=step, plan=now)
        settled.update(ours)
        of_step, same = _step_lines([everything[at] for at in ours], old=was.step(step.step.key), new=step, rows=rows,
                                    setting=setting)  # fmt: skip
        lines += of_step
        unchanged += same
    for at in range(len(everything)) if not faults else ():
        if at not in settled and (line := _without_place(everything[at], why="this version does not ask for it.")):
            lines.append(line)
    _park([one for one in held if one.id is not None and one.id not in rows], rows=rows)
    found = tuple(sorted(lines, key=lambda one: (one.before or one.after or today, one.step, one.what)))
    shown = tuple(one for one in found if min(d for d in (one.before, one.after) if d) <= setting.until)
    return Migration(lines=shown, unchanged=unchanged, flags=flags, overrides=carried, rows=rows, faults=tuple(faults),
                     weaker=() if faults else weaker(was, now, lines=shown))  # fmt: skip


def _ahead(step: EffectiveStep, *, held: Sequence[Held], setting: _Setting) -> Iterator[Held]:
    """What the plan would ask for later, as worked out; its rows are in `held` already."""
    rows = {one.number for one in held if one.step == step.step.key}
    try:
        dated = occurrences(step, course=setting.course, upto=setting.until + _A_YEAR_MORE)
    except Refused:
        return
    for one in dated:
        if one.number not in rows and one.skipped_because is None and one.latest_on >= setting.today:
            yield Held(step=one.step, number=one.number, asked=asked_by(step.step), title=one.title, state="ahead",
                       due_on=one.due_on, earliest_on=one.earliest_on, latest_on=one.latest_on)  # fmt: skip


def _ours(everything: Sequence[Held], *, step: EffectiveStep, plan: EffectivePlan) -> list[int]:
    """What may be one of a step's: its own, and what was done of the same thing under a key that is gone."""
    asked, kept = asked_by(step.step), {one.step.key for one in plan.steps}
    first = next((one.step.key for one in plan.steps if asked_by(one.step) == asked), None)
    adopts = first == step.step.key and any(asked[1:])
    return [
        at
        for at, one in enumerate(everything)
        if one.asked == asked
        and (one.step == step.step.key or (adopts and one.state == "done" and one.step not in kept))
    ]


def _step_lines(
    held: Sequence[Held], *, old: EffectiveStep | None, new: EffectiveStep, rows: dict[int, tuple[str, int]], setting: _Setting
) -> tuple[list[Line], int]:  # fmt: skip
    same_asked = old is not None and asked_by(old.step) == asked_by(new.step)
    places, dated = places_of(held, old=old if same_asked else None, new=new, course=setting.course,
                              upto=setting.until + _A_YEAR_MORE)  # fmt: skip
    lines: list[Line] = []
    unchanged = 0
    for at, one in enumerate(held):
        place = places.get(at)
        if one.id is not None and (place is not None or (one.number >= FIRST_ADDED and one.step == new.step.key)):
            rows[one.id] = (new.step.key, place.number if place else one.number)
        line = _line(one, place=place, setting=setting)
        if line is not None:
            lines.append(line)
        unchanged += one.is_waited_for and line is None
    lines += _new_ones(held, places=places, dated=dated, setting=setting)
    return lines, unchanged


def _line(one: Held, *, place: Occurrence | None, setting: _Setting) -> Line | None:
    if place is None:
        return _without_place(one, why="this version has no date near it.")
    if place.skipped_because is not None and one.state != "done":
        return _without_place(one, why=place.skipped_because)
    if one.state == "done":
        on = day(one.done_on) if one.done_on else ""
        return _said(What.ANSWERED, one, before=one.due_on, after=place.due_on,
                     sentence=f"{place.title}, due on {day(place.due_on)}, is answered by what was done on {on}.")  # fmt: skip
    if not one.is_waited_for:
        return _added(place) if place.latest_on >= setting.today else None
    if one.due_on == place.due_on:
        return None
    sentence = f"{place.title} moves from {day(one.due_on)} to {day(place.due_on)}."
    return _said(What.MOVED, one, before=one.due_on, after=place.due_on, sentence=sentence)


def _without_place(one: Held, *, why: str) -> Line | None:
    if one.state == "done":
        on = day(one.done_on) if one.done_on else ""
        return _said(What.KEPT, one, before=one.due_on, after=None,
                     sentence=f"{one.title}, done on {on}, stays in the record; {why}")  # fmt: skip
    if not one.is_waited_for:
        return None
    return _said(What.REMOVED, one, before=one.due_on, after=None,
                 sentence=f"{one.title}, due on {day(one.due_on)}, is no longer asked for: {why}")  # fmt: skip


def _said(what: What, one: Held, *, before: date | None, after: date | None, sentence: str) -> Line:
    return Line(what=what, step=one.step, title=one.title, before=before, after=after, sentence=sentence)


def _added(one: Occurrence) -> Line:
    return Line(what=What.ADDED, step=one.step, title=one.title, before=None, after=one.due_on,
                sentence=f"{one.title} is asked for on {day(one.due_on)}: {one.reason}")  # fmt: skip


def _new_ones(
    held: Sequence[Held], *, places: Mapping[int, Occurrence], dated: Sequence[Occurrence], setting: _Setting
) -> Iterator[Line]:
    """What comes in; and the last one that the version would have asked for before today, if nothing was done since."""
    taken = {one.number for one in places.values()}
    free = [one for one in dated if one.number not in taken and one.skipped_because is None]
    yield from (_added(one) for one in free if one.latest_on >= setting.today)
    passed = [one for one in free if one.latest_on < setting.today]
    if passed and not _followed_by(passed[-1], held=held):
        last = passed[-1]
        sentence = (
            f"{last.title} would have been due on {day(last.due_on)}. Nothing was done since, and nobody asks for it"
            " afterwards: arrange one if it is needed."
        )
        yield Line(
            what=What.PASSED, step=last.step, title=last.title, before=None, after=last.due_on, sentence=sentence
        )


def _followed_by(passed: Occurrence, *, held: Sequence[Held]) -> bool:
    return any(
        (one.done_on is not None and one.done_on >= passed.earliest_on)
        or (one.state == "open" and one.due_on >= passed.earliest_on)
        for one in held
    )


def _park(idle: Sequence[Held], *, rows: dict[int, tuple[str, int]]) -> None:
    """Rows that the version has no date for keep their step, under numbers below zero that no schedule has."""
    taken = {(step, number) for step, number in rows.values()}
    for one in idle:
        number = one.number if one.number < 0 or one.number >= FIRST_ADDED else -1
        while (one.step, number) in taken:
            number = min(number, 0) - 1
        taken.add((one.step, number))
        assert one.id is not None
        rows[one.id] = (one.step, number)
