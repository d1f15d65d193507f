"""The code of a test as its sender wrote it, and where it stands in a message. Pure."""

from collections.abc import Iterator

import msgspec

from rms.sync.hl7 import Message, ObservationFacts


class TestSent(msgspec.Struct, frozen=True, kw_only=True):
    """One test that a message brings under a code, as it was sent."""

    __test__ = False  # pytest would otherwise take the name for a test class

    code: str
    words: str
    order: str
    value: str
    unit: str


def shown_code(facts: ObservationFacts) -> str:
    """The code as a map of the sender has it: the code, or its words when there is none."""
    return next((code.code.strip() or code.text.strip() for code in facts.codes if code.code or code.text), "")


def code_key(code: str) -> str:
    """How questions name a code: two spellings of one code are one question."""
    return code.casefold()[:200]


def sent_under(message: Message, *, key: str) -> Iterator[TestSent]:
    """The tests of a message whose code a question names by `key`."""
    for order in message.orders:
        for facts in order.observations:
            code = shown_code(facts)
            if code and code_key(code) == key:
                words = next((one.text.strip() for one in facts.codes if one.text.strip()), "")
                yield TestSent(code=code, words=words, order=order.text, value=facts.raw, unit=facts.unit)
