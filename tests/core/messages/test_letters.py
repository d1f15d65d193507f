"""Letters are tagged PDF/UA with the words in them, the same bytes for the same facts, and never with a gap."""

import re
import zlib
from datetime import date

import msgspec
import pytest

from rms.errors import BadInput
from rms.messages.letters import FACES, Letter, LetterFacts, face, letter_purposes, render_letter
from rms.messages.model import Purpose
from rms.rehearsal import pdf_text

WRITTEN_ON = date(2026, 11, 10)
FACTS = LetterFacts(
    organisation_name="Anytown Hospital NHS",
    organisation_address=("1 High Street", "Anytown", "AN1 1AA"),
    phone="01234 567890",
    phone_hours="Monday to Friday, 9am to 5pm",
    to=("Zoë Thompson", "2 Low Road", "Anytown"),
    salutation_name="Zoë Thompson",
    signed_by="Sam Patel, nurse specialist",
    reference="abc-1",
    person_name="Zoë Thompson",
    born_on=date(1950, 1, 2),
    nhs_number="999 000 0018",
    plan_name="Prostate, after surgery",
    test_name="PSA blood test",
    next_test_name="PSA blood test",
    taken_on=date(2026, 11, 3),
    due_on=date(2027, 5, 3),
    result="PSA was 0.06 µg/L",
    range="below 0.2 µg/L",
    link="https://followup.example.org/r/aaaaaaaaaaaaa",
)


def written(purpose: Purpose, facts: LetterFacts = FACTS, *, large_print: bool = False) -> Letter:
    return render_letter(purpose, facts, written_on=WRITTEN_ON, large_print=large_print)


def words(letter: Letter) -> str:
    return re.sub(r"\s+", " ", pdf_text.text_of(letter.pdf).replace("\N{NO-BREAK SPACE}", " "))


def metadata(pdf: bytes) -> bytes:
    found = re.search(rb"<<[^>]*/Type/Metadata[^>]*>>\s*stream\n(.*?)\nendstream", pdf, re.DOTALL)
    assert found is not None
    return zlib.decompress(found[1]) if b"FlateDecode" in found[0].split(b"stream")[0] else found[1]


@pytest.mark.parametrize("purpose", sorted(letter_purposes()))
def test_every_letter_is_tagged_and_carries_its_words(purpose: Purpose) -> None:
    letter = written(purpose)
    assert b"/StructTreeRoot" in letter.pdf
    assert b"/MarkInfo<</Marked true" in letter.pdf
    assert b"/S/H1" in letter.pdf
    assert b"/Lang(en-GB)" in letter.pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata(letter.pdf)
    text = words(letter)
    for expected in ("Anytown Hospital NHS", "Zoë Thompson", "10 November 2026", "01234 567890", "Yours sincerely"):
        assert expected in text
    assert "none" not in text.lower().split()


def test_the_practice_reads_result_plan_and_who_acts() -> None:
    text = words(written(Purpose.RESULT_IN_RANGE_GP))
    for expected in (
        "Dear colleague",
        "born 2 January 1950",
        "NHS number 999 000 0018",
        "PSA was 0.06 µg/L",
        "below 0.2 µg/L",
        "3 November 2026",
        "due on 3 May 2027",
        "Prostate, after surgery",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("purpose", "says"),
    [
        (Purpose.REPEAT_TEST_GP, ("test of 3 November 2026", "another PSA blood test by 3 May 2027", "please take the test")),
        (Purpose.REFERRED_GP, ("needs further assessment", "Please let us tell them first", "nothing to arrange")),
        (Purpose.RECURRENCE_GP, ("the cancer has come back", "Please let us tell them first", "nothing to arrange")),
        (Purpose.NO_RECURRENCE_GP, ("this is ruled out", "the next PSA blood test is due on 3 May 2027")),
        (Purpose.FOLLOW_UP_ENDED_GP, ("has ended", "The reason: it is over.", "refer as you would anybody")),
    ],
)  # fmt: skip
def test_the_practice_reads_what_was_decided_and_who_acts_and_no_value(purpose: Purpose, says: tuple[str, ...]) -> None:
    text = words(written(purpose, msgspec.structs.replace(FACTS, ended_because="it is over")))
    for expected in ("Dear colleague", "born 2 January 1950", "NHS number 999 000 0018", "Prostate, after surgery",
                     "Who acts", *says):  # fmt: skip
        assert expected.lower() in text.lower(), expected
    assert "0.06" not in text


def test_the_welcome_promises_the_practice_the_letters_that_there_are() -> None:
    text = words(written(Purpose.PLAN_STARTED_GP))
    assert "after each decision" not in text
    for promised in ("result is in range", "is to be repeated", "suspect, confirm or rule out", "follow-up ends"):
        assert promised in text


