"""Collects, for some results at once, all that decides where each is looked at and all that is shown of it.

Four look-ups whatever the number of results. A rule that looks at more than numbers is asked with everything there is;
protocols hardly have such rules, and only their plans pay for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rms.alerts.analytes import ANALYTES, name_of
from rms.alerts.model import Comparator, Facts, FindingOutcome, Reading
from rms.alerts.rules import Rule, evaluate
from rms.alerts.rules.kinds import conditions_in
from rms.alerts.rules.report_codes import report_words
from rms.alerts.rules.sentences import value
from rms.clock import london_date
from rms.db.engine import Tx
from rms.followup.facts import READINGS_ONLY, gather
from rms.followup.review.likeness import Stray, may_be_about
from rms.followup.review.limits import limits_of, line_of
from rms.followup.review.model import AnswerFacts, Candidate, EntryFacts, Past, RuleStanding, Shown, Subject
from rms.followup.review.people import doubts_of, how_told
from rms.followup.review.statements import ANSWERS, FACTS, READINGS, SPOKEN
from rms.followup.watching import about_analyte
from rms.people.model import PersonName
from rms.people.names import full_name
from rms.plans.store import PlanOnFile, plans_by_id
from rms.results.model import ObservationStatus
from rms.results.store import FINAL

#: So many numbers at most stand in the small chart: two to three years of the usual plan.
IN_TREND = 12
_Row = Mapping[str, Any]


async def gather_candidates(
    tx: Tx, *, organisation_id: int, subjects: Collection[Subject], strays: Sequence[Stray]
) -> dict[Subject, Candidate]:
    """The candidates by subject. `strays` are the people named in messages that nobody could match."""
    results = [one.id for one in subjects if one.kind == "result"]
    answers = [one.id for one in subjects if one.kind == "response"]
    found = await _results(tx, organisation_id=organisation_id, result_ids=results, strays=strays) if results else []
    rows = await tx.fetch(ANSWERS, organisation_id, answers) if answers else []
    return {one.subject: one for one in (*found, *map(_answers, rows))}


async def _results(
    tx: Tx, *, organisation_id: int, result_ids: Collection[int], strays: Sequence[Stray]
) -> list[Candidate]:
    rows = await tx.fetch(FACTS, organisation_id, list(result_ids), list(FINAL))
    plan_ids = sorted({row["plan_id"] for row in rows if row["plan_id"] is not None})
    plans = await plans_by_id(tx, organisation_id=organisation_id, plan_ids=plan_ids)
    series = await readings_of_many(
        tx, organisation_id=organisation_id, patient_ids={row["patient_id"] for row in rows}
    )
    spoken = await tx.fetch(SPOKEN, organisation_id, plan_ids)
    said = {(row["plan_id"], row["rule_key"]): row for row in spoken}
    found = []
    for row in rows:
        plan = plans.get(row["plan_id"])
        readings = series.get(row["patient_id"], ())
        standing = await _standing(tx, plan=plan, row=row, readings=readings, said=said)
        found.append(_candidate(row, plan=plan, readings=readings, standing=standing, strays=strays))
    return found


async def readings_of_many(
    tx: Tx, *, organisation_id: int, patient_ids: Collection[int]
) -> dict[int, tuple[Reading, ...]]:
    """The numbers that count of several people, by person and sample time; `ref` is the result's id."""
    rows = await tx.fetch(READINGS, organisation_id, sorted(patient_ids), list(FINAL))
    found: dict[int, list[Reading]] = {}
    for row in rows:
        found.setdefault(row["patient_id"], []).append(
            Reading(
                analyte=row["analyte"], number=row["number"], unit=row["unit"], sample_on=london_date(row["sample_at"]),
                ref=str(row["id"]), comparator=Comparator(row["comparator"]), method=row["method"] or "",
                upper_limit=row["upper_limit"],
            )
        )  # fmt: skip
    return {patient_id: tuple(readings) for patient_id, readings in found.items()}


async def _standing(
    tx: Tx, *, plan: PlanOnFile | None, row: _Row, readings: tuple[Reading, ...], said: Mapping[tuple[int, str], _Row]
) -> tuple[RuleStanding, ...]:
    """What every rule of the plan says: those about this test are asked again, of the others the last answer counts."""
    if plan is None:
        return ()
    rules = plan.effective.rules
    about = about_analyte(rules, row["analyte"] or "")
    numbers = Facts(today=tx.today, readings=readings, limits=plan.effective.limits, anchors=plan.course.anchors)
    plain = [rule for rule in about if _looks_at_numbers_alone(rule)]
    facts = numbers if len(plain) == len(about) else await gather(tx, plan=plan, today=tx.today)
    return tuple(
        _asked(rule, facts) if rule in about else _answered(rule, said.get((plan.id, rule.key))) for rule in rules
    )


def _looks_at_numbers_alone(rule: Rule) -> bool:
    return {type(one) for one in conditions_in(rule.when)} <= READINGS_ONLY


def _asked(rule: Rule, facts: Facts) -> RuleStanding:
    finding = evaluate(rule, facts)
    return RuleStanding(rule=rule.key, outcome=finding.outcome, sentence=finding.sentence)


def _answered(rule: Rule, last: _Row | None) -> RuleStanding:
    if last is None:
        return RuleStanding(rule=rule.key, outcome=FindingOutcome.CLEAR)
    return RuleStanding(rule=rule.key, outcome=FindingOutcome(last["outcome"]), sentence=last["sentence"])


