"""Which occurrences of a step stand as rows, with which stages, and what messages about them may say. Pure.

It compares what a plan asks for with the numbers that have rows already; it must not know tables.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from rms.messages.model import TestWord
from rms.plans.model import FIRST_ADDED, CalendarEntry, Course, Occurrence
from rms.plans.places import default_place, is_blood
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import EffectiveStep, calendar_of, current_and_next, occurrences
from rms.plans.schedule.calendar import CHASE, CLOSE_WINDOW, LATE, REMIND, REVIEW

#: A questionnaire's reminders are asked for by its own room, which looks for these.
ASK = "ask"
#: After its last stage an open occurrence is looked at every four weeks: somebody must be dealing with it.
LOOK_AGAIN = "look-again"
#: The stages that lead to the team's alert.
TEAM_STAGES = (CHASE, CLOSE_WINDOW, REVIEW, LOOK_AGAIN)


def rows_wanted(
    step: EffectiveStep, *, course: Course, open_numbers: Collection[int], known_numbers: Collection[int], today: date
) -> tuple[Occurrence, ...]:
    """What must stand as an open row today, by due date.

    The current one and the next; each that was added for the person; each open row that the plan still asks for; and
    each whose window closed while nobody looked (the plan stood still, the worker was away), so that nothing is lost.
    """
    dated = occurrences(step, course=course)
    upcoming = current_and_next(step, course=course, today=today, dated=dated)
    soon = {one.number for one in (upcoming.current, upcoming.following) if one is not None}
    done = {one.number for one in course.done if one.step == step.step.key}
    return tuple(
        one
        for one in dated
        if one.number not in done
        and one.skipped_because is None
        and (
            one.number in soon
            or one.number in open_numbers
            or (one.number >= FIRST_ADDED and one.latest_on >= today)
            or (one.number not in known_numbers and one.latest_on < today and not _past_when_made(one, step, course))
        )
    )


def _past_when_made(one: Occurrence, step: EffectiveStep, course: Course) -> bool:
    """Whether a later change of the interval, or of the version, put it on a day that was over when that was made."""
    if course.version_since is not None and one.latest_on < course.version_since:
        return True
    changes = [override for first, override in sorted(step.changed_from.items()) if one.number >= first]
    return bool(changes) and one.latest_on < changes[-1].made_on


def why_not_wanted(step: EffectiveStep | None, *, course: Course, number: int) -> str:
    """Why the plan does not ask for an occurrence (any more)."""
    dated = occurrences(step, course=course) if step else ()
    skipped = next((one.skipped_because for one in dated if one.number == number and one.skipped_because), None)
    if skipped is None and step is not None and step.stopped is not None:
        return f"Stopped {step.stopped.because}."
    return skipped or "The plan no longer asks for it."


def stages_of(
    one: Occurrence, *, step: EffectiveStep, today: date, reached: Collection[str] = frozenset()
) -> tuple[CalendarEntry, ...]:
    """The stages that still lie ahead, in order; never none. An added one has no reminders: a decision tells the person."""
    prefix = ASK if one.kind is StepKind.QUESTIONNAIRE else REMIND
    behind = {stage.replace(f"{ASK}:", f"{REMIND}:") for stage in reached}
    entries = tuple(
        CalendarEntry(act_on=entry.act_on, stage=entry.stage.replace(f"{REMIND}:", f"{prefix}:"))
        for entry in calendar_of(one, step=step, today=today, reached=behind)
        if entry.stage != LATE and not (one.number >= FIRST_ADDED and entry.stage.startswith(f"{REMIND}:"))
    )
    return entries or (CalendarEntry(act_on=today, stage=LOOK_AGAIN),)


def facts_of(one: Occurrence, *, step: EffectiveStep, place: str | None = None) -> dict[str, Any]:
    """What messages about an occurrence may say. `place` is where the person has it done; None: where the protocol says."""
    facts: dict[str, Any] = {"due_on": one.due_on.isoformat(), "test_name": step.step.title}
    if one.kind is StepKind.TEST:
        blood = is_blood(step.step)
        facts |= {"test": TestWord.BLOOD_TEST if blood else TestWord.HOSPITAL_TEST, "booked_by_hospital": not blood,
                  "place": place or default_place(step.step)}  # fmt: skip
    return facts
