"""A person's own follow-up as strings: what is next, what the last result says, the plan as a list of dates.

What is not released is never in here as a number or a word about it: only that somebody is looking, and by when.
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from rms.plans.model import Occurrence, Standing
from rms.plans.modes import TO_PERSON
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import preview
from rms.plans.store import OccurrenceOnFile, PlanOnFile
from rms.plans.to_person import ENDED_SAID, FOR_THE_PERSON, how_said, standing_said, when_said, where_said
from rms.portal.own import Own
from rms.portal.presenters.looking import ResultLine, result_line
from rms.portal.presenters.words import HelpLine, answer_by_said, in_words, whom_to_call

#: After this a person who had a test and heard nothing should call; the page on which they tell us says the same.
HEARD_BY: Final = timedelta(weeks=3)
_FIRST_DATES: Final = 6
_QUESTIONS_SHOWN: Final = 28  # days ahead


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """The next thing: what, when, where, how. `had` leads to "I have had this test", `booked` to the day they say it is.

    `answer` is where a button to the questions posts to.
    """

    what: str
    why: str
    when: str
    where: str
    how: str
    is_late: bool
    had: str | None
    booked: str | None = None
    booked_words: str = "I have booked it"
    had_words: str = "I have had this test"
    answer: str | None = None


class PlanLine(msgspec.Struct, frozen=True, kw_only=True):
    """One date of the plan."""

    when: str
    what: str
    note: str


class FollowUpPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/follow_up.html`."""

    name: str
    standing: tuple[str, ...]
    nexts: tuple[Next, ...]
    results: tuple[ResultLine, ...]
    done: tuple[PlanLine, ...]
    dates: tuple[PlanLine, ...]
    later: tuple[PlanLine, ...]
    ways: tuple[str, ...]
    help: HelpLine


def present_follow_up(own: Own) -> FollowUpPage:
    """Fill the page: next first, then the last result of each test, then the plan."""
    of = own.whose
    running = [plan for plan in of.plans if plan.state == "active"]
    lines = [line for plan in running for line in _dates(own, plan)]
    still = dict.fromkeys(
        standing_said(plan.state, until=plan.state_until) for plan in of.plans if plan.state != "active"
    )
    return FollowUpPage(
        name=" ".join((*of.person.name.given, of.person.name.family)),
        standing=tuple(still) if not running else tuple(line for line in still if line != ENDED_SAID),
        nexts=tuple(one for plan in running for one in _nexts(own, plan)),
        results=_results(own), done=_done(own), dates=tuple(lines[:_FIRST_DATES]), later=tuple(lines[_FIRST_DATES:]),
        ways=tuple(dict.fromkeys(TO_PERSON[mode] for plan in running for mode in own.modes.get(plan.id, ()))),
        help=whom_to_call(of.team.name, number=of.team.phone, hours=of.team.hours),
    )  # fmt: skip


def _nexts(own: Own, plan: PlanOnFile) -> list[Next]:
    """The next test, and the next questions where they come no later than in four weeks; the earlier one first."""
    found = []
    for kind in FOR_THE_PERSON:
        some = [one for one in own.steps if one.plan_id == plan.id and one.state == "open" and one.kind == kind]
        first = min(some, key=lambda step: (step.due_on, step.id), default=None)
        if first is not None and (kind == StepKind.TEST or (first.due_on - own.whose.today).days <= _QUESTIONS_SHOWN):
            found.append(first)
    return [
        _next_test(own, one, plan) if one.kind == StepKind.TEST else _next_questions(own, one, plan)
        for one in sorted(found, key=lambda step: step.due_on)
    ]


def _next_test(own: Own, one: OccurrenceOnFile, plan: PlanOnFile) -> Next:
    step = next((s.step for s in plan.effective.steps if s.step.key == one.step_key), None)
    today, chosen, had_on = own.whose.today, plan.places.get(one.step_key), own.had.get(one.id)
    if had_on is not None:
        return Next(what=one.title, why="", when=_had(had_on), where="", how="", is_late=False, had="/tell-us/test",
                    had_words="Change the day I had it")  # fmt: skip
    is_late = one.due_on < today
    return Next(
        what=one.title, why=step.why if step else "", when=_when(one, today=today),
        where=where_said(step.where, chosen=chosen) if step else "",
        how=how_said(booked_by_hospital=bool(one.facts.get("booked_by_hospital")), chosen=chosen, is_late=is_late),
        is_late=is_late, had="/tell-us/test" if one.earliest_on <= today else None, booked="/tell-us/booked",
        booked_words="I have an appointment" if one.facts.get("booked_by_hospital") else "I have booked it",
    )  # fmt: skip


