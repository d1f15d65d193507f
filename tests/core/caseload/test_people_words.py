"""What a nurse reads of codes of other rooms and of providers; what is typed about contacts and deaths."""

from datetime import date

import pytest

from rms.alerts.lifecycle import AlertMove
from rms.alerts.moves import DecisionKind
from rms.caseload.people.forms.contact import read_detail
from rms.caseload.people.forms.standing import ENDINGS, death_form, pause_form
from rms.caseload.people.presenters.contact import value_words
from rms.caseload.people.words import ALERT_MOVES, DECISIONS, OUTCOMES, message_state, step_words
from rms.dates import PartialDate
from rms.messages.model import Channel, MessageState, Purpose
from rms.messages.spoken import not_reached, reason_words
from rms.plans.moves.living import OUTCOMES as PLAN_OUTCOMES
from rms.web.submitted import submitted

TODAY = date(2027, 6, 1)
BORN = PartialDate.parse("1950-04-03")


@pytest.mark.parametrize("state", list(MessageState))
def test_no_word_of_a_provider_reaches_a_page(state: MessageState) -> None:
    for word in ("permanent-failure", "undelivered", "something-new"):
        reason = f"The provider reported '{word}' after accepted; it stays accepted."
        words = message_state(state, reason=reason, channel=Channel.SMS, is_printed=False)
        assert "provider" not in words
        assert "-failure" not in words
    assert message_state(state, reason=None, channel=Channel.SMS, is_printed=False) != state


def test_a_failure_says_what_a_nurse_can_do_with_it() -> None:
    said = message_state("failed", reason="The provider reported 'permanent-failure'.", channel="sms", is_printed=False)
    assert said == "Not delivered: the number or address does not work"
    assert reason_words("The plan was paused.") == "The plan was paused."
    assert reason_words("The provider refused the address: ???") == ""


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.HELD, MessageState.EXPIRED])
def test_an_alert_about_a_message_has_no_word_of_ours_or_of_a_provider(purpose: Purpose, state: MessageState) -> None:
    said = not_reached(
        purpose=purpose, channel=Channel.SMS, state=state, reason="The provider refused the address: E21211"
    )
    for word in ("_", "sms", "provider", "E21211", "person person"):
        assert word not in said, said
    assert said.startswith("A text message (")


def test_a_reminder_that_failed_says_what_it_was_and_what_to_do() -> None:
    said = not_reached(purpose=Purpose.TEST_REMINDER_1, channel=Channel.SMS, state=MessageState.FAILED,
                       reason="The provider reported 'permanent-failure'.")  # fmt: skip
    assert said == "A text message (that a test is due) did not reach the person: the number or address does not work."


def test_a_letter_is_printed_or_waits_for_it() -> None:
    assert message_state("accepted", reason=None, channel="letter", is_printed=False) == "Waiting to be printed"
    assert message_state("accepted", reason=None, channel="letter", is_printed=True) == "Printed"


def test_every_code_has_words() -> None:
    assert set(AlertMove) <= set(ALERT_MOVES)
    assert set(DecisionKind) <= set(DECISIONS)
    assert set(PLAN_OUTCOMES) == set(OUTCOMES)
    assert set(ENDINGS) == set(PLAN_OUTCOMES) - {"died"}
    assert step_words("stage", detail="remind:1") == "Reminder sent"


def detail(kind: str, value: str, *, day: str = "1") -> dict[str, str]:
    return {"kind": kind, "value": value, "told_by": "helper", "right_on-day": day, "right_on-month": "6",
            "right_on-year": "2027"}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("telephone", "07700 900123", ("mobile", "+447700900123")),
        ("telephone", "01632 960 001", ("phone", "+441632960001")),
        ("email", "ann@Example.ORG", ("email", "ann@example.org")),
        ("post", "1 Mill Lane\n\nTownham,\nto1 1aa", ("post", "1 Mill Lane\nTownham\nTO1 1AA")),
    ],
)
def test_a_new_number_or_address_is_read_as_people_write_it(kind: str, typed: str, stored: tuple[str, str]) -> None:
    _, contact = read_detail(submitted(detail(kind, typed).items()), today=TODAY)
    assert contact is not None
    assert (contact.kind, contact.value, contact.source, str(contact.as_of)) == (*stored, "staff", "2027-06-01")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (detail("telephone", "7700 900123"), "value"),
        (detail("email", "nobody"), "value"),
        (detail("post", "1 Mill Lane"), "value"),
        (detail("telephone", "07700 900123", day="2"), "right_on"),
        ({**detail("telephone", "07700 900123"), "told_by": "x"}, "told_by"),
    ],
)
def test_a_fault_of_a_new_number_stands_at_its_field(sent: dict[str, str], field: str) -> None:
    parsed, contact = read_detail(submitted(sent.items()), today=TODAY)
    assert contact is None
    assert [error.field for error in parsed.errors.all] == [field]


def test_an_empty_form_names_every_fault_at_once() -> None:
    parsed, _ = read_detail(submitted([]), today=TODAY)
    assert [error.field for error in parsed.errors.all] == ["kind", "value", "told_by", "right_on"]


@pytest.mark.parametrize(
    ("day", "month", "year", "found"),
    [
        ("3", "5", "2027", "2027-05-03"),
        ("", "5", "2027", "2027-05"),
        ("", "", "2027", "2027"),
        ("", "", "", None),
        ("3", "", "2027", "fault"),
        ("3", "5", "", "fault"),
        ("31", "2", "2027", "fault"),
        ("2", "6", "2027", "fault"),
        ("", "", "1949", "fault"),
        ("", "13", "2027", "fault"),
    ],
)
def test_a_death_may_be_known_in_part_and_lies_between_birth_and_today(
    day: str, month: str, year: str, found: str | None
) -> None:
    sent = {"sure": "formal", "source": "The GP", "died_on-day": day, "died_on-month": month, "died_on-year": year}
    parsed = death_form(today=TODAY, born=BORN).read(submitted(sent.items()))
    if found == "fault":
        assert [error.field for error in parsed.errors.all] == ["died_on"]
    else:
        assert parsed.value is not None
        assert (str(parsed.value.died_on) if parsed.value.died_on else None) == found


def test_a_pause_ends_on_a_day_ahead() -> None:
    sent = {"until-day": "1", "until-month": "6", "until-year": "2027", "why": "Abroad", "inside": "ask"}
    assert pause_form(today=TODAY).read(submitted(sent.items())).errors.of("until") is not None
    later = {**sent, "until-day": "2"}
    assert pause_form(today=TODAY).read(submitted(later.items())).value is not None


def test_numbers_are_shown_as_they_are_dialled() -> None:
    assert value_words("mobile", "+447700900123") == "07700 900123"
    assert value_words("post", "1 Mill Lane\nTownham") == "1 Mill Lane, Townham"
