"""What may be confirmed ten at a time: each rule alone, and a thousand results of which no doubtful one ever gets in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import msgspec
import pytest

from rms.alerts.model import Facts, FindingOutcome, Reading
from rms.alerts.rules import Rule, evaluate
from rms.followup.review.entry import ENTRY_RULES, Bulk, OneByOne, place, versions
from rms.followup.review.likeness import Stray, may_be_about
from rms.followup.review.limits import limits_of
from rms.followup.review.model import AnswerFacts, Candidate, EntryFacts, RuleStanding, Shown, Told
from rms.plans.protocol import load_library
from rms.results.model import Comparator, ObservationStatus

REVIEWED = datetime(2027, 1, 5, 10, tzinfo=UTC)
AFTER = REVIEWED + timedelta(days=1)
CLEAR = RuleStanding(rule="psa-above-limit", outcome=FindingOutcome.CLEAR, sentence="Not above.")

GOOD = EntryFacts(
    result=1, version=1, review_state="to_review", status=ObservationStatus.FINAL, final_versions=1, is_number=True,
    unit="ug/L", unit_expected="ug/L", plan_state="active", death_recorded=False, rules=(CLEAR,),
    watched=True, spoke_when_filed="", matched=True,
    typed_unchecked=False, doubts_about_person=(), closed_step=True, earlier_on_plan=1, newer_on_file=False, method="",
    method_before="", comment="", comment_before="", open_alerts=(), questionnaires_unanswered=(),
    questionnaires_changed=(), unmatched_messages=0,
    told=Told(how="letter"), reviewed_at=REVIEWED, limit_changed_at=REVIEWED, treated_at=REVIEWED, others_waiting=0,
    parts_missing=0, dropped="",
)  # fmt: skip

#: One fact is other than it should be: the rule that speaks, and a part of its sentence.
BAD = [
    ({"rules": (msgspec.structs.replace(CLEAR, outcome=FindingOutcome.BREACH, sentence="Above."),)}, "rules", "Above."),
    (
        {"rules": (msgspec.structs.replace(CLEAR, outcome=FindingOutcome.CANNOT_TELL, sentence="<0.5?"),)},
        "rules",
        "<0.5?",
    ),
    ({"spoke_when_filed": "It was above."}, "rules", "It was above."),
    ({"watched": False}, "rules", "nobody can say what is in range"),
    ({"open_alerts": ("Phone him.",)}, "alert", "An alert is open: Phone him."),
    ({"open_alerts": ("Phone him.", "b", "c")}, "alert", "And 2 more alerts."),
    ({"status": ObservationStatus.PRELIMINARY}, "status", "not final"),
    ({"status": ObservationStatus.DELETED}, "status", "taken it back"),
    ({"final_versions": 2}, "status", "changed it"),
    ({"is_number": False}, "unit", "written in words"),
    ({"unit": "mg/L"}, "unit", "Its unit is mg/L, not ug/L."),
    ({"unit": None}, "unit", "not known"),
    ({"unit": None, "unit_expected": None}, "unit", "not known"),
    ({"dropped": "It was left out."}, "dropped", "left out"),
    ({"matched": False}, "matched", "not matched"),
    ({"typed_unchecked": True}, "matched", "typed in by hand"),
    ({"doubts_about_person": ("No NHS number.",)}, "matched", "No NHS number."),
    ({"death_recorded": True}, "alive", "after death"),
    ({"plan_state": None}, "expected", "no plan"),
    ({"plan_state": "in_transfer"}, "expected", "in transfer"),
    ({"closed_step": False}, "expected", "not expected"),
    ({"newer_on_file": True}, "latest", "newer result"),
    ({"earlier_on_plan": 0}, "first", "first result"),
    ({"reviewed_at": None}, "first", "Nobody has looked"),
    ({"method": "Roche"}, "method", "Roche, before: not stated"),
    ({"method_before": "Roche"}, "method", "not stated, before: Roche"),
    ({"comment": "H: Haemolysed."}, "comment", "H: Haemolysed."),
    ({"comment": "H", "comment_before": "Usual text."}, "comment", "The laboratory wrote"),
    ({"questionnaires_unanswered": ("Symptom check",)}, "answers", "Not answered: Symptom check."),
    ({"questionnaires_changed": ("Symptom check",)}, "answers", "nobody has looked"),
    ({"unmatched_messages": 1}, "unmatched", "may be about this person"),
    ({"told": Told(why_not="No address.")}, "contact", "No address."),
    ({"limit_changed_at": AFTER}, "limit", "changed on 6 January 2027"),
    ({"treated_at": AFTER}, "treatment", "recorded on 6 January 2027"),
    ({"others_waiting": 1}, "together", "1 more thing of this person waits"),
    ({"others_waiting": 2}, "together", "2 more things of this person wait"),
    ({"parts_missing": 1}, "together", "Another part"),
]


def test_a_result_about_which_nothing_is_doubtful_may_be_confirmed_with_others() -> None:
    assert place(GOOD) == Bulk()


@pytest.mark.parametrize(("facts", "rule", "words"), BAD, ids=lambda value: str(value)[:40])
def test_each_doubt_alone_is_enough_and_gives_its_sentence(facts: dict[str, object], rule: str, words: str) -> None:
    found = place(msgspec.structs.replace(GOOD, **facts))
    assert isinstance(found, OneByOne)
    assert found.rule == rule
    assert words in found.reason


def test_every_rule_has_a_case_here_a_version_and_words() -> None:
    assert {rule for _, rule, _ in BAD} == {rule.key for rule in ENTRY_RULES} == set(versions())
    assert len(ENTRY_RULES) == len(versions())
    assert all(rule.version >= 1 and rule.asks for rule in ENTRY_RULES)


def test_the_first_reason_is_shown_and_the_others_are_kept() -> None:
    found = place(msgspec.structs.replace(GOOD, open_alerts=("A.",), dropped="B.", closed_step=False))
    assert found == OneByOne(rule="alert", reason="An alert is open: A.",
                             also=("B.", "It was not expected: it belongs to no test that was due."))  # fmt: skip


def test_answers_are_never_confirmed_with_others() -> None:
    facts = AnswerFacts(assignment=1, review_state="to_review", last_answer=3, open_alerts=())
    assert isinstance(place(facts), OneByOne)
    assert "Phone him." in place(msgspec.structs.replace(facts, open_alerts=("Phone him.",))).reason


def _rules() -> tuple[tuple[str, Rule], ...]:
    numbers = ("threshold", "confirmed_threshold", "delta_from_nadir")
    return tuple(
        (protocol.key, rule)
        for protocol in load_library().values()
        for rule in protocol.rules
        if msgspec.to_builtins(rule.when)["kind"] in numbers and rule.when.analyte == "psa"
    )


def _made_up(random: Random, number: int, rule: Rule) -> tuple[EntryFacts, bool]:
    """One result from a seed, and whether anything at all is wrong with it, told apart from our own rules."""
    start = date(2026, 1, 1)
    values = [
        Decimal(random.choice(("0.01", "0.05", "0.1", "0.19", "0.2", "0.21", "1.9", "2.3")))
        for _ in range(random.randint(1, 6))
    ]
    comparators = [random.choice(("", "", "", "<", ">")) for _ in values]
    readings = tuple(
        Reading(analyte="psa", number=value, unit="ug/L", sample_on=start + timedelta(days=90 * n), ref=str(n),
                comparator=Comparator(comparator))
        for n, (value, comparator) in enumerate(zip(values, comparators, strict=True))
    )  # fmt: skip
    anchors = {"surgery": start, "end_of_treatment": start, "diagnosis": start}
    finding = evaluate(rule, Facts(today=start + timedelta(days=600), readings=readings, anchors=anchors))
    wrong, changes = finding.outcome is not FindingOutcome.CLEAR, {}
    for facts, _, _ in random.sample(BAD[2:], k=random.choice((0, 0, 1, 2))):
        changes |= facts
        wrong = True
    standing = RuleStanding(rule=rule.key, outcome=finding.outcome, sentence=finding.sentence)
    return msgspec.structs.replace(GOOD, result=number, rules=(standing,), **changes), wrong


def test_of_a_thousand_made_up_results_no_doubtful_one_is_ever_offered_with_others() -> None:
    random = Random(20270301)
    rules = _rules()
    assert len(rules) >= 2
    made = [_made_up(random, number, random.choice(rules)[1]) for number in range(1000)]
    offered = [facts for facts, _ in made if isinstance(place(facts), Bulk)]
    assert [facts.result for facts in offered] == [facts.result for facts, wrong in made if not wrong]
    assert 100 < len(offered) < 900
    for facts in offered:
        assert {one.outcome for one in facts.rules} == {FindingOutcome.CLEAR}
        assert facts.open_alerts == ()


SHOWN = Shown(
    subject_ref=UUID(int=1), person_ref=UUID(int=2), name="ASHDOWN, Peter (Mr)", born_text="1950-04-03",
    nhs_number="9990000018",
    test="PSA", value="0.04 ug/L", sampled_on=date(2027, 2, 1), trend=(), line=None, limits=(), questionnaires="",
    next_test="PSA", next_due_on=date(2027, 5, 1), told="letter", protocol="p 1",
)  # fmt: skip


@pytest.mark.parametrize("change", [{"facts": {"told": Told(how="email")}}, {"facts": {"version": 2}},
                                    {"shown": {"value": "0.05 ug/L"}}, {"shown": {"next_due_on": None}}], ids=str)  # fmt: skip
def test_whatever_changes_changes_the_fingerprint(change: dict[str, dict[str, object]]) -> None:
    seen = Candidate(patient_id=1, plan_id=1, team_id=1, facts=GOOD, shown=SHOWN)
    other = Candidate(
        patient_id=1, plan_id=1, team_id=1, facts=msgspec.structs.replace(GOOD, **change.get("facts", {})),
        shown=msgspec.structs.replace(SHOWN, **change.get("shown", {})),
    )  # fmt: skip
    assert seen.fingerprint == Candidate(patient_id=1, plan_id=1, team_id=1, facts=GOOD, shown=SHOWN).fingerprint
    assert seen.fingerprint != other.fingerprint


@pytest.mark.parametrize(("stray", "may_be"), [
    (Stray(nhs_number="9990000018"), True), (Stray(born_on=date(1950, 4, 3)), True), (Stray(name_key="ashdown"), True),
    (Stray(name_key="ashdown mary"), True), (Stray(nhs_number="9990000026", name_key="brook p"), False), (Stray(), False),
    (Stray(anybody=True), True),
])  # fmt: skip
def test_agreement_in_anything_is_enough_for_a_stray_message_to_count(stray: Stray, may_be: bool) -> None:
    row = {"nhs_number": "9990000018", "born_on": date(1950, 4, 3), "name_key": "ashdown peter"}
    assert may_be_about(stray, row) is may_be


def test_limits_read_as_words_and_say_whose_they_are() -> None:
    protocol = load_library()["prostate-after-prostatectomy"]
    [written] = limits_of(protocol.rules, analyte="psa", personal={})
    assert (written.words, written.personal) == ("above 0.2 ug/L", False)
    [own] = limits_of(protocol.rules, analyte="psa", personal={"psa-above-limit": Decimal("0.10")})
    assert (own.words, own.personal) == ("above 0.10 ug/L", True)