def test_the_person_reads_that_follow_up_has_ended_and_how_to_come_back() -> None:
    text = words(
        written(Purpose.FOLLOW_UP_ENDED, msgspec.structs.replace(FACTS, ended_because="it has come to its planned end"))
    )
    for expected in ("has ended", "The reason: it has come to its planned end.", "do not expect a result", "this is a mistake",
                     "You can ask to be followed up again", "Call us on 01234 567890"):  # fmt: skip
        assert expected in text, expected
    assert "0.06" not in text
    assert "cancer" not in text.lower()


def test_the_person_reads_the_result_and_when_to_call() -> None:
    text = words(written(Purpose.RESULT_IN_RANGE_PERSON))
    assert "Your PSA was 0.06 µg/L." in text
    assert "Call us on 01234 567890, Monday to Friday, 9am to 5pm." in text
    assert "3 weeks" in text


def test_the_welcome_names_the_nurse_the_symptoms_and_who_does_what() -> None:
    facts = msgspec.structs.replace(
        FACTS, nurse="Nora Nurse", ways=("You can call us at any time.",), symptoms_soon=("Have you a new lump?",),
        symptoms_today=(("Are your legs numb?", "Call us now."),),
    )  # fmt: skip
    text = words(written(Purpose.PLAN_STARTED, facts))
    for expected in ("named nurse is Nora Nurse", "How we follow you up", "You can call us at any time.", "Who does what",
                     "Tell us today if you say yes", "Are your legs numb? Call us now.", "surgery",
                     "Tell us in the next few days if you say yes", "Have you a new lump?"):  # fmt: skip
        assert expected in text, expected
    plain = words(written(Purpose.PLAN_STARTED))
    assert ("if you say yes" in plain, "do not wait for your next test" in plain) == (False, True)


def test_the_practice_reads_what_we_expect_and_when_we_act() -> None:
    text = words(written(Purpose.PLAN_STARTED_GP, msgspec.structs.replace(FACTS, limits=("PSA above 0.2 ug/L",))))
    for expected in ("We act when a result is", "PSA above 0.2 ug/L", "Who acts"):
        assert expected in text


@pytest.mark.parametrize("purpose", [Purpose.TEST_REQUEST, Purpose.TEST_REMINDER_1])
def test_the_form_has_everything_a_laboratory_needs_and_says_who_acts(purpose: Purpose) -> None:
    text = words(written(purpose, msgspec.structs.replace(FACTS, place="gp_practice")))
    for expected in ("Request to the GP surgery", "PSA blood test", "NHS number", "999 000 0018", "2 January 1950",
                     "We look at the result and act on it."):  # fmt: skip
        assert expected in text, expected
    assert "Blood form" in words(written(purpose, msgspec.structs.replace(FACTS, place="hub")))
    # Who wrote signs the letter; the form is enclosed and stands behind it.
    assert text.index("Yours sincerely") < text.index("Request to the GP surgery")


def test_a_fact_that_is_not_known_stops_the_letter() -> None:
    with pytest.raises(BadInput, match=r"^The letter needs result, which is not known\.$"):
        written(Purpose.RESULT_IN_RANGE_PERSON, msgspec.structs.replace(FACTS, result=None))
    with pytest.raises(BadInput, match=r"^The letter needs next test name, which is not known\.$"):
        written(Purpose.RESULT_IN_RANGE_GP, msgspec.structs.replace(FACTS, next_test_name=None))


def test_facts_are_never_read_as_markup() -> None:
    name = "#panic() *Ann* $x$ \\ <b>"
    assert name in words(written(Purpose.PLAN_STARTED, msgspec.structs.replace(FACTS, salutation_name=name)))


def test_a_line_break_in_an_address_is_refused() -> None:
    with pytest.raises(BadInput, match="line break"):
        written(Purpose.PLAN_STARTED, msgspec.structs.replace(FACTS, to=("Ann\nBob",)))


def test_there_is_no_letter_to_staff() -> None:
    with pytest.raises(BadInput, match="no letter"):
        written(Purpose.STAFF_ALERT)


def test_equal_facts_give_equal_bytes() -> None:
    assert written(Purpose.PLAN_STARTED) == written(Purpose.PLAN_STARTED)


def test_large_print_is_larger() -> None:
    sizes = [
        max(
            float(size)
            for size in re.findall(rb"/f\d+ ([\d.]+) Tf", _page(written(Purpose.PLAN_STARTED, large_print=large)))
        )
        for large in (False, True)
    ]
    assert sizes[1] / sizes[0] == pytest.approx(18 / 12)


def _page(letter: Letter) -> bytes:
    found = re.search(rb"/Contents (\d+) 0 R", letter.pdf)
    assert found is not None
    body = re.search(rb"\n" + found[1] + rb" 0 obj\n(.*?)\nendobj", letter.pdf, re.DOTALL)
    assert body is not None
    return pdf_text.stream(body[1])


def test_a_sans_face_is_taken_when_the_machine_has_one() -> None:
    assert face(["Libertinus Serif", "DejaVu Sans", "Lato"]) == "Lato"
    assert face(["Libertinus Serif", "DejaVu Sans"]) == "DejaVu Sans"
    assert face([]) == FACES[-1]
