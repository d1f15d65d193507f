"""What a person sees on the question and check pages."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from rms.portal.presenters.hours import answering
from rms.portal.presenters.questions import present_check, present_question, spoken
from rms.portal.presenters.words import HelpLine, whom_to_call
from rms.questionnaires.answers import item_of
from rms.questionnaires.library import definition_of
from rms.questionnaires.model import Chose, Day, Declined, Item, ItemKind, Number, Words, YesNo
from rms.web.jinja import TEMPLATES
from rms.web.submitted import submitted

FORM = definition_of("symptom-check-prostate")
HELP = HelpLine(who="Northmoor", number="07700 900123", href="tel:+447700900123", hours="9am to 5pm")


def question(link_id, *, answers, sent=None):
    item = item_of(FORM, link_id=link_id)
    return present_question(FORM, item=item, answers=answers, base="/f", sent=sent)


def test_a_question_knows_its_place_and_its_neighbour():
    page = question("bone-pain", answers={"wellbeing": Chose(code="well")})
    assert page.where == "Question 2 of 9"
    assert page.back == "/f/q/wellbeing"
    assert page.action == "/f/q/bone-pain"
    assert question("wellbeing", answers={}).back is None


def test_a_saved_answer_is_chosen_again_and_what_was_just_sent_wins():
    saved = {"wellbeing": Chose(code="well")}
    assert [choice.code for choice in question("wellbeing", answers=saved).choices if choice.chosen] == ["well"]
    page = question("wellbeing", answers=saved, sent=submitted([("answer", "unwell")]))
    assert [choice.code for choice in page.choices if choice.chosen] == ["unwell"]


def test_a_declined_answer_is_remembered_as_such():
    page = question("wellbeing", answers={"wellbeing": Declined()})
    assert page.decline.chosen
    assert not any(choice.chosen for choice in page.choices)


def test_a_yes_or_no_is_a_choice_of_two():
    page = question("wants-call", answers={"wants-call": YesNo(value=False)})
    assert [(choice.code, choice.chosen) for choice in page.choices] == [("yes", False), ("no", True)]


def test_an_optional_text_offers_nothing_to_decline():
    assert question("anything-else", answers={}).decline is None


def test_check_lists_what_is_asked_and_says_once_what_was_skipped():
    answers = {"wellbeing": Declined(), "wants-call": YesNo(value=True), "weight-loss": Chose(code="no")}
    page = present_check(FORM, answers=answers, base="/f", help_line=HELP)
    rows = {row.change: row for row in page.rows}
    assert page.note == "You chose not to answer: How you feel. That is all right."
    assert not page.may_send
    assert rows["/f/q/wellbeing"].answer == "I would rather not answer"
    assert rows["/f/q/worry"].answer == "Not answered yet"
    assert not rows["/f/q/worry"].answered
    assert rows["/f/q/call-about"].answer == "Nothing to add"
    assert "/f/q/call-about" not in {
        row.change for row in present_check(FORM, answers={}, base="/f", help_line=HELP).rows
    }


def test_it_can_be_sent_when_every_question_that_needs_one_has_an_answer():
    answers = {item.link_id: Declined() for item in FORM.items}
    assert present_check(FORM, answers=answers, base="/f", help_line=HELP).may_send


@pytest.mark.parametrize(
    ("item", "answer", "words"),
    [
        (
            Item(link_id="n", kind=ItemKind.NUMBER, text="?", short="n", unit="kg"),
            Number(value=Decimal("71.50")),
            "71.50 kg",
        ),
        (Item(link_id="d", kind=ItemKind.DATE, text="?", short="d"), Day(value=date(2027, 5, 2)), "2 May 2027"),
        (Item(link_id="b", kind=ItemKind.BOOLEAN, text="?", short="b"), YesNo(value=False), "No"),
        (Item(link_id="t", kind=ItemKind.TEXT, text="?", short="t"), Words(value=""), "Nothing to add"),
        (FORM.items[0], Chose(code="so-so"), "Not so good"),
        (FORM.items[0], None, "Not answered yet"),
    ],
)
def test_answers_are_said_as_a_person_would(item, answer, words):
    assert spoken(item, answer=answer) == words


def test_the_hours_are_the_teams_own_and_none_stand_where_none_are_known_to_hold():
    assert whom_to_call("Urology", number="01632 960001", hours="Weekdays, 8am to 4pm.").hours == (
        "Weekdays, 8am to 4pm, not on bank holidays."
    )
    assert whom_to_call("North Hospital", number="01632 960000", hours=None).hours == ""
    for said in ("Weekdays, 8am to 4pm, not on bank holidays", "Office hours, ask Sue"):
        assert whom_to_call("Urology", number="01632 960001", hours=said).hours == f"{said}."


@pytest.mark.parametrize(("hours", "now", "says"), [
    ("Weekdays, 8am to 4:30pm", (2026, 11, 24, 16, 29), "We are here now, until 4:30pm. Please call us."),
    ("Weekdays, 8am to 4:30pm", (2026, 11, 24, 16, 30), ("We are closed now. We answer the phone again from 8am on Wednesday"
     " 25 November 2026. If it cannot wait, call 111. In an emergency call 999.")),
    ("Weekdays, 8am to midday", (2026, 12, 28, 10, 0), ("We are closed now. We answer the phone again from 8am on Tuesday"
     " 29 December 2026. If it cannot wait, call 111. In an emergency call 999.")),
    ("Weekdays, 8am to midday", (2026, 11, 24, 7, 0), ("We are closed now. We answer the phone again from 8am today. If it"
     " cannot wait, call 111. In an emergency call 999.")),
    ("Every day, 9am to noon, including bank holidays", (2026, 12, 25, 9, 0), "We are here now, until midday. Please call us."),
    ("Ask Sue", (2026, 11, 24, 10, 0), "If nobody answers and it cannot wait, call 111. In an emergency call 999."),
    (None, (2026, 11, 24, 10, 0), "If nobody answers and it cannot wait, call 111. In an emergency call 999."),
])  # fmt: skip
def test_whether_somebody_answers_now_comes_from_the_teams_hours_or_is_not_said(hours, now, says):
    assert answering(hours, now=datetime(*now, tzinfo=UTC)) == says


@pytest.mark.parametrize(("hours", "hour", "says"), [
    ("Weekdays, 8am to 4:30pm", 10, "We are here now, until 4:30pm. Please call us."),
    ("Weekdays, 8am to 4:30pm", 22, "We are closed now. Do not wait for us: call 111 now. In an emergency call 999."),
    ("Ask Sue", 10, ""),
])  # fmt: skip
def test_after_an_answer_that_cannot_wait_nobody_is_told_to_wait_for_the_morning(hours, hour, says):
    assert answering(hours, now=datetime(2026, 11, 24, hour, tzinfo=UTC), act_now=True) == says


def test_no_page_text_or_letter_states_hours_of_its_own():
    stated = re.compile(r"\b\d{1,2}([:.]\d\d)?\s?(am|pm)\b", re.IGNORECASE)
    for folder in ("portal", "messages", "letters", "components"):
        for path in sorted((TEMPLATES / folder).rglob("*")):
            if path.is_file():
                assert not stated.search(path.read_text("utf-8")), path
