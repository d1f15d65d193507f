"""What a message says beside what is filed of it: a test named in its words, a value in a message of another kind. Pure."""

from rms.results.in_words import named_in
from rms.results.units import CodeMap, Known, UnknownCode, meaning, suggested
from rms.sync.filing.understanding import Understanding
from rms.sync.hl7 import Message, ObservationFacts, Order

_DOCUMENTS = frozenset({"ED", "RP"})


def named_in_words(message: Message, understanding: Understanding) -> frozenset[str]:
    """The followed tests that only the words of a result message speak of.

    None when a person looks at the message anyway; not one that is filed of it with a number, with which its words are read.
    """
    if understanding.questions:
        return frozenset()
    filed = {one.observation.analyte for one in understanding.to_file if one.observation.quantity is not None}
    return named_in(_words_of(message)) - filed


def _words_of(message: Message) -> str:
    lines = [*message.comments]
    for order in message.orders:
        lines += order.comments
        for facts in order.observations:
            lines += () if facts.value_type in _DOCUMENTS else facts.values or (facts.raw,)
            lines += facts.comments
    return "\n".join(lines)


def bears_a_value(message: Message, *, codes: CodeMap) -> bool:
    """Whether an observation of the message has digits under a code that is, or seems to be, a followed test."""
    return any(
        _has_digits(facts) and _seems_followed(order, facts, codes=codes)
        for order in message.orders
        for facts in order.observations
    )


def _has_digits(facts: ObservationFacts) -> bool:
    return facts.value_type not in _DOCUMENTS and any(letter.isdigit() for letter in facts.raw)


def _seems_followed(order: Order, facts: ObservationFacts, *, codes: CodeMap) -> bool:
    known = meaning(facts.codes, senders=codes, sampled_on=facts.sample_at.on if facts.sample_at else None)
    if isinstance(known, Known):
        return known.analyte is not None
    if not isinstance(known, UnknownCode):
        return True
    has_words = any(code.text for code in facts.codes)
    return suggested(facts.codes) is not None or (not has_words and suggested(order.codes) is not None)
