"""Sentences, doubts and the rule kinds that no protocol of the library uses yet."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from rms.alerts.model import (
    AlertKind,
    ContextFlag,
    Facts,
    FindingOutcome,
    FlagAnswer,
    Reading,
    RedFlag,
    Report,
    Score,
    Waiting,
)
from rms.alerts.rules import Rule, as_of, evaluate

TODAY = date(2027, 3, 10)
BREACH, CLEAR, CANNOT_TELL = FindingOutcome.BREACH, FindingOutcome.CLEAR, FindingOutcome.CANNOT_TELL


def a_rule(kind: str, *, alert: str = "act_today", **words: object) -> Rule:
    shell = {"key": "a-rule", "title": "A rule", "owner_role": "nurse_specialist", "response": "Look at it."}
    return msgspec.convert(
        {**shell, "alert": alert, "patient_words": "We will call you.", "when": {"kind": kind, **words}}, Rule
    )


def from_source(value: object) -> dict[str, object]:
    return {"value": value, "source": "here"}


def psa(on: str, number: str, **words: object) -> Reading:
    known = {"analyte": "psa", "unit": "ug/L", "ref": f"{on} {number}", **words}
    return msgspec.convert({"number": number, "sample_on": on, **known}, Reading)


ABOVE = a_rule("threshold", analyte="psa", limit=from_source("0.2"), unit="ug/L")


def found(rule: Rule, *readings: Reading, **facts: object) -> FindingOutcome:
    return evaluate(rule, Facts(today=TODAY, readings=readings, **facts)).outcome  # type: ignore[arg-type]


def test_the_sentence_is_what_a_nurse_reads() -> None:
    facts = Facts(today=TODAY, readings=(psa("2027-03-03", "0.31"),), limits={"a-rule": Decimal("0.25")})
    finding = evaluate(ABOVE, facts)
    assert finding.sentence == "PSA 0.31 ug/L on 3 March 2027 is above this person's limit of 0.25 ug/L."
    assert evaluate(ABOVE, Facts(today=TODAY, readings=(psa("2027-03-03", "0.31"),))).sentence.endswith(
        "is above the limit of 0.2 ug/L."
    )


def test_a_value_that_hides_the_limit_says_so() -> None:
    finding = evaluate(ABOVE, Facts(today=TODAY, readings=(psa("2027-03-03", "0.5", comparator="<"),)))
    assert finding.sentence == "PSA less than 0.5 ug/L on 3 March 2027 cannot be compared with the limit of 0.2 ug/L."
    assert (finding.outcome, finding.kind) == (CANNOT_TELL, AlertKind.LOOK_SOON)


def test_the_inputs_can_be_stored_as_json() -> None:
    finding = evaluate(ABOVE, Facts(today=TODAY, readings=(psa("2027-03-03", "0.310", method="assay B"),)))
    stored = msgspec.json.decode(msgspec.json.encode(finding.inputs))
    assert stored["reading"]["value"] == "0.310"
    assert (stored["limit"], stored["personal"], stored["today"]) == ("0.2", False, "2027-03-10")


def test_what_to_bear_in_mind_is_said_and_changes_nothing() -> None:
    infection = ContextFlag(words="urine infection", from_on=date(2027, 2, 20), until_on=date(2027, 4, 1))
    facts = Facts(today=TODAY, readings=(psa("2027-03-03", "0.31"),), context=(infection,))
    finding = evaluate(ABOVE, facts)
    assert finding.sentence.endswith("Bear in mind: urine infection.")
    assert finding.outcome is BREACH


def test_another_unit_is_cannot_tell() -> None:
    assert found(ABOVE, psa("2027-03-03", "0.01", unit="nmol/L")) is CANNOT_TELL


def test_without_readings_a_level_is_clear() -> None:
    assert found(ABOVE) is CLEAR


def test_the_latest_sample_counts_whatever_arrived_last() -> None:
    assert found(ABOVE, psa("2027-03-03", "0.1"), psa("2027-01-03", "0.4")) is CLEAR


def test_a_late_older_result_can_be_judged_in_its_own_place() -> None:
    facts = Facts(today=TODAY, readings=(psa("2027-03-03", "0.1"), psa("2027-01-03", "0.4")))
    assert evaluate(ABOVE, as_of(facts, day=date(2027, 1, 3))).outcome is BREACH


def test_of_one_day_the_worst_counts() -> None:
    assert found(ABOVE, psa("2027-03-03", "0.4"), psa("2027-03-03", "0.1")) is BREACH
    below = a_rule("threshold", analyte="psa", limit=from_source("0.2"), unit="ug/L", comparison="<")
    assert found(below, psa("2027-03-03", "0.4"), psa("2027-03-03", "0.1")) is BREACH


NADIR = a_rule("delta_from_nadir", analyte="psa", delta=from_source("2.0"), unit="ug/L", anchor="end_of_treatment")


def test_the_first_reading_after_treatment_has_nothing_to_be_compared_with() -> None:
    facts = Facts(today=TODAY, readings=(psa("2027-03-03", "9"),), anchors={"end_of_treatment": date(2026, 6, 1)})
    finding = evaluate(NADIR, facts)
    assert finding.sentence == "PSA 9 ug/L on 3 March 2027 is the first reading after treatment."
    assert finding.outcome is CLEAR


def test_a_nadir_without_its_anchor_is_cannot_tell() -> None:
    assert found(NADIR, psa("2027-03-03", "9")) is CANNOT_TELL


def test_another_method_is_cannot_tell_until_a_clinician_accepts_it() -> None:
    series = (psa("2026-12-01", "1.2", method="assay A"), psa("2027-03-03", "3.3", method="assay B"))
    anchors = {"end_of_treatment": date(2026, 6, 1)}
    assert found(NADIR, *series, anchors=anchors) is CANNOT_TELL
    assert found(NADIR, *series, anchors=anchors, accepted_methods=frozenset({"assay A", "assay B"})) is BREACH


@pytest.mark.parametrize(
    ("latest", "expected"), [("1.24", CLEAR), ("1.25", BREACH), ("2", BREACH)], ids=["under", "equal", "over"]
)
def test_percent_rise_over_the_lowest_of_the_period(latest: str, expected: FindingOutcome) -> None:
    rise = a_rule("percent_rise", analyte="psa", percent=from_source(25), unit="ug/L", within_days=from_source(183))
    series = (psa("2026-01-01", "0.1"), psa("2026-12-01", "1.0"), psa("2027-01-01", "1.1"))
    assert found(rise, *series, psa("2027-03-03", latest)) is expected


def test_times_the_upper_limit_uses_the_laboratory_s_own() -> None:
    twice = a_rule("times_upper_limit", analyte="psa", factor=from_source(2), unit="ug/L")
    assert found(twice, psa("2027-03-03", "8.1", upper_limit="4")) is BREACH
    assert found(twice, psa("2027-03-03", "8.0", upper_limit="4")) is CLEAR
    assert found(twice, psa("2027-03-03", "8.1", upper_limit="5")) is CLEAR
    assert found(twice, psa("2027-03-03", "8.1")) is CANNOT_TELL


RISES = a_rule("consecutive_rises", analyte="psa", count=from_source(3), unit="ug/L", least_gap_days=from_source(28))


def test_rises_in_a_row() -> None:
    rising = [psa("2026-06-01", "0.1"), psa("2026-09-01", "0.2"), psa("2026-12-01", "0.3"), psa("2027-03-01", "0.4")]
    assert found(RISES, *rising[1:]) is CLEAR
    assert found(RISES, *rising) is BREACH
    assert found(RISES, *rising[:3], psa("2027-03-01", "0.3")) is CLEAR
    assert found(RISES, *rising, psa("2027-03-05", "0.5")) is BREACH
    assert found(RISES, psa("2026-06-01", "0.1", comparator="<"), *rising[1:]) is BREACH
    assert found(RISES, psa("2026-06-01", "0.5", comparator="<"), *rising[1:]) is CANNOT_TELL


DOUBLING = a_rule(
    "doubling_time",
    analyte="psa",
    shorter_than_months=from_source(12),
    unit="ug/L",
    least_points=from_source(3),
    least_value=from_source("0.1"),
    least_span_days=from_source(90),
)


def test_doubling_time() -> None:
    fast = (psa("2026-03-01", "0.2"), psa("2026-09-01", "0.4"), psa("2027-03-01", "0.8"))
    assert found(DOUBLING, *fast) is BREACH
    assert found(DOUBLING, *fast[:2]) is CLEAR
    assert found(DOUBLING, *fast, psa("2027-03-05", "0.05")) is CLEAR
    assert found(DOUBLING, *fast, psa("2027-03-05", "0.5", comparator="<")) is CANNOT_TELL
    assert found(DOUBLING, *fast[:2], psa("2027-03-01", "0.8", comparator=">")) is BREACH
    assert found(DOUBLING, fast[0], psa("2026-09-01", "0.4", comparator=">"), fast[2]) is CLEAR  # two usable readings
    assert found(DOUBLING, *(psa(r.sample_on.isoformat(), "0.4") for r in fast)) is CLEAR


def test_a_reading_left_out_of_a_fit_is_named() -> None:
    fast = (psa("2026-03-01", "0.2"), psa("2026-09-01", "0.4"), psa("2027-03-01", "0.8"))
    finding = evaluate(DOUBLING, Facts(today=TODAY, readings=(psa("2026-01-01", "0.1", comparator="<"), *fast)))
    assert [left["value"] for left in finding.inputs["left_out"]] == ["<0.1"]  # type: ignore[attr-defined]


def test_velocity() -> None:
    words = {"least_points": from_source(3), "least_span_days": from_source(90)}
    rule = a_rule("velocity", analyte="psa", per_year=from_source("0.75"), unit="ug/L", **words)
    assert found(rule, psa("2026-03-01", "1.0"), psa("2026-09-01", "1.4"), psa("2027-03-01", "1.8")) is BREACH
    assert found(rule, psa("2026-03-01", "1.0"), psa("2026-09-01", "1.2"), psa("2027-03-01", "1.4")) is CLEAR


REPORT = a_rule("coded_report", analyte="mammogram", breach_codes=["M4", "M5"], clear_codes=["M1", "M2"], source="here")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["M2"], CLEAR),
        (["M4"], BREACH),
        (["M3"], CANNOT_TELL),
        ([None], CANNOT_TELL),
        (["M1", "M5"], BREACH),
        (["M1", None], CANNOT_TELL),
        ([], CLEAR),
    ],
)
def test_coded_reports(codes: list[str | None], expected: FindingOutcome) -> None:
    old = Report(analyte="mammogram", code="M5", done_on=date(2025, 3, 1), ref="old")
    reports = [Report(analyte="mammogram", code=c, done_on=TODAY, ref=str(i)) for i, c in enumerate(codes)]
    facts = Facts(today=TODAY, reports=(old, *reports) if codes else ())
    assert evaluate(REPORT, facts).outcome is expected


BURDEN = a_rule("score", alert="look_soon", questionnaire="symptom-check", score="burden", limit=from_source(10))


@pytest.mark.parametrize(
    ("value", "expected"), [("9", CLEAR), ("10", BREACH), (None, CANNOT_TELL)], ids=["under", "at", "none"]
)
def test_scores(value: str | None, expected: FindingOutcome) -> None:
    score = Score(
        questionnaire="symptom-check",
        score="burden",
        value=None if value is None else Decimal(value),
        answered_on=TODAY,
        ref="response-1",
        why_not="two questions were not answered" if value is None else "",
    )
    assert evaluate(BURDEN, Facts(today=TODAY, scores=(score,))).outcome is expected


def flag(item: str, answer: FlagAnswer, kind: AlertKind = AlertKind.ACT_TODAY, on: date = TODAY) -> RedFlag:
    words = f"“{item}” was answered."
    return RedFlag(
        questionnaire="symptom-check", item=item, answer=answer, words=words, answered_on=on, ref=item, kind=kind
    )


FLAGS = a_rule("red_flag", questionnaire="symptom-check")


def test_a_flag_speaks_at_the_urgency_of_its_question() -> None:
    soon, today = AlertKind.LOOK_SOON, AlertKind.ACT_TODAY
    one = Facts(today=TODAY, red_flags=(flag("worry", FlagAnswer.FLAGGED, soon),))
    both = Facts(
        today=TODAY, red_flags=(flag("worry", FlagAnswer.FLAGGED, soon), flag("weak-legs", FlagAnswer.FLAGGED, today))
    )
    assert (evaluate(FLAGS, one).outcome, evaluate(FLAGS, one).kind) == (BREACH, soon)
    assert evaluate(FLAGS, both).kind == today
    named = a_rule("red_flag", questionnaire="symptom-check", items=["worry"])
    assert evaluate(named, one).kind == today


def test_rather_not_answer_is_cannot_tell() -> None:
    declined = Facts(today=TODAY, red_flags=(flag("weak-legs", FlagAnswer.DECLINED),))
    assert (evaluate(FLAGS, declined).outcome, evaluate(FLAGS, declined).kind) == (CANNOT_TELL, AlertKind.ACT_TODAY)


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    earlier = flag("weak-legs", FlagAnswer.FLAGGED, on=date(2026, 9, 1))
    facts = Facts(today=TODAY, red_flags=(flag("weak-legs", FlagAnswer.NOT_FLAGGED), earlier))
    assert evaluate(FLAGS, facts).outcome is CLEAR


MISSING = a_rule("missing", alert="chase", step="psa", after_days=from_source(21))


def test_silence_is_a_breach_from_the_day_it_says() -> None:
    waiting = Waiting(step="psa", title="PSA blood test", due_on=date(2027, 3, 1), ref="occurrence-1")
    before = evaluate(MISSING, Facts(today=date(2027, 3, 21), waiting=(waiting,)))
    after = evaluate(MISSING, Facts(today=date(2027, 3, 22), waiting=(waiting,)))
    assert (before.outcome, before.look_again_on) == (CLEAR, date(2027, 3, 22))
    assert (after.outcome, after.kind) == (BREACH, AlertKind.CHASE)
    assert after.sentence == "PSA blood test was due on 1 March 2027, 21 days ago, and nothing has come back."


TRUTH = """
all breach breach = breach
all breach clear = clear
all breach cannot = cannot_tell
all clear cannot = clear
any breach cannot = breach
any clear cannot = cannot_tell
any clear clear = clear
not breach = clear
not clear = breach
not cannot = cannot_tell
"""


@pytest.mark.parametrize("line", TRUTH.strip().splitlines())
def test_joined_conditions(line: str) -> None:
    words, expected = line.split(" = ")
    join, *parts = words.split()
    steps = {
        "breach": {"kind": "threshold", "analyte": "psa", "limit": from_source("0.2"), "unit": "ug/L"},
        "clear": {"kind": "threshold", "analyte": "psa", "limit": from_source("9"), "unit": "ug/L"},
        "cannot": {"kind": "times_upper_limit", "analyte": "psa", "factor": from_source("2"), "unit": "ug/L"},
    }
    inner = [steps[part] for part in parts]
    rule = a_rule(join, of=inner[0] if join == "not" else inner)
    assert found(rule, psa("2027-03-03", "0.4")) == expected
