"""Scores with their rules for gaps, and red flags; whatever is missing is never read as "no"."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.questionnaires.branching import counted
from rms.questionnaires.model import Chose, Declined, Method, Number, Urgency, Words, YesNo
from rms.questionnaires.scoring import Standing, red_flags, scores

FULL = {
    "pain": Chose(code="some"),
    "where": Chose(code="bad"),
    "legs": YesNo(value=False),
    "nights": Number(value=Decimal(2)),
}


def burden(form, answers):
    (found,) = scores(form, answers=answers)
    return found


def flag(form, link_id, answers, *, sent=True):
    return next((found for found in red_flags(form, answers=answers, sent=sent) if found.link_id == link_id), None)


def test_a_sum_with_its_band_and_its_sentence(form):
    found = burden(form, FULL)
    assert found.value == 5
    assert found.band.key == "high"
    assert found.because == "Burden is 5, from 3 of 3 answers. High."


def test_a_gap_stands_as_high_in_its_range_as_the_answers_in_theirs(form):
    found = burden(form, {**FULL, "nights": Declined()})
    assert found.value == Decimal("8.3")  # 3 of 4 points, and three quarters of 7 nights
    assert found.missing == ("nights",)
    assert found.because == "Burden is 8.3, from 2 of 3 answers. High."


def test_two_gaps_are_no_score(form):
    found = burden(form, {"pain": Chose(code="some"), "where": Declined()})
    assert found.value is None
    assert found.band is None
    assert found.because == "Cannot tell “Burden”: 2 of 3 answers are missing."


def test_a_score_may_allow_no_gap_at_all(form):
    strict = msgspec.structs.replace(form, scores=(msgspec.structs.replace(form.scores[0], at_most_missing=0),))
    assert burden(strict, FULL).value == 5
    assert burden(strict, {**FULL, "nights": Declined()}).value is None


def test_nothing_answered_is_no_score_and_not_zero(form):
    assert burden(form, {}).value is None


def test_a_question_that_is_not_asked_is_no_gap_and_gives_no_points(form):
    found = burden(form, {**FULL, "pain": Chose(code="none")})
    assert found.value == 2
    assert found.missing == ()


def test_between_two_bands_the_higher_one_counts(form):
    found = burden(
        form, {"pain": Chose(code="some"), "where": Chose(code="none"), "nights": Number(value=Decimal("2.5"))}
    )
    assert found.value == Decimal("3.5")
    assert found.band.key == "high"


def test_a_mean_is_taken_over_what_was_answered(form):
    mean = msgspec.structs.replace(form, scores=(msgspec.structs.replace(form.scores[0], method=Method.MEAN),))
    assert burden(mean, {**FULL, "nights": Declined()}).value == Decimal("1.5")


RED_FLAGS = """
  pain     | sent | standing    | urgency
  bad      | yes  | flagged     | look_soon
  some     | yes  | clear       |
  declined | yes  | cannot_tell | look_soon
  open     | yes  | cannot_tell | look_soon
  open     | no   |             |
  declined | no   | cannot_tell | look_soon
  bad      | no   | flagged     | look_soon
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in RED_FLAGS.strip().splitlines()[1:]]


@pytest.mark.parametrize(("pain", "sent", "standing", "urgency"), ROWS)
def test_red_flags(form, pain, sent, standing, urgency):
    answers = {} if pain == "open" else {"pain": Declined() if pain == "declined" else Chose(code=pain)}
    found = flag(form, "pain", answers, sent=sent == "yes")
    assert (found.standing if found else "") == standing
    assert ((found.urgency if found else None) or "") == urgency


def test_a_flagged_answer_says_why_and_what_to_do(form):
    found = flag(form, "legs", {"legs": YesNo(value=True)})
    assert found.standing is Standing.FLAGGED
    assert found.urgency is Urgency.ACT_TODAY
    assert found.because == "Weak legs. Answer to “legs”: yes."
    assert found.advice == "Call now."


def test_an_answer_that_is_no_longer_asked_raises_nothing(form):
    answers = {"pain": Chose(code="none"), "where": Chose(code="bad")}
    assert flag(form, "where", answers) is None


@given(picked=st.data())
def test_the_order_of_the_answers_does_not_matter(form, some_answers, picked):
    answers = picked.draw(some_answers)
    shuffled = dict(picked.draw(st.permutations(list(answers.items()))))
    assert scores(form, answers=answers) == scores(form, answers=shuffled)
    assert red_flags(form, answers=answers, sent=True) == red_flags(form, answers=shuffled, sent=True)


@given(picked=st.data())
def test_what_is_not_asked_never_counts(form, some_answers, picked):
    answers = picked.draw(some_answers)
    only = counted(form, answers=answers)
    assert scores(form, answers=answers) == scores(form, answers=only)
    assert red_flags(form, answers=answers, sent=True) == red_flags(form, answers=only, sent=True)


@given(picked=st.data())
def test_nothing_unanswered_is_ever_clear(form, some_answers, picked):
    answers = picked.draw(some_answers)
    kept = counted(form, answers=answers)
    for found in red_flags(form, answers=answers, sent=True):
        if found.standing is Standing.CLEAR:
            assert not isinstance(kept[found.link_id], Declined | Words)


@given(picked=st.data())
def test_a_score_stays_within_what_its_items_allow(form, some_answers, picked):
    found = burden(form, picked.draw(some_answers))
    assert found.value is None or 0 <= found.value <= 11