def _candidate(
    row: _Row,
    *,
    plan: PlanOnFile | None,
    readings: tuple[Reading, ...],
    standing: tuple[RuleStanding, ...],
    strays: Sequence[Stray],
) -> Candidate:
    of_test = [one for one in readings if one.analyte == row["analyte"] and one.ref != str(row["id"])]
    sampled_on = london_date(row["sample_at"])
    before = [one for one in of_test if one.sample_on <= sampled_on]
    trend = [one for one in readings if one.analyte == row["analyte"] and one.sample_on <= sampled_on]
    facts = EntryFacts(
        result=row["id"], version=row["version_id"], review_state=row["review_state"],
        status=ObservationStatus(row["status"]), final_versions=row["final_versions"], is_number=row["number"] is not None,
        unit=row["unit"], unit_expected=ANALYTES[row["analyte"]].unit if row["analyte"] in ANALYTES else None,
        plan_state=None if plan is None else plan.state, death_recorded=row["death_state"] is not None, rules=standing,
        watched=plan is not None and bool(about_analyte(plan.effective.rules, row["analyte"] or "")),
        spoke_when_filed=row["spoke"] or "", matched=row["matched"], typed_unchecked=row["typed_unchecked"],
        doubts_about_person=doubts_of(row), closed_step=row["occurrence_id"] is not None,
        earlier_on_plan=row["earlier_on_plan"], newer_on_file=any(one.sample_on > sampled_on for one in of_test),
        method=row["method"] or "", method_before=before[-1].method if before else "",
        comment=row["comment"] or "", comment_before=row["comment_before"] or "",
        open_alerts=tuple(row["alerts"] or ()), questionnaires_unanswered=tuple(row["unanswered"] or ()),
        questionnaires_changed=tuple(row["changed"] or ()), told=how_told(row),
        unmatched_messages=sum(1 for one in strays if may_be_about(one, row)),
        reviewed_at=row["reviewed_at"], limit_changed_at=row["limit_changed_at"], treated_at=row["treated_at"],
        others_waiting=row["others_waiting"], parts_missing=row["parts_missing"], dropped=row["dropped"] or "",
    )  # fmt: skip
    return Candidate(
        patient_id=row["patient_id"], plan_id=row["plan_id"], team_id=row["team_id"], facts=facts,
        shown=_shown(row, facts, plan=plan, trend=trend),
    )  # fmt: skip


def _shown(row: _Row, facts: EntryFacts, *, plan: PlanOnFile | None, trend: Sequence[Reading]) -> Shown:
    name = PersonName(family=row["family_name"], given=tuple(row["given_names"].split()), prefix=row["title"])
    rules: Iterable[Rule] = () if plan is None else plan.effective.rules
    personal = {} if plan is None else plan.effective.limits
    return Shown(
        subject_ref=row["ref"], person_ref=row["person_ref"], name=full_name(name), born_text=row["born_text"],
        nhs_number=row["nhs_number"], test=name_of(row["analyte"] or row["code_text"] or "Result"),
        value=_value(row), sampled_on=london_date(row["sample_at"]),
        trend=tuple(map(_past, reversed(trend[-IN_TREND:]))),
        line=line_of(rules, analyte=row["analyte"] or "", personal=personal),
        limits=limits_of(rules, analyte=row["analyte"] or "", personal=personal),
        questionnaires=row["questionnaires"] or "", next_test=row["next_test"] or "", next_due_on=row["next_due_on"],
        told=facts.told.how or facts.told.why_not,
        protocol="" if plan is None else f"{plan.protocol.key} {plan.protocol.version}",
    )  # fmt: skip


def _past(one: Reading) -> Past:
    return Past(value=value(one), sampled_on=one.sample_on, number=one.number, comparator=one.comparator.value)


def _value(row: _Row) -> str:
    """Exactly as reported, in the unit we store; what is no number as it was written."""
    if row["number"] is None:
        return f"{report_words(row['value_text'])} {row['unit_sent']}".strip()
    return value(
        Reading(
            analyte=row["analyte"] or "", number=row["number"], unit=row["unit"] or "",
            comparator=Comparator(row["comparator"]), sample_on=london_date(row["sample_at"]), ref=str(row["id"]),
        )
    )  # fmt: skip


def _answers(row: _Row) -> Candidate:
    name = PersonName(family=row["family_name"], given=tuple(row["given_names"].split()), prefix=row["prefix"])
    scores = [f"{one['key']} {one['value']}" for one in row["score"] or () if one["value"] is not None]
    shown = Shown(
        subject_ref=row["ref"], person_ref=row["person_ref"], name=full_name(name), born_text=row["born_text"],
        nhs_number=row["nhs_number"], test=row["title"], value=", ".join(scores) or "no score",
        sampled_on=london_date(row["submitted_at"]), trend=(), line=None, limits=(), questionnaires="",
        next_test=row["next_test"] or "", next_due_on=row["next_due_on"], told="", protocol="",
    )  # fmt: skip
    facts = AnswerFacts(assignment=row["id"], review_state=row["review_state"], last_answer=row["last_answer"] or 0,
                        open_alerts=tuple(row["alerts"] or ()))  # fmt: skip
    return Candidate(
        patient_id=row["patient_id"], plan_id=row["plan_id"], team_id=row["team_id"], facts=facts, shown=shown
    )
