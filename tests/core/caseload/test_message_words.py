"""Every message has words of its own for staff, and they read like words."""

import pytest

from rms.caseload.message_words import PURPOSES, purpose_words, title_words
from rms.messages.model import Purpose


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_is_said_in_words(purpose):
    assert purpose_words(purpose) == PURPOSES[purpose].removesuffix(": to the GP")
    assert not purpose_words(purpose)[-1].isdigit()
    assert "_" not in purpose_words(purpose)


@pytest.mark.parametrize(("facts", "title"), [
    ({"test_name": "PSA blood test", "plan_name": "After surgery"}, "A test is late, PSA blood test"),
    ({"plan_name": "After surgery"}, "A test is late, After surgery"),
    ({}, "A test is late"),
])  # fmt: skip
def test_a_title_names_the_test_else_the_plan(facts, title):
    assert title_words(Purpose.TEST_LATE, facts=facts) == title
