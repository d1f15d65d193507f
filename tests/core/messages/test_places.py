"""An organisation's own wording: which places it may have, which it must have, and that nothing in it is ever run."""

from datetime import date

import msgspec
import pytest

from rms.errors import BadInput
from rms.messages.catalogue import load
from rms.messages.compose import Facts, compose
from rms.messages.model import Channel, Purpose, TestWord
from rms.messages.own_proof import NAMES, Sender, own_findings, samples
from rms.messages.places import MEANINGS, Words, own_template, place_findings, places_for, plainer

CATALOGUE = load()
PORTAL = "https://followup.example.org"
SENDER = Sender(organisation_name="North Hospital", team_name="Urology follow-up team", phone="01632 960001",
                phone_hours=None, portal_url=PORTAL)  # fmt: skip
REMINDER = CATALOGUE[Purpose.TEST_REMINDER_1, Channel.SMS]
GOOD = "{{ opening }}your {{ test }} is due in {{due_month}}. {{ booking }} Ring {{ phone }}. {{ organisation_name }}"


def words(body: str, subject: str | None = None) -> Words:
    return Words(subject=subject, body=body)


def faults(body: str, *, purpose: Purpose = Purpose.TEST_REMINDER_1, channel: Channel = Channel.SMS) -> str:
    subject = "About your follow-up" if channel is Channel.EMAIL else None
    found = own_findings(words(body, subject), standard=CATALOGUE[purpose, channel], senders=[SENDER])
    return " ".join(finding.sentence for finding in found)


def test_good_words_have_no_fault() -> None:
    assert faults(GOOD) == ""


@pytest.mark.parametrize("use", sorted(CATALOGUE))
def test_each_message_has_a_closed_list_of_places_with_a_meaning(use: tuple[Purpose, Channel]) -> None:
    places = {place.name: place for place in places_for(CATALOGUE[use])}
    assert set(places) <= set(MEANINGS)
    assert places["organisation_name"].needed
    assert ("phone" in places) == (use[0] is not Purpose.STAFF_ALERT)
    assert ("code" in places) == (use[0] in (Purpose.CODE, Purpose.CODE_NEW_CONTACT))


def test_a_place_nobody_has_proved_to_be_theirs_never_says_the_name() -> None:
    for channel in (Channel.SMS, Channel.EMAIL):
        places = {place.name for place in places_for(CATALOGUE[Purpose.CODE_NEW_CONTACT, channel])}
        assert not places & {"opening", "greeting"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (GOOD + " {{ clinic }}", "no place called 'clinic'"),
        (GOOD + " {{ first_name }}", "no place called 'first_name'"),
        (GOOD + " {{ ''.__class__ }}", "no place called"),
        (GOOD + " {% if phone %}", "'{%' stands alone"),
        (GOOD + " {{ phone", "'{{' stands alone"),
        (GOOD.replace("{{ phone }}", "us"), "{{ phone }} is missing"),
        (GOOD.replace("{{ organisation_name }}", ""), "{{ organisation_name }} is missing"),
        (GOOD.replace("{{ test }}", "test"), "{{ test }} is missing"),
        (GOOD.replace("{{due_month}}", "spring"), "{{ due_on }} or {{ due_month }} is missing"),
        (GOOD + " It is about your cancer.", "'cancer' tells a stranger"),
        (GOOD + " Come to the clinic.", "'clinic' tells a stranger"),
        (GOOD + " Ask the urology follow-up team.", "It names 'Urology follow-up team'"),
        (GOOD + " Your value is normal.", "looks like a result"),
        (GOOD + " See https://elsewhere.example.com/x", "does not lead to our own pages"),
        (GOOD + " Diolch yn fawr i chi, ŵy", "cannot carry 'ŵ'"),
        (GOOD + " And so on." * 30, "parts"),
    ],
)
def test_each_fault_is_found_and_named(body: str, said: str) -> None:
    assert said in faults(body)


