"""What leaves because of a decision: a result is told in writing only when it is in range; bad news is spoken first."""

import pytest

from rms.alerts.lifecycle import OUTCOMES
from rms.alerts.model import AlertKind
from rms.alerts.moves import DecisionKind
from rms.followup.consequences import CONSEQUENCES
from rms.messages.model import Purpose

TELLS_A_RESULT = {Purpose.RESULT_IN_RANGE_PERSON, Purpose.RESULT_IN_RANGE_GP}


@pytest.mark.parametrize("kind", DecisionKind)
def test_only_what_is_in_range_is_told_in_writing(kind: DecisionKind) -> None:
    sends = {purpose for _, purpose, _ in CONSEQUENCES[kind].messages}
    assert sends <= ({Purpose.REPEAT_TEST} | (TELLS_A_RESULT if kind is DecisionKind.IN_RANGE else set()))


@pytest.mark.parametrize("kind", [DecisionKind.CALL, DecisionKind.REFER, DecisionKind.RECURRENCE])
def test_whoever_is_called_or_referred_gets_nothing_by_itself(kind: DecisionKind) -> None:
    assert CONSEQUENCES[kind].messages == ()


@pytest.mark.parametrize("kind", DecisionKind)
def test_every_decision_ends_its_alert_in_a_way_that_its_kind_knows_or_leaves_it_open(kind: DecisionKind) -> None:
    outcome = CONSEQUENCES[kind].closes_with
    assert (outcome is None) == (kind is DecisionKind.SET_ASIDE)
    assert outcome is None or outcome in OUTCOMES[AlertKind.ACT_TODAY] & OUTCOMES[AlertKind.LOOK_SOON]
