"""What may not stand in a text that shows on a locked screen."""

import pytest

from rms.messages.lint import name_findings, reads_as_a_name, subject_findings, text_findings
from rms.messages.model import Channel

OURS = ("https://followup.example.org",)


def codes(text: str, *, channel: Channel = Channel.SMS, clinic_names: tuple[str, ...] = ()) -> set[str]:
    findings = text_findings(text, channel=channel, our_links=OURS, clinic_names=clinic_names)
    return {finding.code for finding in findings}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your cancer follow-up", "clinical_word"),
        ("your PSA test", "clinical_word"),
        ("psa", "clinical_word"),
        ("Oncology team", "clinical_word"),
        ("the tumour", "clinical_word"),
        ("your mammogram is due", "clinical_word"),
        ("come to the clinic", "clinical_word"),
        ("it was 0.06", "result"),
        ("it was <5", "result"),
        ("12 ng/ml", "result"),
        ("your test is in range", "result"),
        ("your test was normal", "result"),
        ("NHS number 999 000 0018", "nhs_number"),
        ("number 9990000018.", "nhs_number"),
        ("Dear {{ first_name }}", "unfilled"),
        ("Dear ((name))", "unfilled"),
        ("due on None", "unfilled"),
        ("Go to https://evil.example/r/abc", "foreign_link"),
        ("Go to https://followup.example.org.evil.example/r/abc", "foreign_link"),
        ("Go to www.evil.example", "foreign_link"),
        ("it’s due", "alphabet"),
        ("a" * 307, "too_long"),
    ],
)
def test_each_fault_is_found(text: str, code: str) -> None:
    assert code in codes(text)


def test_an_honest_text_has_no_fault() -> None:
    text = (
        "Margaret, your follow-up blood test is due on 2 December. Please book it with your GP surgery. "
        "https://followup.example.org/r/aaaaaaaaaaaaaaaaaaaaaa Questions? Call 01234 567890. Anytown Hospital NHS"
    )
    assert codes(text) == set()


def test_words_that_only_begin_like_a_clinical_word_are_allowed() -> None:
    assert codes("Oceanside, please cease. Your surgery opens at 9am") == set()


def test_known_clinic_names_are_found_in_any_case() -> None:
    assert codes("from the prOstate and more team", clinic_names=("Blue Wing Team",)) == {"clinical_word"}
    assert codes("from the BLUE WING team", clinic_names=("Blue Wing Team",)) == {"clinic_name"}


def test_two_parts_are_allowed() -> None:
    assert codes("a" * 306) == set()


def test_an_email_may_be_long_and_use_any_letter() -> None:
    assert codes("Zoë’s " * 200, channel=Channel.EMAIL) == set()


@pytest.mark.parametrize(
    "subject", ["Your test\r\nBcc: a@example.org", "Your test\n", "See https://followup.example.org/"]
)
def test_a_subject_is_one_line_without_a_link(subject: str) -> None:
    assert subject_findings(subject)


@pytest.mark.parametrize("name", ["Ann\nBob", "Ann\r", "Ann\x00", "Ann\u2028", "", "  ", "A" * 61])
def test_names_that_must_not_enter_a_text(name: str) -> None:
    (finding,) = name_findings(name, what="The first name")
    assert finding.sentence.startswith("The first name ")
    assert name.strip() == "" or name not in finding.sentence


@pytest.mark.parametrize("name", ["Margaret", "Anne-Marie", "O'Neill", "Zoë", "Mary Jane", "Jürgen", "St. John"])
def test_names_that_read_as_names(name: str) -> None:
    assert reads_as_a_name(name)


@pytest.mark.parametrize("name", ["{{ 7*7 }}", "((x))", "https://evil.example", "<b>", "-", "Ann1", "Ann;"])
def test_lures_do_not_read_as_names(name: str) -> None:
    assert not reads_as_a_name(name)
