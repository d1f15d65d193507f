"""MSH-11: whether a message is meant, or a rehearsal. What a sender marks as training is never a real person's result.

HL7 v2.5.1, table 0103: P production, T training, D debugging; the second component (table 0207: archive, initial load,
current) says how a message came to be sent, and changes nothing here. An empty field is production: many laboratories
leave it out. A letter that is in no table cannot be told, so that it is never filed by itself either.
"""

from rms.sync.hl7.facts import Message

PRODUCTION = "P"
_KINDS = {"T": "a training message", "D": "a debugging message"}


def rehearsed(processing: str) -> str:
    """What a message is when it is not production (MSH-11, first component); empty when it is meant."""
    letter = processing.strip().upper()
    if letter in ("", '""', PRODUCTION):
        return ""
    return _KINDS.get(letter, "a message that is not marked as production")


def rehearsal(message: Message) -> str:
    """As `rehearsed`, of a message that was read."""
    return rehearsed(message.processing)
