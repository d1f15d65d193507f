"""Receipts in any order and number come to the same end; no answer ever moves a message backwards."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.messages.gateway import CannotSay, Found, NotThere
from rms.messages.lifecycle import (
    GRACE_BEFORE_RESEND,
    LEGAL,
    PROVIDER_REMEMBERS,
    apply_answer,
    apply_outcome,
    apply_receipt,
    may_move,
    settled,
)
from rms.messages.model import Accepted, Fault, Later, MessageState, Receipt, ReceiptStatus, Refused, Unknown

S = MessageState
R = ReceiptStatus
END = {
    R.ON_ITS_WAY: S.ACCEPTED,
    R.DELIVERED: S.DELIVERED,
    R.FAILED_TECHNICAL: S.FAILED,
    R.FAILED_TEMPORARY: S.FAILED,
    R.FAILED_PERMANENT: S.FAILED,
}


def receipt(status: R) -> Receipt:
    return Receipt(reference="m-1", provider_ref="p-1", status=status, happened_at=None, provider_word=status)


def after(statuses: tuple[R, ...] | list[R], *, state: S = S.SENDING) -> S:
    for status in statuses:
        state = apply_receipt(state, receipt(status)).state
    return state


def test_every_state_has_its_row() -> None:
    assert set(LEGAL) == set(S)


@pytest.mark.parametrize("truth", [(R.ON_ITS_WAY, R.DELIVERED), (R.ON_ITS_WAY, R.FAILED_PERMANENT), tuple(R)])
def test_every_order_comes_to_the_same_end(truth: tuple[R, ...]) -> None:
    assert {after(order) for order in permutations(truth)} == {END[truth[-1]]}


@given(truth=st.lists(st.sampled_from(list(R)), min_size=1, max_size=6), data=st.data())
def test_late_doubled_and_reordered_receipts_end_as_the_true_set(truth: list[R], data: st.DataObject) -> None:
    doubled = truth + data.draw(st.lists(st.sampled_from(truth), max_size=6))
    order = data.draw(st.permutations(doubled))
    best = settled([receipt(status) for status in truth])
    assert best is not None
    assert after(order) == END[best]
    assert settled([receipt(status) for status in order]) == best


@given(state=st.sampled_from(list(S)), status=st.sampled_from(list(R)))
def test_a_receipt_makes_only_legal_moves_and_says_why(state: S, status: R) -> None:
    move = apply_receipt(state, receipt(status))
    assert may_move(state, move.state)
    assert status.value in move.note


def test_a_failure_is_always_visible() -> None:
    assert after([R.DELIVERED, R.FAILED_TEMPORARY]) is S.FAILED
    assert after([R.FAILED_TEMPORARY, R.DELIVERED]) is S.FAILED


def test_a_receipt_stops_a_second_sending() -> None:
    move = apply_receipt(S.QUEUED, receipt(R.DELIVERED))
    assert move.state is S.DELIVERED
    assert "had left although" in move.note


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(provider_ref="p"), S.ACCEPTED),
        (Refused(reason="x", permanent=True, fault=Fault.RECIPIENT), S.FAILED),
        (Refused(reason="x", permanent=False, fault=Fault.SETUP), S.HELD),
        (Later(reason="x", retry_after=timedelta(seconds=1)), S.QUEUED),
        (Unknown(reason="x"), S.UNKNOWN),
    ],
)
def test_what_an_answer_to_our_call_makes_of_a_message(outcome: object, state: S) -> None:
    move = apply_outcome(S.SENDING, outcome)  # type: ignore[arg-type]
    assert move.state is state
    assert may_move(S.SENDING, state)
    for further in (S.ACCEPTED, S.DELIVERED, S.FAILED, S.VOID, S.HELD):
        assert apply_outcome(further, outcome).state is further  # type: ignore[arg-type]


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("state", [S.SENDING, S.UNKNOWN])
@pytest.mark.parametrize(
    ("answer", "since", "end"),
    [
        (Found(state=S.ACCEPTED, provider_ref="p"), MINUTE, S.ACCEPTED),
        (Found(state=S.FAILED, provider_ref="p"), MINUTE, S.FAILED),
        (NotThere(), GRACE_BEFORE_RESEND - MINUTE, S.UNKNOWN),
        (NotThere(), GRACE_BEFORE_RESEND, S.QUEUED),
        (NotThere(), PROVIDER_REMEMBERS, S.QUEUED),
        (NotThere(), PROVIDER_REMEMBERS + MINUTE, S.HELD),
        (CannotSay(reason="x"), timedelta(days=30), S.UNKNOWN),
    ],
)
def test_what_asking_makes_of_a_message(state: S, answer: object, since: timedelta, end: S) -> None:
    move = apply_answer(state, answer, since_call=since)  # type: ignore[arg-type]
    assert move.state is end
    assert may_move(state, end)
    assert apply_answer(S.DELIVERED, answer, since_call=since).state is S.DELIVERED  # type: ignore[arg-type]


def test_a_message_sent_twice_says_so() -> None:
    move = apply_answer(S.UNKNOWN, Found(state=S.DELIVERED, provider_ref="p", copies=2), since_call=MINUTE)
    assert "sent 2 times" in move.note


def test_nothing_that_may_have_left_can_be_voided_or_expire_without_a_person() -> None:
    for state in (S.SENDING, S.UNKNOWN, S.ACCEPTED, S.DELIVERED, S.FAILED):
        assert not may_move(state, S.VOID)
        assert not may_move(state, S.EXPIRED)
