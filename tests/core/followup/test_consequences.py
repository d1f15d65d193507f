"""What leaves because of a decision: a result is told in writing only when it is in range; bad news is spoken first."""

import pytest

from rms.alerts.lifecycle import OUTCOMES
from rms.alerts.model import AlertKind
from rms.alerts.moves import DecisionKind
from rms.followup.consequences import CONSEQUENCES
from rms.messages.model import Purpose, Recipient

TELLS_A_RESULT = {Purpose.RESULT_IN_RANGE_PERSON, Purpose.RESULT_IN_RANGE_GP}
#: Every decision that changes what a practice should do or expect, with the letter that says so (without the value).
PRACTICE_HEARS = {
    DecisionKind.IN_RANGE: Purpose.RESULT_IN_RANGE_GP,
    DecisionKind.REPEAT: Purpose.REPEAT_TEST_GP,
    DecisionKind.REFER: Purpose.REFERRED_GP,
    DecisionKind.RECURRENCE: Purpose.RECURRENCE_GP,
    DecisionKind.NO_RECURRENCE: Purpose.NO_RECURRENCE_GP,
}


def _sent(kind: DecisionKind, *, to: Recipient) -> set[Purpose]:
    return {purpose for recipient, purpose, _ in CONSEQUENCES[kind].messages if recipient is to}


@pytest.mark.parametrize("kind", DecisionKind)
def test_only_what_is_in_range_is_told_in_writing(kind: DecisionKind) -> None:
    sends = _sent(kind, to=Recipient.PERSON) | _sent(kind, to=Recipient.GP_PRACTICE)
    assert bool(sends & TELLS_A_RESULT) == (kind is DecisionKind.IN_RANGE)
    assert _sent(kind, to=Recipient.PERSON) <= {Purpose.REPEAT_TEST, Purpose.RESULT_IN_RANGE_PERSON}


@pytest.mark.parametrize("kind", [DecisionKind.CALL, DecisionKind.REFER, DecisionKind.RECURRENCE])
def test_whoever_is_called_or_referred_gets_nothing_by_itself(kind: DecisionKind) -> None:
    assert _sent(kind, to=Recipient.PERSON) == set()


@pytest.mark.parametrize("kind", DecisionKind)
def test_the_practice_hears_of_all_that_changes_what_it_should_do_or_expect(kind: DecisionKind) -> None:
    assert _sent(kind, to=Recipient.GP_PRACTICE) == ({PRACTICE_HEARS[kind]} if kind in PRACTICE_HEARS else set())


@pytest.mark.parametrize("kind", DecisionKind)
def test_every_decision_ends_its_alert_in_a_way_that_its_kind_knows_or_leaves_it_open(kind: DecisionKind) -> None:
    outcome = CONSEQUENCES[kind].closes_with
    assert (outcome is None) == (kind is DecisionKind.SET_ASIDE)
    assert outcome is None or outcome in OUTCOMES[AlertKind.ACT_TODAY] & OUTCOMES[AlertKind.LOOK_SOON]
