"""What a person sends on a question page becomes an answer or a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from rms.portal.forms import birth_date_form, read_answer
from rms.questionnaires.library import definition_of
from rms.questionnaires.model import Chose, Day, Declined, Item, ItemKind, Number, Option, Words, YesNo
from rms.web.submitted import submitted

OPTIONS = (Option(code="no", text="No"), Option(code="yes", text="Yes"))
OR_DECLINE = ", or choose “I would rather not answer”"


def an_item(kind, **more):
    return Item(**{"link_id": "q", "kind": kind, "text": "Q?", "short": "q", **more})


CHOICE = an_item(ItemKind.CHOICE, options=OPTIONS)
BOOLEAN = an_item(ItemKind.BOOLEAN)
NUMBER = an_item(ItemKind.NUMBER, lowest=Decimal(0), highest=Decimal(10))
DAY = an_item(ItemKind.DATE)
TEXT = an_item(ItemKind.TEXT, longest=5)
OPTIONAL = an_item(ItemKind.TEXT, longest=5, required=False)


def read(item, **typed):
    return read_answer(item, sent=submitted([(name.replace("_", "-"), value) for name, value in typed.items()]))


@pytest.mark.parametrize(
    ("item", "typed", "answer"),
    [
        (CHOICE, {"answer": "yes"}, Chose(code="yes")),
        (BOOLEAN, {"answer": "yes"}, YesNo(value=True)),
        (BOOLEAN, {"answer": "no"}, YesNo(value=False)),
        (NUMBER, {"answer": "7.5"}, Number(value=Decimal("7.5"))),
        (DAY, {"answer_day": "2", "answer_month": "may", "answer_year": "2027"}, Day(value=date(2027, 5, 2))),
        (TEXT, {"answer": "fine"}, Words(value="fine")),
        (OPTIONAL, {}, Words(value="")),
        (CHOICE, {"answer": "rather-not"}, Declined()),
        (BOOLEAN, {"answer": "rather-not"}, Declined()),
        (NUMBER, {"rather_not": "yes"}, Declined()),
    ],
)
def test_answers(item, typed, answer):
    found = read(item, **typed)
    assert found.answer == answer
    assert not found.errors


@pytest.mark.parametrize(
    ("item", "typed", "told"),
    [
        (CHOICE, {}, "Select an answer" + OR_DECLINE),
        (CHOICE, {"answer": "perhaps"}, "Select an answer" + OR_DECLINE),
        (BOOLEAN, {}, "Select yes or no" + OR_DECLINE),
        (NUMBER, {"answer": "11"}, "Enter a number from 0 to 10"),
        (NUMBER, {"answer": "lots"}, "Enter a number, like 12 or 12.5"),
        (TEXT, {"answer": "too long"}, "Your answer must be 5 characters or fewer"),
        (DAY, {"answer_day": "2"}, "The date must include a month and year"),
    ],
)
def test_faults(item, typed, told):
    found = read(item, **typed)
    assert found.answer is None
    assert found.errors.of("answer").message == told


def test_a_question_that_needs_an_answer_takes_no_declining():
    must = an_item(ItemKind.CHOICE, options=OPTIONS, may_decline=False)
    assert read(must, answer="rather-not").errors.of("answer").message == "Select an answer"


def test_words_that_look_like_declining_are_words():
    long_text = an_item(ItemKind.TEXT, longest=50)
    assert read(long_text, answer="rather-not").answer == Words(value="rather-not")


@pytest.mark.parametrize("key", ["symptom-check-prostate", "symptom-check-colorectal", "symptom-check-breast"])
def test_every_option_of_every_instrument_can_be_sent(key):
    for item in definition_of(key).items:
        for option in item.options:
            assert read(item, answer=option.code).answer == Chose(code=option.code)


def test_a_birth_date_is_in_the_past():
    typed = submitted([("born_on-day", "15"), ("born_on-month", "3"), ("born_on-year", "2027")])
    parsed = birth_date_form(today=date(2027, 3, 14)).read(typed)
    assert parsed.errors.of("born_on").message == "Date of birth must be in the past"
    assert birth_date_form(today=date(2027, 3, 15)).read(typed).value.born_on == date(2027, 3, 15)
