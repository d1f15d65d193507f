"""Which moves of a message are legal, and what a provider's answer or receipt makes of it. Pure.

Receipts are a set: they come late, twice, out of order, or before the answer to our own call. So a receipt only ever
raises a message to the highest rank that any receipt gave (accepted < delivered < failed). Failed outranks delivered
because a failure must always reach a person, and a wrongly reported failure costs one look.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

import msgspec

from rms.messages.gateway import Answer, Found, NotThere
from rms.messages.model import Accepted, Fault, Later, MessageState, Receipt, ReceiptStatus, Refused, SendOutcome

S = MessageState

GRACE_BEFORE_RESEND = timedelta(minutes=5)
"""How long after a call of unknown outcome the provider's "not there" is not yet believed: it may still be writing."""

PROVIDER_REMEMBERS = timedelta(days=6, hours=12)
"""GOV.UK Notify keeps messages for 7 days; after that "not there" says nothing, so a person is asked."""

_ON_THE_WAY_BY_RECEIPT = {S.ACCEPTED, S.DELIVERED, S.FAILED}

LEGAL: Mapping[MessageState, frozenset[MessageState]] = MappingProxyType(
    {
        # Waiting to be claimed. A receipt may still come: "not there" was believed and the message had left after all.
        S.QUEUED: frozenset({S.SENDING, S.HELD, S.EXPIRED, S.VOID} | _ON_THE_WAY_BY_RECEIPT),
        # The call may be under way; back to queued only when the provider certainly did not take it.
        S.SENDING: frozenset({S.QUEUED, S.UNKNOWN, S.HELD} | _ON_THE_WAY_BY_RECEIPT),
        # Resolved by asking (found, or not there and queued again), then by a person (held).
        S.UNKNOWN: frozenset({S.QUEUED, S.HELD} | _ON_THE_WAY_BY_RECEIPT),
        # A person looks; a late receipt may answer for them.
        S.HELD: frozenset({S.QUEUED, S.VOID, S.EXPIRED} | _ON_THE_WAY_BY_RECEIPT),
        # A letter that nobody has printed yet has not left: `moves.voiding` takes it back or holds it, and it alone.
        S.ACCEPTED: frozenset({S.DELIVERED, S.FAILED}),
        S.DELIVERED: frozenset({S.FAILED}),
        S.FAILED: frozenset(),
        # Ended before they left, as far as we knew. If a receipt says otherwise, the receipt is the truth.
        S.EXPIRED: frozenset(_ON_THE_WAY_BY_RECEIPT),
        S.VOID: frozenset(_ON_THE_WAY_BY_RECEIPT),
    }
)

_RANK: Mapping[MessageState, int] = MappingProxyType({S.ACCEPTED: 1, S.DELIVERED: 2, S.FAILED: 3})

_SAYS: Mapping[ReceiptStatus, MessageState] = MappingProxyType(
    {
        ReceiptStatus.ON_ITS_WAY: S.ACCEPTED,
        ReceiptStatus.DELIVERED: S.DELIVERED,
        ReceiptStatus.FAILED_TECHNICAL: S.FAILED,
        ReceiptStatus.FAILED_TEMPORARY: S.FAILED,
        ReceiptStatus.FAILED_PERMANENT: S.FAILED,
    }
)


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message stands after something happened, and a sentence for its history."""

    state: MessageState
    note: str


def may_move(before: MessageState, after: MessageState) -> bool:
    """Is this move in the table? Staying where it is always is."""
    return before == after or after in LEGAL[before]


def apply_receipt(state: MessageState, receipt: Receipt) -> Move:
    """Where a message stands after `receipt`. Never backwards; a receipt against the present state leaves a note."""
    said = _SAYS[receipt.status]
    word = f"The provider reported {receipt.provider_word!r}"
    if _RANK[said] > _RANK.get(state, 0):
        late = f"; it had left although we had it as {state}" if state in (S.QUEUED, S.VOID, S.EXPIRED) else ""
        return Move(state=said, note=f"{word}{late}.")
    if said == state:
        return Move(state=state, note=f"{word}, which we knew.")
    return Move(state=state, note=f"{word} after {state}; it stays {state}.")


def settled(receipts: Iterable[Receipt]) -> ReceiptStatus | None:
    """The one status a set of receipts comes to, whatever their order and number; None for no receipt.

    Among failures the permanent one wins, because it is the one that marks contact details as dead.
    """
    order = list(ReceiptStatus)
    return max((receipt.status for receipt in receipts), key=order.index, default=None)


def apply_outcome(state: MessageState, outcome: SendOutcome) -> Move:
    """Where a message in `state` stands after the answer to our own call.

    `state` is `sending`, or further when a receipt overtook the answer: then the receipt stands.
    """
    if state is not S.SENDING:
        return Move(state=state, note="A receipt was quicker than the answer to our call; the receipt stands.")
    match outcome:
        case Accepted():
            return Move(state=S.ACCEPTED, note="The provider took it.")
        case Refused(reason=reason, fault=Fault.RECIPIENT):
            return Move(state=S.FAILED, note=f"The provider refused the address: {reason}")
        case Refused(reason=reason):
            return Move(state=S.HELD, note=f"The provider refused us, not the address: {reason}")
        case Later(reason=reason):
            return Move(state=S.QUEUED, note=f"The provider asked us to come back: {reason}")
        case _:
            return Move(state=S.UNKNOWN, note=f"It may have left: {outcome.reason}")


def apply_answer(
    state: MessageState, answer: Answer, *, since_call: timedelta, grace: timedelta = GRACE_BEFORE_RESEND
) -> Move:
    """Where a message whose outcome is not known stands after asking; `since_call` is the time since the call began.

    Only `sending` (its worker died) and `unknown` are asked about; anything further already knows better.
    """
    if state not in (S.SENDING, S.UNKNOWN):
        return Move(state=state, note="Asked about, but already settled.")
    match answer:
        case Found(state=found, copies=copies):
            doubled = f" It was sent {copies} times." if copies > 1 else ""
            return Move(state=found, note=f"Asked by reference: the provider has it as {found}.{doubled}")
        case NotThere() if since_call < grace:
            return Move(state=S.UNKNOWN, note="Not there yet; asking again before it is sent a second time.")
        case NotThere() if since_call <= PROVIDER_REMEMBERS:
            return Move(state=S.QUEUED, note="The provider never had it; it is queued again.")
        case NotThere():
            return Move(state=S.HELD, note="Too old for the provider to remember; a person must decide.")
        case _:
            return Move(state=S.UNKNOWN, note=f"The provider cannot say: {answer.reason}")
