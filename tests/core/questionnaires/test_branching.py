"""Which question is asked next; a changed earlier answer takes later ones away and brings them back."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.questionnaires.branching import (
    asked,
    counted,
    item_after,
    item_before,
    may_be_sent,
    next_item,
    progress,
    unanswered,
)
from rms.questionnaires.model import (
    Chose,
    Comparison,
    Condition,
    Day,
    Declined,
    EnableWhen,
    Match,
    Number,
    Words,
    YesNo,
)

BAD, NONE, YES, NO = Chose(code="bad"), Chose(code="none"), YesNo(value=True), YesNo(value=False)


def ids(items):
    return [item.link_id for item in items]


def test_what_depends_on_an_open_question_is_not_asked_yet(form):
    assert ids(asked(form, answers={})) == ["pain", "legs", "nights", "more"]


def test_an_answer_opens_the_question_behind_it(form):
    assert ids(asked(form, answers={"pain": BAD})) == ["pain", "where", "legs", "nights", "more"]
    assert "since" in ids(asked(form, answers={"pain": BAD, "legs": YES}))


def test_a_changed_earlier_answer_takes_the_later_ones_out_and_keeps_them(form):
    answers = {"pain": BAD, "where": BAD, "legs": YES, "since": Day(value=date(2027, 1, 1))}
    assert counted(form, answers=answers) == answers
    assert set(counted(form, answers={**answers, "pain": NONE})) == {"pain", "legs"}
    assert counted(form, answers={**answers, "pain": NONE} | {"pain": BAD}) == answers


def test_declining_opens_nothing_and_is_an_answer(form):
    assert ids(asked(form, answers={"pain": Declined()})) == ["pain", "legs", "nights", "more"]
    assert "pain" not in ids(unanswered(form, answers={"pain": Declined()}))


def test_an_answer_that_does_not_fit_counts_as_none(form):
    wrong = {"pain": Chose(code="gone"), "nights": Number(value=Decimal(9)), "legs": Words(value="yes")}
    assert counted(form, answers=wrong) == {}
    assert next_item(form, answers=wrong).link_id == "pain"


def test_where_to_carry_on_and_the_neighbours(form):
    answers = {"pain": BAD}
    assert next_item(form, answers=answers).link_id == "where"
    assert item_after(form, link_id="pain", answers=answers).link_id == "where"
    assert item_after(form, link_id="pain", answers={"pain": NONE}).link_id == "legs"
    assert item_before(form, link_id="where", answers=answers).link_id == "pain"
    assert item_before(form, link_id="pain", answers=answers) is None
    assert item_after(form, link_id="more", answers=answers) is None
    assert item_after(form, link_id="where", answers={"pain": NONE}) is None


def test_progress_counts_what_is_asked(form):
    here = progress(form, link_id="legs", answers={"pain": BAD, "where": NONE})
    assert (here.number, here.of, here.answered) == (3, 5, 2)
    with pytest.raises(ValueError):
        progress(form, link_id="where", answers={"pain": NONE})


def test_it_may_be_sent_when_only_optional_questions_are_open(form):
    full = {"pain": NONE, "legs": NO, "nights": Number(value=Decimal(0))}
    assert may_be_sent(form, answers=full)
    assert next_item(form, answers=full).link_id == "more"
    assert not may_be_sent(form, answers=full | {"pain": BAD})
    assert next_item(form, answers=full | {"more": Words(value="")}) is None


CONDITIONS = """
  item   | comparison | value      | answer       | asked
  pain   | answered   |            | some         | yes
  pain   | answered   |            | declined     | no
  pain   | equals     | some       | some         | yes
  pain   | equals     | some       | bad          | no
  pain   | greater    | some       | bad          | yes
  pain   | greater    | some       | some         | no
  legs   | equals     | true       | true         | yes
  legs   | equals     | true       | false        | no
  legs   | equals     | false      | declined     | no
  nights | greater    | 3          | 4            | yes
  nights | greater    | 3          | 3            | no
  nights | equals     | 3          | 3.0          | yes
  nights | equals     | 1          | 1            | yes
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in CONDITIONS.strip().splitlines()[1:]]


def as_value(text):
    if not text:
        return None
    return (
        {"true": True, "false": False}.get(text) if text in ("true", "false") else int(text) if text.isdigit() else text
    )


def as_answer(item, text):
    if text == "declined":
        return Declined()
    kinds = {"pain": lambda: Chose(code=text), "legs": lambda: YesNo(value=text == "true")}
    return kinds.get(item, lambda: Number(value=Decimal(text)))()


@pytest.mark.parametrize(("item", "comparison", "value", "answer", "expected"), ROWS)
def test_conditions(form, item, comparison, value, answer, expected):
    condition = Condition(item=item, comparison=Comparison(comparison), value=as_value(value))
    last = msgspec.structs.replace(form.items[-1], enable_when=EnableWhen(conditions=(condition,)))
    changed = msgspec.structs.replace(form, items=(*form.items[:-1], last))
    is_asked = "more" in ids(asked(changed, answers={item: as_answer(item, answer)}))
    assert is_asked == (expected == "yes")


@pytest.mark.parametrize(("match", "expected"), [(Match.ALL, False), (Match.ANY, True)])
def test_all_or_any(form, match, expected):
    conditions = (
        Condition(item="pain", comparison=Comparison.EQUALS, value="bad"),
        Condition(item="legs", comparison=Comparison.EQUALS, value=True),
    )
    last = msgspec.structs.replace(form.items[-1], enable_when=EnableWhen(conditions=conditions, match=match))
    changed = msgspec.structs.replace(form, items=(*form.items[:-1], last))
    assert ("more" in ids(asked(changed, answers={"pain": BAD, "legs": NO}))) is expected


@given(picked=st.data())
def test_the_order_of_the_answers_does_not_matter(form, some_answers, picked):
    answers = picked.draw(some_answers)
    shuffled = dict(picked.draw(st.permutations(list(answers.items()))))
    assert counted(form, answers=answers) == counted(form, answers=shuffled)
    assert asked(form, answers=answers) == asked(form, answers=shuffled)


@given(picked=st.data())
def test_answering_what_is_next_always_ends_with_a_form_that_may_be_sent(form, some_answers, picked):
    answers = dict(picked.draw(some_answers))
    for _ in form.items:
        item = next_item(form, answers=answers)
        if item is not None:
            answers[item.link_id] = Declined()
    assert next_item(form, answers=answers) is None
    assert may_be_sent(form, answers=answers)


@given(picked=st.data())
def test_what_counts_is_asked_and_counting_twice_changes_nothing(form, some_answers, picked):
    answers = picked.draw(some_answers)
    kept = counted(form, answers=answers)
    assert set(kept) <= set(ids(asked(form, answers=answers)))
    assert counted(form, answers=kept) == kept
