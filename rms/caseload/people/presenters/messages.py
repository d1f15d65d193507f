"""Messages as strings: what for, to whom, how, and what became of it in words of ours."""

from collections.abc import Sequence

import msgspec

from rms.caseload.message_words import purpose_words
from rms.caseload.people.store import SentMessage
from rms.caseload.people.words import CHANNELS, RECIPIENTS, message_state
from rms.caseload.words import in_words, moment


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `at`: when it settled, left, or may leave at the earliest."""

    href: str
    what: str
    to: str
    how: str
    at: str
    state: str
    needs_look: bool


def present_messages(messages: Sequence[SentMessage]) -> tuple[MessageLine, ...]:
    """In the order given."""
    return tuple(map(_line, messages))


def _line(one: SentMessage) -> MessageLine:
    state = message_state(
        one.state, reason=one.state_reason, channel=one.channel, is_printed=one.printed_at is not None
    )
    if one.state == "queued":
        at = f"Not before {moment(one.not_before)}"
    else:
        at = moment(one.printed_at or one.settled_at or one.accepted_at or one.queued_at)
    return MessageLine(
        href=f"/messages/{one.ref}", what=purpose_words(one.purpose), to=RECIPIENTS.get(one.recipient, in_words(one.recipient)),
        how=CHANNELS.get(one.channel, in_words(one.channel)), at=at, state=state,
        needs_look=one.state in ("failed", "held", "expired", "unknown"),
    )  # fmt: skip
