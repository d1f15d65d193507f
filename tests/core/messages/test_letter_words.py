"""The words of a letter: parts with places, of which none is lost, and a value that is never read as words."""

import msgspec
import pytest

from rms.errors import BadInput
from rms.messages.letter_proof import LETTER_NAMES, letter_samples, sample_letter
from rms.messages.letter_words import blocks_of, body_of, letter_findings, written_out
from rms.messages.letters import breakable, letter_catalogue, letter_purposes
from rms.messages.model import Channel, Purpose
from rms.messages.own_proof import Sender
from rms.messages.places import MEANINGS, own_template, places_for, start_from
from rms.rehearsal import pdf_text
from tests.core.messages.test_letters import FACTS, words
from tests.core.messages.test_letters import written as standard_letter

SENDER = Sender(organisation_name="North Hospital", team_name="Urology follow-up team", phone="01632 960001",
                phone_hours=None, portal_url="https://followup.example.org")  # fmt: skip
CALL = letter_catalogue()[Purpose.PLEASE_CALL, Channel.LETTER]


def changed(**texts: str) -> str:
    return body_of({block.name: texts.get(block.name, block.text) for block in blocks_of(CALL.body)})


def faults(body: str) -> str:
    return " ".join(one.sentence for one in letter_findings(body, standard=CALL))


@pytest.mark.parametrize("purpose", sorted(letter_purposes()))
def test_every_standard_letter_passes_its_own_checks_and_is_what_a_trust_starts_from(purpose: Purpose) -> None:
    standard = letter_catalogue()[purpose, Channel.LETTER]
    start = start_from(standard)
    assert letter_findings(start.body, standard=standard) == ()
    assert {place.name for place in places_for(standard)} <= set(MEANINGS)
    own = own_template(start, standard=standard, version=3)
    assert all(one.pages and not one.fault for one in letter_samples(own, sender=SENDER))
    made = sample_letter(own, sender=SENDER, number=0)
    assert (made.template_key, made.template_version) == (f"{purpose}.letter.own", 3)
    assert made.pdf == sample_letter(standard, sender=SENDER, number=0).pdf


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (changed(opening="We have looked."), "Opening: {{ the_test }} is missing."),
        (changed(opening="{{ the_test }} {{ result }}"), "no place called 'result'"),
        (changed(opening="{{ the_test }} {{ phone"), "'{{' stands alone"),
        (changed(explain="{% if phone %}"), "'{%' stands alone"),
        (changed(explain="*bold"), "an asterisk stands alone"),
        (changed(explain="About 943 476 5919"), "look like an NHS number"),
        (changed(explain=" "), "the words are missing"),
        (changed(explain="x" * 1001), "longer than 1000 characters"),
        (body_of({"opening": "{{ the_test }}"}), "does not have the same parts"),
        (changed() + "\n\n[explain]\nAgain", "each with a name of its own"),
        ("Dear you\n" + changed(), "each with a name of its own"),
    ],
)
def test_each_fault_is_found_and_says_where_it_stands(body: str, said: str) -> None:
    assert said in faults(body)


def test_several_faults_are_found_at_once() -> None:
    found = faults(changed(opening="{{ a }} *", explain=""))
    assert all(said in found for said in ("'a'", "{{ the_test }} is missing", "asterisk", "What the call is for"))


def test_points_bold_words_and_places_come_out_and_a_value_is_never_read_as_words() -> None:
    lines = written_out("[opening]\nYours: *{{ plan_name }}*\n- One {{ phone }}", {"plan_name": "a *b* {{ phone }}",
                                                                                  "phone": "1"})["opening"]  # fmt: skip
    assert lines == [
        {"point": False, "runs": [("Yours: ", False), ("a *b* {{ phone }}", True)]},
        {"point": True, "runs": [("One 1", False)]},
    ]
    with pytest.raises(BadInput, match="needs phone, which is not known"):
        written_out("[opening]\n{{ phone }}", {"phone": None})


def test_the_telephone_dates_and_symptoms_stay_whatever_the_words_are() -> None:
    standard = letter_catalogue()[Purpose.PLAN_STARTED, Channel.LETTER]
    own = own_template(msgspec.structs.replace(start_from(standard), body=body_of(
        {block.name: "Words." for block in blocks_of(standard.body)})), standard=standard, version=1)  # fmt: skip
    text = words(sample_letter(own, sender=SENDER, number=0))
    for said in ("Call us on 01632 960001", "23 September 2027", "Symptom 1 of the plan", "Your named nurse is Margaret",
                 "In an emergency call 999"):  # fmt: skip
        assert said in text, said


def test_a_name_written_like_a_web_page_is_a_name() -> None:
    number = [who for who, _ in LETTER_NAMES].index("A name written like a web page")
    assert "Dear <b>Ann</b> & Sons" in words(sample_letter(CALL, sender=SENDER, number=number))


def test_the_sentence_that_needs_a_day_does_without_one() -> None:
    assert "your test. We would" in words(
        standard_letter(Purpose.PLEASE_CALL, msgspec.structs.replace(FACTS, taken_on=None))
    )


def test_a_name_of_80_letters_without_a_space_stays_on_the_paper() -> None:
    """It may be broken where a line ends, at places that are not seen; nothing of it is lost."""
    for number in (1, len(LETTER_NAMES) - 1):
        name = LETTER_NAMES[number][1]
        parts = str(breakable(name)).split("\N{ZERO WIDTH SPACE}")
        assert max(map(len, parts)) <= 25
        assert "".join(parts) == name
        text = pdf_text.text_of(sample_letter(CALL, sender=SENDER, number=number).pdf)
        assert name in text.replace("\N{ZERO WIDTH SPACE}", "")
    assert breakable(("Ann Ashdown", "2 Low Road")) == ("Ann Ashdown", "2 Low Road")


def test_a_letterhead_that_begins_with_the_organisations_name_does_not_say_it_twice() -> None:
    head = msgspec.structs.replace(SENDER, letterhead=("North Hospital", "Ward 3"))
    text = pdf_text.text_of(sample_letter(CALL, sender=head, number=0).pdf)
    assert text.split("Ward 3")[0].count("North") == 1
