"""Day by day: first what the worker does of itself that morning, then what the person does that day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec

from rms.alerts.model import AlertKind, Facts, Finding, FindingOutcome, Waiting
from rms.alerts.rules import Rule, conditions_in, evaluate
from rms.followup.forecast.model import Event, Scenario, What
from rms.followup.forecast.scenarios import missed_in, reading_on, rises_from
from rms.followup.forecast.steps import Row, Rows
from rms.followup.watching import about_analyte, about_questionnaire, moved_by_time
from rms.messages.model import Purpose
from rms.plans.model import FIRST_ADDED, Add, Course, Override
from rms.plans.protocol.language import Protocol, StepKind
from rms.plans.rows import ASK, LOOK_AGAIN, facts_of
from rms.plans.schedule import EffectiveStep, next_added_number
from rms.plans.schedule.calendar import CLOSE_WINDOW, REMIND
from rms.plans.schedule.words import day as in_words
from rms.plans.silence import alert_about, reminder_of, said_of
from rms.questionnaires.timing import purpose_of
from rms.results.matching import Closes, OpenOccurrence, match_step

_NOTHING = (FindingOutcome.CLEAR, None)


def forecast(
    protocol: Protocol,
    *,
    scenario: Scenario,
    course: Course,
    today: date,
    until: date,
    overrides: tuple[Override, ...] = (),
) -> tuple[Event, ...]:
    """Everything that happens from today to the last day, both included, in the order in which it does.

    The plan begins today. Refused when the scenario cannot be: nothing to miss, no number to rise.
    """
    walk = _Walk(protocol, overrides=overrides, course=course, today=today, scenario=scenario)
    days = (today + timedelta(days=count) for count in range((until - today).days + 1))
    return tuple(event for day in days for event in walk.live(day))


class _Walk:
    def __init__(
        self, protocol: Protocol, *, overrides: tuple[Override, ...], course: Course, today: date, scenario: Scenario
    ) -> None:
        self._rows = Rows(protocol, overrides=overrides, course=course)
        self._missed = missed_in(scenario, plan=self._rows.plan, course=course, today=today)
        self._rise = rises_from(scenario, plan=self._rows.plan, course=course, today=today)
        self._facts = Facts(today=today, limits=self._rows.plan.limits, anchors=course.anchors)
        self._said: dict[str, tuple[FindingOutcome, AlertKind | None]] = {}
        self._judge_on: date | None = None
        self._open_alerts: set[str] = set()
        self._rows.refresh(today)

    def live(self, today: date) -> Iterator[Event]:
        """One day."""
        self._facts = msgspec.structs.replace(self._facts, today=today)
        for row, stage, act_on in self._rows.due_looks(today):
            yield from self._reach(row, stage, act_on=act_on, today=today)
        if self._judge_on is not None and self._judge_on <= today:
            yield from self._judge(moved_by_time(self._rows.plan.rules), today=today, only_news=True)
        for row in self._rows.open():
            if row.open and row.one.due_on == today and row.key != self._missed:
                yield from self._do(row, today=today)

    def _reach(self, row: Row, stage: str, *, act_on: date, today: date) -> Iterator[Event]:
        """One stage, as the sweep acts on it."""
        if stage.startswith((f"{REMIND}:", f"{ASK}:")):
            yield from self._remind(row, stage, act_on=act_on, today=today)
            return
        rule, kind = alert_about(self._rows.plan.protocol, row.one.step)
        if stage != LOOK_AGAIN or rule not in self._open_alerts:
            said = said_of(stage, title=row.one.title, due_on=row.one.due_on, today=today)
            yield self._raised(rule, kind, said, row=row, today=today)
        if stage == CLOSE_WINDOW:
            self._rows.refresh(today)

    def _remind(self, row: Row, stage: str, *, act_on: date, today: date) -> Iterator[Event]:
        asks = stage.startswith(f"{ASK}:")
        first = row.stages[0].stage == stage
        purpose = purpose_of(stage, first=first) if asks else reminder_of(stage, act_on=act_on, due_on=row.one.due_on)
        yield _sent(purpose, row=row, today=today)
        facts = facts_of(row.one, step=self._step(row))
        if purpose is Purpose.TEST_REMINDER_1 and "place" in facts and not facts["booked_by_hospital"]:
            yield _sent(Purpose.TEST_REQUEST, row=row, today=today)

    def _raised(self, rule: str, kind: AlertKind, sentence: str, *, row: Row | None, today: date) -> Event:
        self._open_alerts.add(rule)
        step, number = row.key if row else (None, None)
        return Event(on=today, what=What.RAISED, rule=rule, alert=kind, sentence=sentence, step=step, number=number)

    def _do(self, row: Row, *, today: date) -> Iterator[Event]:
        """The person does what is due; a review or a task is nobody's here to confirm."""
        step = self._step(row)
        if step.step.kind is StepKind.TEST:
            yield from self._file(row, step=step, today=today)
        elif step.step.kind is StepKind.QUESTIONNAIRE:
            yield _done(row, today=today, words="answered, and all is well")
            self._rows.close(row, done_on=today, today=today)
            yield from self._judge(
                about_questionnaire(self._rows.plan.rules, step.step.questionnaire or ""), today=today
            )

    def _file(self, row: Row, *, step: EffectiveStep, today: date) -> Iterator[Event]:
        raised = self._rise is not None and step.step.analyte == self._rise[0] and today >= self._rise[1]
        reading = reading_on(today, step=step, plan=self._rows.plan, facts=self._facts, raised=raised)
        words = f"done: {reading.number.normalize():f} {reading.unit}" if reading else "done, and nothing is found"
        closes = match_step(today, [_as_open(number, one) for number, one in enumerate(self._same(step))])
        if isinstance(closes, Closes):
            closed = self._same(step)[closes.occurrence]
            yield _done(closed, today=today, words=words)
            self._rows.close(closed, done_on=today, today=today)
        if reading is not None:
            self._facts = msgspec.structs.replace(self._facts, readings=(*self._facts.readings, reading))
        yield from self._judge(about_analyte(self._rows.plan.rules, step.step.analyte or ""), today=today)

    def _same(self, step: EffectiveStep) -> list[Row]:
        """The open rows that a result of the step's analyte could close."""
        keys = {one.step.key for one in self._rows.plan.steps if one.step.analyte == step.step.analyte}
        return [row for row in self._rows.open() if row.one.step in keys]

    def _judge(self, rules: Iterable[Rule], *, today: date, only_news: bool = False) -> Iterator[Event]:
        """Ask the rules, as `followup.moves.judging` does; a day that was noted is kept until all of them were asked."""
        waiting = tuple(
            Waiting(step=row.one.step, title=row.one.title, due_on=row.one.due_on, ref=str(row.one.number))
            for row in self._rows.open()
            if row.one.due_on < today
        )
        facts = msgspec.structs.replace(self._facts, waiting=waiting)
        days: list[date] = []
        for rule in rules:
            finding = evaluate(rule, facts)
            days += [finding.look_again_on] if finding.look_again_on and finding.look_again_on > today else []
            if not only_news or self._said.get(rule.key, _NOTHING) != (finding.outcome, finding.kind):
                self._said[rule.key] = (finding.outcome, finding.kind)
                yield from self._act_on(rule, finding, today=today)
        if self._judge_on is not None and (self._judge_on > today or not only_news):
            days.append(self._judge_on)
        self._judge_on = min(days, default=None)

    def _act_on(self, rule: Rule, finding: Finding, *, today: date) -> Iterator[Event]:
        if finding.kind is not None:
            yield self._raised(finding.rule_key, finding.kind, finding.sentence, row=None, today=today)
        if finding.repeat_by is not None:
            yield from self._ask_again(rule, finding, by_day=finding.repeat_by, today=today)

    def _ask_again(self, rule: Rule, finding: Finding, *, by_day: date, today: date) -> Iterator[Event]:
        """A second reading, unless one is asked for already."""
        watched = {getattr(condition, "analyte", None) for condition in conditions_in(rule.when)}
        step = next((s for s in self._rows.plan.steps if s.step.analyte and s.step.analyte in watched), None)
        if step is None or any(r.one.step == step.step.key and r.one.number >= FIRST_ADDED for r in self._rows.open()):
            return
        on = max(by_day, today)
        number = next_added_number(step)
        self._rows.override(
            Override(change=Add(step=step.step.key, number=number, due_on=on), reason=finding.sentence, author="RMS",
                     made_on=today, review_on=max(on, today + timedelta(days=1))),
            today=today,
        )  # fmt: skip
        if any(row.key == (step.step.key, number) for row in self._rows.open()):
            yield Event(on=today, what=What.ASKED, step=step.step.key, number=number,
                        sentence=f"{step.step.title} is asked for again, by {in_words(on)}.")  # fmt: skip

    def _step(self, row: Row) -> EffectiveStep:
        step = self._rows.plan.step(row.one.step)
        assert step is not None
        return step


def _sent(purpose: Purpose, *, row: Row, today: date) -> Event:
    words = f"{row.one.title}, due on {in_words(row.one.due_on)}: {purpose.replace('_', ' ')} is sent."
    return Event(on=today, what=What.SENT, step=row.one.step, number=row.one.number, purpose=purpose, sentence=words)


def _done(row: Row, *, today: date, words: str) -> Event:
    return Event(on=today, what=What.DONE, step=row.one.step, number=row.one.number,
                 sentence=f"{row.one.title}, due on {in_words(row.one.due_on)}, is {words}.")  # fmt: skip


def _as_open(number: int, row: Row) -> OpenOccurrence:
    one = row.one
    return OpenOccurrence(occurrence=number, step=one.step, number=one.number, earliest=one.earliest_on, due=one.due_on,
                          latest=one.latest_on, is_repeat=one.number >= FIRST_ADDED)  # fmt: skip
