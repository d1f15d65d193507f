"""The paper with a person's dates as strings, in their words. Must not query or print."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec

from rms.dates.phone_hours import hours_said
from rms.people.model import PersonName
from rms.people.store import TeamOnFile
from rms.plans.model import Course, Override, Standing
from rms.plans.places import is_blood
from rms.plans.protocol.language import Protocol, Step, StepKind
from rms.plans.schedule import PreviewLine, preview
from rms.plans.to_person import ENDED_SAID, FOR_THE_PERSON, how_said, standing_said, when_said, where_said

_LINK = "On your phone or computer, or with us on the telephone."
_SENT = "We send you a link. You can also answer on the phone."
_LATE = "it was due, and nothing has come back yet"


class PlanToTell(msgspec.Struct, frozen=True, kw_only=True):
    """One plan, running or not, or one that is being built; `places` are those that the person chose, by step."""

    protocol: Protocol
    course: Course
    overrides: tuple[Override, ...]
    team: TeamOnFile
    places: Mapping[str, str] = {}
    state: str = "active"
    until: date | None = None


class DateOnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """One date, or one month, with what falls due then."""

    when: str
    what: tuple[str, ...]


class HowOnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """What it is, why, where, and how it comes about; once for all its dates."""

    what: str
    why: str
    where: str
    how: str


class CallOnPaper(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to call."""

    who: str
    number: str
    hours: str


class DatesPaper(msgspec.Struct, frozen=True, kw_only=True):
    """`templates/dates/dates.typ`. `standing` are sentences about plans that do not run, or have not begun."""

    trust: str
    name: str
    day: date
    points: int
    standing: tuple[str, ...]
    dates: tuple[DateOnPaper, ...]
    how: tuple[HowOnPaper, ...]
    calls: tuple[CallOnPaper, ...]


def present_paper(
    plans: Sequence[PlanToTell], *, name: PersonName, trust: str, today: date, points: int, begun: bool = True
) -> DatesPaper:
    """All plans of the person on one paper, by day; a test that two of them ask for on one day stands there once."""
    running = [plan for plan in plans if plan.state == "active"]
    still = dict.fromkeys(standing_said(plan.state, until=plan.until) for plan in plans if plan.state != "active")
    said = [line for line in still if not (running and line == ENDED_SAID)]
    if not begun:
        said.insert(0, "This is what we plan together. It starts when your team starts it, and dates may still change.")
    lines = sorted({line for plan in running for line in _dates(plan, today=today)})
    asked = [plan for plan in plans if plan.state != "ended"] or list(plans)
    return DatesPaper(
        trust=trust, name=" ".join((*name.given, name.family)), day=today, points=points, standing=tuple(said),
        dates=_by_when(lines, today=today),
        how=tuple(dict.fromkeys(_how(plan, step) for plan in running for step in _steps(plan, today=today))),
        calls=tuple(dict.fromkeys(_call(plan.team, trust=trust) for plan in asked)),
    )  # fmt: skip


def _ahead(plan: PlanToTell, *, today: date) -> list[PreviewLine]:
    """The dates that the person still has to keep."""
    shown = preview(plan.protocol, course=plan.course, today=today, overrides=plan.overrides).lines
    return [
        line
        for line in shown
        if line.occurrence.kind in FOR_THE_PERSON
        and line.today.standing in (Standing.AHEAD, Standing.OPEN, Standing.LATE)
    ]


def _steps(plan: PlanToTell, *, today: date) -> list[Step]:
    wanted = {line.occurrence.step for line in _ahead(plan, today=today)}
    return [step for step in plan.protocol.steps if step.key in wanted]


def _dates(plan: PlanToTell, *, today: date) -> Iterator[tuple[date, str]]:
    for line in _ahead(plan, today=today):
        one = line.occurrence
        yield one.due_on, f"{one.title} ({_LATE})" if one.due_on < today else one.title


def _by_when(lines: Sequence[tuple[date, str]], *, today: date) -> tuple[DateOnPaper, ...]:
    """What falls on one day, or in one month that is far, stands together."""
    whens: dict[str, list[str]] = {}
    for on, what in lines:
        whens.setdefault(when_said(on, today=today), []).append(what)
    return tuple(DateOnPaper(when=when, what=tuple(whats)) for when, whats in whens.items())


def _how(plan: PlanToTell, step: Step) -> HowOnPaper:
    if step.kind is StepKind.QUESTIONNAIRE:
        return HowOnPaper(what=step.title, why=step.why, where=_LINK, how=_SENT)
    chosen = plan.places.get(step.key)
    return HowOnPaper(
        what=step.title, why=step.why, where=where_said(step.where, chosen=chosen),
        how=how_said(booked_by_hospital=not is_blood(step), chosen=chosen, is_late=False),
    )  # fmt: skip


def _call(team: TeamOnFile, *, trust: str) -> CallOnPaper:
    return CallOnPaper(who=f"{team.name}, {trust}", number=team.phone, hours=hours_said(team.phone_hours))
