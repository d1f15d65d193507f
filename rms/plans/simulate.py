"""What a plan would do day by day if nobody answered, or if some things were done on some days. Pure."""

from datetime import date

import msgspec

from rms.plans.model import Course
from rms.plans.rows import ASK, LOOK_AGAIN, stages_of
from rms.plans.schedule import EffectivePlan, occurrences
from rms.plans.schedule.calendar import CHASE, CLOSE_WINDOW, REVIEW

DONE = "done"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would happen; `stage` is the calendar's word for it, or `done`."""

    on: date
    step: str
    number: int
    stage: str
    sentence: str


def simulate(plan: EffectivePlan, *, course: Course, until: date) -> tuple[Happening, ...]:
    """Everything up to a day, in order. What `course.done` names asks for nothing from the day it was done."""
    done = {(one.step, one.number): one.done_on for one in course.done}
    happenings: list[Happening] = []
    for step in plan.steps:
        for one in occurrences(step, course=course):
            done_on = done.get((one.step, one.number))
            if done_on is not None:
                happenings.append(Happening(on=done_on, step=one.step, number=one.number, stage=DONE,
                                            sentence=f"{one.title} is done."))  # fmt: skip
            if one.skipped_because is not None:
                continue
            happenings += [
                Happening(on=entry.act_on, step=one.step, number=one.number, stage=entry.stage,
                          sentence=_sentence(entry.stage, title=one.title))
                for entry in stages_of(one, step=step, today=course.started_on)
                if entry.stage != LOOK_AGAIN and (done_on is None or entry.act_on < done_on)
            ]  # fmt: skip
    seen = (one for one in happenings if one.on <= until)
    return tuple(sorted(seen, key=lambda one: (one.on, one.step, one.number, one.stage)))


def _sentence(stage: str, *, title: str) -> str:
    if stage == CHASE:
        return f"{title} has not come back: the team is asked to chase."
    if stage == CLOSE_WINDOW:
        return f"{title} was not done in its window: the team is told, and the plan goes on."
    if stage == REVIEW:
        return f"{title} falls due for the team."
    word, number = stage.split(":")
    if word == ASK:
        return f"{title}: the person is asked, for the {_nth(number)} time."
    return f"{title}: the person is reminded, for the {_nth(number)} time."


def _nth(number: str) -> str:
    return {"1": "first", "2": "second", "3": "third"}.get(number, f"{number}th")
