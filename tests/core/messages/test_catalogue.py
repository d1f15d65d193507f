"""Every wording is there, is right when it is read, and is refused with its file name when it is not."""

from pathlib import Path

import pytest

from rms.errors import BadInput
from rms.messages.catalogue import load, read
from rms.messages.letters import letter_purposes
from rms.messages.model import CODES, Channel, Purpose

GP = {purpose for purpose in Purpose if purpose.endswith("_gp")} | {Purpose.TEST_REQUEST}
HEAD = "---\nkey: helpline.sms\nversion: 1\nchannel: sms\npurpose: helpline\n---\n"


def test_each_purpose_of_a_person_has_text_email_and_letter() -> None:
    catalogue = load()
    for purpose in set(Purpose) - GP - {Purpose.STAFF_ALERT}:
        assert {channel for of, channel in catalogue if of is purpose} == {Channel.SMS, Channel.EMAIL}, purpose
        # A code is over before a letter arrives.
        assert (purpose in letter_purposes()) == (purpose not in CODES), purpose


def test_practices_get_letters_and_staff_get_texts_and_emails() -> None:
    catalogue = load()
    assert letter_purposes() >= GP
    assert not [key for key in catalogue if key[0] in GP]
    assert {channel for of, channel in catalogue if of is Purpose.STAFF_ALERT} == {Channel.SMS, Channel.EMAIL}


def test_a_right_file_is_read() -> None:
    template = read(HEAD + "Call {{ phone }}.\n", name="helpline.sms.txt")
    assert (template.key, template.version, template.body) == ("helpline.sms", 1, "Call {{ phone }}.")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("Call us", "helpline.sms.txt"),
        (HEAD.replace("version: 1", "version: one") + "x", "helpline.sms.txt"),
        (HEAD.replace("version: 1\n", "") + "x", "helpline.sms.txt"),
        (HEAD.replace("channel: sms", "channel: pigeon") + "x", "helpline.sms.txt"),
        (HEAD.replace("key:", "colour:") + "x", "helpline.sms.txt"),
        (HEAD.replace("---\n", "---\nsubject: Hello\n", 1) + "x", "helpline.sms.txt"),
        (HEAD + "Call {{ phone ", "helpline.sms.txt"),
        (HEAD + "x", "other.txt"),
        (HEAD.replace("purpose: helpline", "purpose: please_call") + "x", "helpline.sms.txt"),
    ],
)
def test_a_wrong_file_is_refused_by_name(source: str, name: str) -> None:
    with pytest.raises(BadInput, match=name.replace(".", r"\.")):
        read(source, name=name)


def test_two_files_for_one_use_cannot_exist(tmp_path: Path) -> None:
    (tmp_path / "helpline.sms.txt").write_text(HEAD + "x")
    assert set(load(tmp_path)) == {(Purpose.HELPLINE, Channel.SMS)}
    (tmp_path / "helpline2.sms.txt").write_text(HEAD + "x")
    with pytest.raises(BadInput, match="helpline2"):
        load(tmp_path)
