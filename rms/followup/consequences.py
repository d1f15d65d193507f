"""What a decision leads to. Pure: one table, so that a reader sees at a glance what leaves because of what."""

from collections.abc import Mapping

import msgspec

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import DecisionKind
from rms.events.payloads import Certainty
from rms.messages.model import Channel, Purpose, Recipient


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind of decision ends its alert and what it sends, all held until it can no longer be undone.

    `closes_with` None: the alert stays open. `messages` are (recipient, purpose, channel; None: as the person prefers).
    """

    closes_with: AlertOutcome | None
    messages: tuple[tuple[Recipient, Purpose, Channel | None], ...] = ()
    asks_for_repeat: bool = False
    tells_register: bool = True
    certainty: Certainty | None = None


_PERSON = Recipient.PERSON

#: What tells a result. A decision about answers alone has none to tell: a message about "your blood test" would speak of
#: a test that was not taken yet.
TELLS_A_RESULT = frozenset({Purpose.RESULT_IN_RANGE_PERSON, Purpose.RESULT_IN_RANGE_GP})


def _to_practice(purpose: Purpose) -> tuple[Recipient, Purpose, Channel | None]:
    """A letter: the practice hears of all that changes what it should do or expect, and of a call or a delay nothing.

    Only a result in range is told with its value. What is not, the person hears first, from us.
    """
    return Recipient.GP_PRACTICE, purpose, Channel.LETTER


CONSEQUENCES: Mapping[DecisionKind, Consequence] = {
    DecisionKind.IN_RANGE: Consequence(
        closes_with=AlertOutcome.REVIEWED_IN_RANGE,
        messages=(
            (_PERSON, Purpose.RESULT_IN_RANGE_PERSON, None),
            _to_practice(Purpose.RESULT_IN_RANGE_GP),
        ),
    ),
    DecisionKind.REPEAT: Consequence(
        closes_with=AlertOutcome.REPEAT_ASKED,
        messages=((_PERSON, Purpose.REPEAT_TEST, None), _to_practice(Purpose.REPEAT_TEST_GP)),
        asks_for_repeat=True,
    ),
    DecisionKind.CALL: Consequence(closes_with=AlertOutcome.PERSON_CALLED),
    DecisionKind.REFER: Consequence(
        closes_with=AlertOutcome.REFERRED, messages=(_to_practice(Purpose.REFERRED_GP),), certainty=Certainty.SUSPECTED
    ),
    DecisionKind.RECURRENCE: Consequence(
        closes_with=AlertOutcome.REFERRED,
        messages=(_to_practice(Purpose.RECURRENCE_GP),),
        certainty=Certainty.CONFIRMED,
    ),
    DecisionKind.NO_RECURRENCE: Consequence(
        closes_with=AlertOutcome.PERSON_CALLED,
        messages=(_to_practice(Purpose.NO_RECURRENCE_GP),),
        certainty=Certainty.RULED_OUT,
    ),
    DecisionKind.OTHER: Consequence(closes_with=AlertOutcome.PERSON_CALLED),
    DecisionKind.SET_ASIDE: Consequence(closes_with=None, tells_register=False),
}
