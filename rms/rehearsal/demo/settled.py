"""What is long settled about a person of the demo: the plan, its rows, results looked at, answers read. Pure.

Settled means settled: each value is put to the plan's own rules with what came before it, and one that a rule would speak
about is replaced by the value before it. Results from before the plan began came as declared history, which nobody judges.
"""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import Comparator, Facts, Finding, FindingOutcome, Reading
from rms.alerts.rules import Rule, evaluate
from rms.clock import at_london
from rms.followup.watching import about_analyte
from rms.plans.model import Course, Occurrence
from rms.plans.protocol import Protocol
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import effective, occurrences
from rms.plans.schedule.words import day
from rms.rehearsal.bulk.planned import RETURNS_AFTER, PlannedRow, planned_rows
from rms.rehearsal.bulk.rows import Ids, Sheet
from rms.rehearsal.demo.answers import calm_answers
from rms.rehearsal.demo.courses import COURSES, values_of
from rms.rehearsal.demo.people import Someone
from rms.results.model import ObservationStatus
from rms.results.versions import STATUS_RANK

_AFTERNOON = time(14, 20)
#: What was missed before this is over: a later one of the step was done since.
_LONG_AGO = timedelta(days=230)
#: What is seen on a scan of somebody who is well.
_REPORTS = {"mammogram": ("M1", "M2"), "ct-chest-abdomen-pelvis": ("no-sign",), "colonoscopy": ("no-sign",)}


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What the trusts signed off: protocol versions and questionnaire versions by key."""

    protocols: dict[str, tuple[int, Protocol]]
    questionnaires: dict[str, int]


class _Known(msgspec.Struct):
    """The values of one person so far."""

    readings: tuple[Reading, ...] = ()
    last_text: str = ""

    def take(self, text: str, *, analyte: str, unit: str, sampled_on: date, ref: str) -> None:
        """One more value, as the laboratory wrote it."""
        comparator = Comparator(text[0]) if text[0] in "<>" else Comparator.EXACT
        number = Decimal(text.lstrip("<>"))
        self.readings += (
            Reading(analyte=analyte, number=number, unit=unit, sample_on=sampled_on, ref=ref, comparator=comparator),
        )
        self.last_text = text


class Settled:
    """Writes settled rows for one person after another."""

    def __init__(self, sheet: Sheet, ids: Ids, *, versions: Versions, settled_by: date, random: Random) -> None:
        self._sheet = sheet
        self._ids = ids
        self._versions = versions
        self._by = settled_by
        self._random = random
        #: The last value of each patient.
        self.last_values: dict[int, str] = {}
        self._episodes: dict[tuple[int, str], int] = {}

    def add_plan(self, someone: Someone) -> None:
        """The plan of one person with everything that was settled about it by the day."""
        assert someone.plan_id is not None
        version_id, protocol = self._versions.protocols[someone.protocol]
        rows = planned_rows(
            protocol, today=self._by, done_on=lambda one: _came_on(one, by=self._by),
            course=Course(anchors=someone.dates.anchors, started_on=someone.dates.started_on, born_on=someone.identity.born_on),
        )  # fmt: skip
        self._plan(someone, version_id=version_id, protocol=protocol, rows=rows)
        value = values_of(someone.protocol, random=self._random)
        known = _Known()
        for sampled_on in self._before_the_plan(someone, protocol=protocol):
            self._result(someone, protocol=protocol, known=known, value=value, sampled_on=sampled_on, row=None)
        for row in sorted(rows, key=lambda one: one.due_on):
            self._occurrence(someone, protocol=protocol, known=known, value=value, row=row)
        self.last_values[someone.patient_id] = known.last_text

    def _plan(self, someone: Someone, *, version_id: int, protocol: Protocol, rows: tuple[PlannedRow, ...]) -> None:
        began = _at(someone.dates.started_on)
        chased = [
            on
            for row in rows
            if row.look
            for stage, on in zip(row.stages, row.stages_on, strict=True)
            if stage == "chase"
        ]
        self._sheet.add(
            "plan", id=someone.plan_id, organisation_id=someone.organisation_id, patient_id=someone.patient_id,
            case_id=someone.case_id, team_id=someone.team_id, nurse_staff_id=someone.nurse_id,
            protocol_version_id=version_id, tumour_site=protocol.tumour_site, state="active", created_at=began,
            created_by_staff_id=someone.nurse_id, started_at=began, started_by_staff_id=someone.nurse_id,
            judge_on=max(min(chased, default=self._by), self._by),
        )  # fmt: skip
        for anchor, on in someone.dates.anchors.items():
            self._sheet.add("plan_anchor", organisation_id=someone.organisation_id, plan_id=someone.plan_id, anchor=anchor,
                            on_date=on, source="register")  # fmt: skip
        self._audit(someone, verb="plan.start", subject_kind="plan", subject_id=someone.plan_id, at=began)

    def _before_the_plan(self, someone: Someone, *, protocol: Protocol) -> list[date]:
        """When a sample was taken before the plan began here: every one that the calendar would have asked for."""
        course = COURSES[someone.protocol]
        step = effective(protocol, overrides=()).step(course.step)
        assert step is not None
        anchored_on = someone.dates.anchors[course.counts_from]
        dated = occurrences(step, course=Course(anchors=someone.dates.anchors, started_on=anchored_on))
        days = [one.due_on + RETURNS_AFTER for one in dated if one.latest_on < someone.dates.started_on]
        return [anchored_on + timedelta(days=45), *days] if course.unit else days

    def _occurrence(
        self, someone: Someone, *, protocol: Protocol, known: _Known, value: Callable[[int], str], row: PlannedRow
    ) -> None:  # fmt: skip
        occurrence_id = self._ids.take("occurrence")
        state, why, closed_at, by_kind, by_id = "open", None, None, None, None
        if row.look is not None:
            self._sheet.add("calendar", act_on=row.look.act_on, organisation_id=someone.organisation_id,
                            occurrence_id=occurrence_id, stage=row.look.stage)  # fmt: skip
        elif row.done_on is None:
            state, why, by_kind = "missed", "A later one was done.", "result"
            closed_at = _at(row.latest_on + timedelta(days=40))
            self._chased(someone, protocol=protocol, row=row, occurrence_id=occurrence_id, closed_at=closed_at)
        else:
            state, closed_at = "done", _at(row.done_on + timedelta(days=1))
            if row.kind == StepKind.QUESTIONNAIRE:
                by_kind, by_id = "response", self._answers(someone, row=row, occurrence_id=occurrence_id)
            else:
                by_kind = "result"
                by_id = self._result(someone, protocol=protocol, known=known, value=value, sampled_on=row.done_on,
                                     row=(row, occurrence_id))  # fmt: skip
        self._sheet.add(
            "occurrence", id=occurrence_id, organisation_id=someone.organisation_id, plan_id=someone.plan_id,
            patient_id=someone.patient_id, team_id=someone.team_id, step_key=row.step, number=row.number, kind=row.kind,
            analyte=row.analyte, questionnaire_key=row.questionnaire, title=row.title, channel=row.channel, facts=row.facts,
            earliest_on=row.earliest_on, due_on=row.due_on, latest_on=row.latest_on, stages=row.stages,
            stages_on=row.stages_on, state=state, state_reason=why, closed_at=closed_at, closed_by_kind=by_kind,
            closed_by_id=by_id, done_on=row.done_on, plan_revision=1, created_at=_at(someone.dates.started_on),
        )  # fmt: skip

    def _chased(
        self, someone: Someone, *, protocol: Protocol, row: PlannedRow, occurrence_id: int, closed_at: datetime
    ) -> None:  # fmt: skip
        """It was missed, the team was asked to chase, and a nurse dealt with it."""
        rule = next(iter(protocol.rules_about_silence(row.step)), None)
        key = rule.key if rule else f"chase:{row.step}"
        alert_id, opened_at = self._ids.take("alert"), _at(row.due_on + timedelta(days=21))
        episode = self._episodes[(someone.plan_id or 0, key)] = self._episodes.get((someone.plan_id or 0, key), 0) + 1
        sentence = f"{row.title}, due on {day(row.due_on)}, has not come back (21 days late)."
        self._sheet.add(
            "alert", id=alert_id, organisation_id=someone.organisation_id, patient_id=someone.patient_id,
            plan_id=someone.plan_id, team_id=someone.team_id, kind="chase", state="closed", subject_kind="plan",
            subject_id=someone.plan_id, rule_key=key, episode=episode, episode_ended_at=closed_at, sentence=sentence,
            opened_at=opened_at, respond_by=opened_at + timedelta(days=7), closed_at=closed_at,
            closed_by_staff_id=someone.nurse_id, outcome=AlertOutcome.NO_ACTION_NEEDED,
            outcome_note="Was away; comes to the next one.",
        )  # fmt: skip
        self._sheet.add("alert_cause", organisation_id=someone.organisation_id, alert_id=alert_id,
                        cause_kind=f"occurrence:chase:{opened_at:%Y-%m-%d}", cause_id=occurrence_id, sentence=sentence,
                        added_at=opened_at)  # fmt: skip

    def _result(
        self, someone: Someone, *, protocol: Protocol, known: _Known, value: Callable[[int], str], sampled_on: date,
        row: tuple[PlannedRow, int] | None,
    ) -> int:  # fmt: skip
        course = COURSES[someone.protocol]
        analyte = row[0].analyte if row else course.analyte
        result_id, version_id = self._ids.take("result"), self._ids.take("result_version")
        filed_at = _at(sampled_on + timedelta(days=1))
        text, unit = self._random.choice(_REPORTS.get(analyte or "", ("seen",))), None
        if analyte == course.analyte:
            text, unit = value((sampled_on - someone.dates.treated_on).days), course.unit
        findings: tuple[Finding, ...] = ()
        if unit is not None and row is None:
            known.take(text, analyte=course.analyte, unit=unit, sampled_on=sampled_on, ref=str(result_id))
        elif unit is not None:
            text, findings = _settle(text, protocol=protocol, analyte=course.analyte, unit=unit, known=known,
                                     anchors=someone.dates.anchors, sampled_on=sampled_on, ref=str(result_id))  # fmt: skip
        key = f"demo|{result_id}"
        self._sheet.add(
            "result", id=result_id, organisation_id=someone.organisation_id, patient_id=someone.patient_id, source_key=key,
            analyte=analyte, code=course.code if analyte == course.analyte else analyte,
            sample_at=at_london(sampled_on, time(8, 30)), occurrence_id=row[1] if row else None,
            plan_id=someone.plan_id if row else None, team_id=someone.team_id, current_version_id=version_id,
            review_state="reviewed" if row else "not_needed", is_history=row is None, filed_at=filed_at,
        )  # fmt: skip
        self._sheet.add(
            "result_version", id=version_id, organisation_id=someone.organisation_id, result_id=result_id,
            digest=hashlib.sha256(key.encode()).digest(), status=ObservationStatus.FINAL,
            status_rank=STATUS_RANK[ObservationStatus.FINAL], reported_at=filed_at, value_text=text,
            number=Decimal(text.lstrip("<>")) if unit else None,
            comparator=text[0] if unit and text[0] in "<>" else "", unit_sent=unit or "", unit=unit, received_at=filed_at,
        )  # fmt: skip
        if row is not None:
            for finding in findings:
                self._evaluation(someone, finding=finding, version_id=version_id, at=filed_at)
            self._decision(someone, kind="result", subject_id=result_id, at=filed_at + timedelta(days=3))
        return result_id

    def _answers(self, someone: Someone, *, row: PlannedRow, occurrence_id: int) -> int:
        assert row.questionnaire is not None
        assert row.done_on is not None
        assignment_id, sent_at = self._ids.take("assignment"), _at(row.done_on)
        given, scored = calm_answers(row.questionnaire)
        self._sheet.add(
            "assignment", id=assignment_id, organisation_id=someone.organisation_id, patient_id=someone.patient_id,
            plan_id=someone.plan_id, occurrence_id=occurrence_id, team_id=someone.team_id,
            questionnaire_version_id=self._versions.questionnaires[row.questionnaire], state="submitted",
            asked_on=row.due_on, closes_on=row.latest_on, opened_at=sent_at, submitted_at=sent_at, mode="link", score=scored,
            review_state="reviewed",
        )  # fmt: skip
        for item, answer in given:
            self._sheet.add("answer", organisation_id=someone.organisation_id, assignment_id=assignment_id, item=item,
                            value=answer, saved_at=sent_at, saved_by="the person")  # fmt: skip
        self._decision(someone, kind="response", subject_id=assignment_id, at=sent_at + timedelta(days=2))
        return assignment_id

    def _evaluation(self, someone: Someone, *, finding: Finding, version_id: int, at: datetime) -> None:
        told = {**finding.inputs, "alert_kind": None}
        self._sheet.add(
            "rule_evaluation", organisation_id=someone.organisation_id, patient_id=someone.patient_id,
            plan_id=someone.plan_id, protocol_version_id=self._versions.protocols[someone.protocol][0],
            rule_key=finding.rule_key, cause_kind="result_version", cause_id=version_id, outcome=finding.outcome,
            sentence=finding.sentence, inputs=msgspec.json.encode(told).decode(), evaluated_at=at, alert_id=None,
        )  # fmt: skip

    def _decision(self, someone: Someone, *, kind: str, subject_id: int, at: datetime) -> None:
        self._sheet.add(
            "decision", organisation_id=someone.organisation_id, patient_id=someone.patient_id, plan_id=someone.plan_id,
            subject_kind=kind, subject_id=subject_id, kind="in_range", decided_at=at,
            decided_by_staff_id=someone.nurse_id, takes_effect_at=at + timedelta(minutes=15),
        )  # fmt: skip

    def _audit(self, someone: Someone, *, verb: str, subject_kind: str, subject_id: int | None, at: datetime) -> None:
        self._sheet.add(
            "audit_entry", incarnation=1, civil_at=at, organisation_id=someone.organisation_id, actor_kind="staff",
            actor_id=someone.nurse_id, actor_name=someone.nurse_name, verb=verb, subject_kind=subject_kind,
            subject_id=subject_id, patient_id=someone.patient_id, details="{}",
        )  # fmt: skip


def _came_on(one: Occurrence, *, by: date) -> date | None:
    """Everything came back in time, but for one test in nine of the older ones, which was missed."""
    if one.kind is StepKind.QUESTIONNAIRE:
        return one.due_on + timedelta(days=4)
    if one.kind is not StepKind.TEST:
        return None
    missed = one.due_on.toordinal() % 9 == 0 and one.latest_on < by - _LONG_AGO
    return None if missed else one.due_on + RETURNS_AFTER


def _settle(
    text: str, *, protocol: Protocol, analyte: str, unit: str, known: _Known, anchors: Any, sampled_on: date, ref: str
) -> tuple[str, tuple[Finding, ...]]:  # fmt: skip
    """The value, or the one before it when a rule would speak; with what each rule says about it."""
    rules, before = about_analyte(protocol.rules, analyte), (known.readings, known.last_text)
    for wanted in (text, known.last_text):
        known.readings, known.last_text = before
        known.take(wanted or text, analyte=analyte, unit=unit, sampled_on=sampled_on, ref=ref)
        facts = Facts(today=sampled_on + timedelta(days=1), readings=known.readings, anchors=anchors)
        findings = _asked(rules, facts)
        if all(one.outcome is FindingOutcome.CLEAR for one in findings):
            return known.last_text, findings
    raise ValueError(f"No rule of {protocol.key} lets the value {text} or the one before it pass as settled.")


def _asked(rules: tuple[Rule, ...], facts: Facts) -> tuple[Finding, ...]:
    return tuple(evaluate(rule, facts) for rule in rules)


def _at(on: date) -> datetime:
    return at_london(on, _AFTERNOON)
