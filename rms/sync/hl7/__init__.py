"""HL7 v2 as values: bytes in, facts and notes out, and the answer a sender gets.

Nothing here raises on any bytes, reads the time, or knows tables, sockets or what a result will be used for. What is odd
about a message is a `Note` with its place; a note that is a *fault* means that a person must look before anything is filed.

`read` gives a `Message`; `answer_for` a frame's answer; `split_file` the messages of a file; `understand_value` a number.
"""

from rms.sync.hl7.answer import AckCode, acknowledgement, answer_for
from rms.sync.hl7.facts import Kind, Message, Moment, Note, ObservationFacts, Order
from rms.sync.hl7.reader import messages_in_one, read, split_file
from rms.sync.hl7.splitter import NOT_A_SEGMENT, without_batch_header
from rms.sync.hl7.values import ReadValue, understand_value

__all__ = [
    "NOT_A_SEGMENT",
    "AckCode",
    "Kind",
    "Message",
    "Moment",
    "Note",
    "ObservationFacts",
    "Order",
    "ReadValue",
    "acknowledgement",
    "answer_for",
    "messages_in_one",
    "read",
    "split_file",
    "understand_value",
    "without_batch_header",
]