def test_a_message_that_leads_somewhere_needs_its_link() -> None:
    body = "{{ opening }}we have questions. {{ organisation_name }} {{ phone }}"
    assert "{{ link }} is missing" in faults(body, purpose=Purpose.QUESTIONNAIRE_INVITE)
    assert faults(body + " {{ link }}", purpose=Purpose.QUESTIONNAIRE_INVITE) == ""
    assert "link" not in faults("Your {{ test }} {{ organisation_name }} {{ phone }}",
                                purpose=Purpose.RESULT_IN_RANGE_PERSON)  # fmt: skip


def test_an_email_is_held_to_the_same_words() -> None:
    body = "{{ greeting }},\n\nyour {{ test }} is due on {{ due_on }}.\n\n{{ organisation_name }} {{ phone }}"
    assert faults(body, channel=Channel.EMAIL) == ""
    assert "'PSA' tells a stranger" in faults(body + " PSA", channel=Channel.EMAIL)


def test_how_a_test_is_booked_follows_the_test() -> None:
    template = own_template(words(GOOD), standard=REMINDER, version=3)
    facts = Facts(organisation_name="North Hospital", phone="01632 960001", first_name="Ann", test=TestWord.SCAN,
                  due_on=date(2026, 9, 22))  # fmt: skip
    scan = compose(template, facts, our_links=(PORTAL,))
    assert scan.text == (
        "Ann, your scan is due in September. We will send you the appointment. Ring 01632 960001. North Hospital"
    )
    assert (scan.template_key, scan.template_version) == ("test_reminder_1.sms.own", 3)
    blood = compose(template, msgspec.structs.replace(facts, test=TestWord.BLOOD_TEST), our_links=(PORTAL,))
    assert "Please book it with your GP surgery." in blood.text


def test_a_value_is_never_read_as_a_place() -> None:
    template = own_template(words(GOOD), standard=REMINDER, version=1)
    facts = Facts(organisation_name="{{ code }} Hospital", phone="01632 960001", test=TestWord.SCAN, code="482913",
                  due_on=date(2026, 9, 22))  # fmt: skip
    with pytest.raises(Exception, match="not filled"):
        compose(template, facts, our_links=(PORTAL,))


def test_a_place_that_is_not_known_stops_the_own_words() -> None:
    template = own_template(words(GOOD + " {{ phone_hours }}"), standard=REMINDER, version=1)
    facts = Facts(organisation_name="North Hospital", phone="01632 960001", test=TestWord.SCAN,
                  due_on=date(2026, 9, 22))  # fmt: skip
    with pytest.raises(BadInput, match="phone_hours"):
        compose(template, facts, our_links=(PORTAL,))


def test_what_a_word_processor_puts_in_is_made_plain_in_texts_only() -> None:
    typed = words("\u201cDon\u2019t wait\u201d \u2013 ring us\u2026")
    assert plainer(typed, channel=Channel.SMS).body == '"Don\'t wait" - ring us...'
    assert plainer(typed, channel=Channel.EMAIL) == typed


def test_the_preview_has_every_hard_name_and_none_stops_the_text() -> None:
    found = samples(own_template(words(GOOD), standard=REMINDER, version=0), sender=SENDER)
    assert {one.who for one in found} == {who for who, _ in NAMES}
    assert {one.test for one in found} == {TestWord.BLOOD_TEST, TestWord.SCAN}
    assert not any(one.faults for one in found)
    assert [one.says_the_name for one in found if one.test is TestWord.SCAN] == [True, False, False, True, False]
    assert all(one.length is not None and one.length.gsm and one.length.parts == 1 for one in found)
    assert len(dict(NAMES)["A name of 80 letters"]) == 80


def test_the_preview_counts_a_text_that_cannot_leave() -> None:
    found = samples(own_template(words(GOOD + " ŵ"), standard=REMINDER, version=0), sender=SENDER)
    assert all(one.faults and one.strange == "ŵ" and one.length and not one.length.gsm for one in found)
    assert all(one.length and one.length.parts == 2 for one in found)


def test_places_may_be_written_with_or_without_spaces() -> None:
    assert place_findings(words(GOOD), standard=REMINDER) == ()
