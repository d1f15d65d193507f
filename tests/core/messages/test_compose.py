"""From a wording and facts to a text: what a person reads, and what never gets in."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.errors import BadInput, Refused
from rms.messages.catalogue import load, read
from rms.messages.compose import Facts, Rendered, compose, link_to
from rms.messages.model import Channel, Purpose, TestWord
from rms.messages.wording import addressed
from rms.people.model import PersonName

PORTAL = "https://followup.example.org"
CATALOGUE = load()
FACTS = Facts(
    organisation_name="Anytown Hospital NHS",
    phone="01234 567890",
    phone_hours="Monday to Friday, 9am to 5pm",
    first_name="Margaret",
    test=TestWord.BLOOD_TEST,
    due_on=date(2026, 9, 22),
    link=link_to(PORTAL, locator="a" * 22),
    code="482913",
)
REMINDER = CATALOGUE[Purpose.TEST_REMINDER_2, Channel.SMS]


def text_of(purpose: Purpose, channel: Channel, facts: Facts = FACTS) -> Rendered:
    return compose(CATALOGUE[purpose, channel], facts, our_links=(PORTAL,))


def with_name(name: str | None) -> Facts:
    return msgspec.structs.replace(FACTS, first_name=name)


def test_a_reminder_reads_as_written() -> None:
    rendered = text_of(Purpose.TEST_REMINDER_2, Channel.SMS)
    assert rendered.text == (
        "Margaret, your follow-up blood test is due on 22 September. Please have it that week. "
        "Questions? Call 01234 567890. Anytown Hospital NHS"
    )
    assert (rendered.places, rendered.parts, rendered.template_key) == (136, 1, "test_reminder_2.sms")


@pytest.mark.parametrize("use", sorted(CATALOGUE))
@pytest.mark.parametrize("test", list(TestWord))
@pytest.mark.parametrize("organisation", ["Anytown NHS", "Anytown and District University Hospitals NHS"])
def test_every_wording_passes_its_own_checks(use: tuple[Purpose, Channel], test: TestWord, organisation: str) -> None:
    facts = msgspec.structs.replace(FACTS, test=test, organisation_name=organisation)
    rendered = compose(CATALOGUE[use], facts, our_links=(PORTAL,))
    assert organisation in rendered.text
    assert "  " not in rendered.text
    assert rendered.parts <= 2
    if use[0] is not Purpose.STAFF_ALERT:
        assert facts.phone in rendered.text


@pytest.mark.parametrize("use", sorted(CATALOGUE))
def test_every_wording_works_without_name_and_hours(use: tuple[Purpose, Channel]) -> None:
    facts = msgspec.structs.replace(FACTS, first_name=None, phone_hours=None)
    rendered = compose(CATALOGUE[use], facts, our_links=(PORTAL,))
    assert rendered.text[0].isupper()


def test_two_parts_are_used_only_with_a_long_link() -> None:
    long = {key for key in CATALOGUE if text_of(*key).parts == 2}
    assert {purpose for purpose, _ in long} <= {Purpose.QUESTIONNAIRE_REMINDER_1, Purpose.QUESTIONNAIRE_REMINDER_2}


@pytest.mark.parametrize(
    "name", ["Zoë", "Cea", "{{ phone }}", "https://evil.example", "Call 0900 1", "Anna" * 20, None]
)
def test_a_name_that_cannot_stand_in_a_text_is_left_out(name: str | None) -> None:
    text = compose(REMINDER, with_name(name), our_links=(PORTAL,)).text
    assert text == compose(REMINDER, with_name(None), our_links=(PORTAL,)).text
    assert text.startswith("Your follow-up")


def test_a_name_that_would_cost_another_part_is_left_out() -> None:
    invite = CATALOGUE[Purpose.QUESTIONNAIRE_INVITE, Channel.SMS]
    assert compose(invite, with_name("Robina"), our_links=(PORTAL,)).text.startswith("Robina, we have")
    longer = compose(invite, with_name("Robinaa"), our_links=(PORTAL,))
    assert longer.text.startswith("We have")
    assert longer.parts == 1


def test_an_email_greets_zoe_with_her_own_letters() -> None:
    rendered = text_of(Purpose.PLAN_STARTED, Channel.EMAIL, with_name("Zoë"))
    assert rendered.text.startswith("Dear Zoë,\n")
    assert rendered.subject == "Your follow-up with Anytown Hospital NHS"


def test_without_a_name_an_email_says_hello() -> None:
    assert text_of(Purpose.PLAN_STARTED, Channel.EMAIL, with_name(None)).text.startswith("Hello,\n")


@pytest.mark.parametrize("field", ["first_name", "organisation_name", "phone", "phone_hours", "link"])
@pytest.mark.parametrize("break_", ["\r\n", "\n", "\x00", "\u2028"])
def test_line_breaks_are_refused_in_every_fact(field: str, break_: str) -> None:
    value = getattr(FACTS, field)
    facts = msgspec.structs.replace(FACTS, **{field: f"{value[:4]}{break_}Bcc: other@example.org"})
    with pytest.raises(BadInput, match="line break"):
        compose(REMINDER, facts, our_links=(PORTAL,))


@given(name=st.text(max_size=70))
def test_no_name_changes_the_rest_of_the_text(name: str) -> None:
    plain = compose(REMINDER, with_name(None), our_links=(PORTAL,)).text
    try:
        text = compose(REMINDER, with_name(name), our_links=(PORTAL,)).text
    except BadInput:
        return
    opening = f"{' '.join(name.split())}, "
    assert text == plain or text.casefold() == (opening + plain).casefold()


def test_a_fact_that_is_not_known_is_never_guessed() -> None:
    with pytest.raises(BadInput, match="due_on"):
        compose(REMINDER, msgspec.structs.replace(FACTS, due_on=None))


def test_a_faulty_wording_is_refused_with_its_key() -> None:
    head = "---\nkey: helpline.sms\nversion: 1\nchannel: sms\npurpose: helpline\n---\n"
    template = read(head + "Your PSA was 0.06. {{ phone }}", name="helpline.sms.txt")
    with pytest.raises(Refused, match=r"helpline\.sms: .*PSA.*result"):
        compose(template, FACTS)


def test_a_link_elsewhere_is_refused() -> None:
    facts = msgspec.structs.replace(FACTS, link="https://evil.example/r/" + "a" * 22)
    with pytest.raises(Refused, match="does not lead to our own pages"):
        compose(CATALOGUE[Purpose.QUESTIONNAIRE_INVITE, Channel.SMS], facts, our_links=(PORTAL,))


def test_links_come_from_configuration() -> None:
    assert link_to("https://followup.example.org/", locator="a" * 22) == f"https://followup.example.org/r/{'a' * 22}"
    assert link_to("http://127.0.0.1:8080", locator="a" * 13).startswith("http://127.0.0.1:8080/r/")


@pytest.mark.parametrize(
    ("portal", "locator"),
    [
        ("http://followup.example.org", "a" * 22),
        ("https://user:pw@example.org", "a" * 22),
        ("https://example.org?x=1", "a" * 22),
        ("https://", "a" * 22),
        (PORTAL, "short"),
        (PORTAL, "a" * 12 + "/../x"),
        (PORTAL, "a" * 65),
    ],
)
def test_links_that_are_not_ours_are_refused(portal: str, locator: str) -> None:
    with pytest.raises(BadInput):
        link_to(portal, locator=locator)


@pytest.mark.parametrize(("name", "spoken"), [
    (PersonName(family="Nutham", given=("Joyce", "Irene"), prefix="Mrs"), "Mrs Nutham"),
    (PersonName(family="Nutham", given=("Joyce", "Irene")), "Joyce Nutham"),
    (PersonName(family="Nutham", given=()), "Nutham"),
])  # fmt: skip
def test_a_letter_speaks_to_somebody_by_title_or_by_one_first_name(name, spoken):
    assert addressed(name) == spoken
