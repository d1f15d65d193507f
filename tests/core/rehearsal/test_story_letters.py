"""What the story makes of its print queue: a letter that is missing, one too many, or one that is wrong, is named."""

from datetime import date

import pytest

from rms.rehearsal.people import story_people
from rms.rehearsal.story.expected import Value
from rms.rehearsal.story.expected_letters import (
    Found,
    Paper,
    Sheet,
    Step,
    at_start,
    differences,
    in_range,
    in_words,
    not_in_range,
    on_day,
)

TODAY = date(2027, 3, 1)
DUE = date(2027, 4, 30)
SHEET = Sheet(man=story_people(today=TODAY)[0], trust="North Madeup Hospital", other_trusts=("South Madeup Hospital",))
PSA = Step(kind="test", title="PSA blood test", due_on=DUE)
QUESTIONS = Step(kind="questionnaire", title="Symptom check", due_on=DUE)
STARTED = at_start(SHEET, limit="0.1", first=PSA)


def _as_found(paper: Paper, words: str = "") -> Found:
    return Found(purpose=paper.purpose, to=paper.to, words=words or " ".join(paper.says))


def test_exactly_the_letters_that_should_be_there_are_right() -> None:
    assert differences(STARTED, [_as_found(one) for one in reversed(STARTED)]) == []
    assert differences([], []) == []


def test_a_missing_letter_and_one_too_many_are_named() -> None:
    him, practice = STARTED
    assert differences(STARTED, [_as_found(him)]) == [
        "the letter plan_started_gp to the practice is not in the print queue"
    ]
    assert differences([practice], [_as_found(him), _as_found(practice)]) == [
        "a letter plan_started to him is in the print queue and should not be"
    ]
    assert differences([him], [_as_found(him), _as_found(him)]) != []


@pytest.mark.parametrize("word", ["Raymond", "17 April 1953", "NHS number", "0.1 ug/L", "30 April 2027", "Z99000"])
def test_the_practices_letter_must_say_whom_and_what(word: str) -> None:
    practice = STARTED[1]
    said = " ".join(practice.says)
    assert word in said
    assert differences([practice], [_as_found(practice, said.replace(word, "something else"))]) != []


def test_a_letter_that_names_the_other_trust_is_wrong() -> None:
    practice = STARTED[1]
    wrong = differences([practice], [_as_found(practice, " ".join([*practice.says, "South Madeup Hospital"]))])
    assert wrong == ["the letter plan_started_gp to the practice speaks of “South Madeup Hospital”"]


def test_a_result_in_range_is_told_to_both_with_its_value_and_day() -> None:
    him, practice = in_range(SHEET, value=Value(sampled_on=DUE, value="< 0.01"))
    assert all("PSA was <0.01 ug/L" in " ".join(one.says) for one in (him, practice))
    assert all("30 April 2027" in " ".join(one.says) for one in (him, practice))


@pytest.mark.parametrize(("kind", "purpose"), [("repeat", "repeat_test_gp"), ("recurrence", "recurrence_gp")])
def test_what_is_not_in_range_is_told_to_the_practice_without_its_value(kind: str, purpose: str) -> None:
    [practice] = not_in_range(SHEET, kind=kind, value=Value(sampled_on=DUE, value="0.31"))
    assert (practice.purpose, practice.to) == (purpose, "gp_practice")
    assert differences([practice], [_as_found(practice)]) == []
    told = _as_found(practice, " ".join([*practice.says, "PSA was 0.31 ug/L"]))
    assert differences([practice], [told]) != []


@pytest.mark.parametrize(
    ("today", "by_letter", "brings"),
    [
        (date(2027, 3, 19), True, ["test_reminder_1"]),
        (date(2027, 3, 19), False, ["test_request"]),
        (date(2027, 4, 16), True, ["test_reminder_2"]),
        (date(2027, 4, 16), False, []),
        (DUE, True, ["questionnaire_invite"]),
        (date(2027, 5, 7), True, ["test_late", "questionnaire_reminder_2"]),
        (date(2027, 5, 7), False, []),
        (date(2027, 5, 8), True, []),
    ],
)
def test_a_day_brings_what_is_due_on_it(today: date, by_letter: bool, brings: list[str]) -> None:
    letters = on_day(SHEET, today=today, steps=[PSA, QUESTIONS], by_letter=by_letter)
    assert [one.purpose for one in letters] == brings


def test_what_was_printed_is_said_in_words() -> None:
    assert in_words(STARTED) == "2 letters, 1 for him and 1 for his practice"
    assert in_words(STARTED[:1]) == "1 letter for him"
    assert in_words(STARTED[1:]) == "1 letter for his practice"