def _next_questions(own: Own, one: OccurrenceOnFile, plan: PlanOnFile) -> Next:
    """Questions to answer now, with the way to them; or those that come, for which there is nothing to do yet."""
    step = next((s.step for s in plan.effective.steps if s.step.key == one.step_key), None)
    why, today, asked = step.why if step else "", own.whose.today, own.asked.get(one.id)
    if asked is not None:
        return Next(
            what=one.title, why=why, when=answer_by_said(asked.answer_by, today=today), where="",
            how="Answer them here, or call us and answer on the phone.", is_late=asked.answer_by < today, had=None,
            answer=f"/follow-up/questions/{asked.ref}",
        )  # fmt: skip
    when = f"We send it to you on {in_words(one.due_on)}." if one.due_on > today else "We have not sent it to you yet."
    return Next(what=one.title, why=why, when=when, where="", how="We send you a link. You can also answer on the phone.",
                is_late=False, had=None)  # fmt: skip


def _had(on: date) -> str:
    """What is said of a test that they have told us of: nobody is asked to have it again."""
    return (
        f"You told us that you had it on {in_words(on)}. We look out for the result. If you have heard nothing by"
        f" {in_words(on + HEARD_BY)}, please call us."
    )


def _when(one: OccurrenceOnFile, *, today: date) -> str:
    if one.due_on < today and one.facts.get("booked_by_hospital"):
        return f"It was due on {in_words(one.due_on)}."
    if one.due_on < today:
        return f"It was due on {in_words(one.due_on)}. Please have it as soon as you can."
    if one.earliest_on <= today:
        return f"Have it by {in_words(one.due_on)}. You can have it now."
    return f"It is due on {in_words(one.due_on)}. You can have it from {in_words(one.earliest_on)}."


def _dates(own: Own, plan: PlanOnFile) -> list[PlanLine]:
    today = own.whose.today
    open_now = {
        (one.step_key, one.number): one.id for one in own.steps if one.plan_id == plan.id and one.state == "open"
    }
    shown = preview(plan.protocol, course=plan.course, today=today, overrides=plan.overrides)
    return [
        PlanLine(when=when_said(line.occurrence.due_on, today=today), what=line.occurrence.title,
                 note=_note(own, line.occurrence, row=open_now.get((line.occurrence.step, line.occurrence.number))))
        for line in shown.lines
        if line.occurrence.kind in FOR_THE_PERSON
        and (line.today.standing in (Standing.AHEAD, Standing.OPEN, Standing.LATE))
    ]  # fmt: skip


def _note(own: Own, one: Occurrence, *, row: int | None) -> str:
    """What is said of a date that has passed; the same as stands above it under what is next."""
    if one.due_on >= own.whose.today:
        return ""
    if row is not None and row in own.had:
        return "You told us that you had it. The result has not come yet."
    if one.kind == StepKind.QUESTIONNAIRE:
        asked = None if row is None else own.asked.get(row)
        return answer_by_said(asked.answer_by, today=own.whose.today) if asked else "We have not sent it to you yet."
    return "It was due, and nothing has come back yet."


def _done(own: Own) -> tuple[PlanLine, ...]:
    done = [(one.done_on, one.title) for one in own.steps if one.done_on is not None and one.kind in FOR_THE_PERSON]
    return tuple(PlanLine(when=in_words(on), what=what, note="") for on, what in sorted(done, reverse=True)[:3])


def _results(own: Own) -> tuple[ResultLine, ...]:
    """The newest of each test; when that one may not be shown, the newest that may stands below it."""
    lines: list[ResultLine] = []
    for analyte in dict.fromkeys(one.analyte for one in own.results):
        some = [one for one in own.results if one.analyte == analyte]
        lines.append(result_line(some[0], today=own.whose.today))
        shown = next((one for one in some if one.released), None)
        if shown is not None and shown is not some[0]:
            lines.append(result_line(shown, today=own.whose.today))
    return tuple(lines)
