"""The answer to a frame: a function of the frame and of what the database is for, so that a repeat gets the same bytes.

AA: it has a readable header and is whole, so it is stored and somebody will see it, whatever its type. AE: it is broken; what
came is stored, and the sender is told in words. AR: a training or test message on a live line, as the standard has it
(docs/adr/0013); it is stored too. MSH-7 of an answer is the message's own: one that carried a time would differ each time.
"""

import codecs
import hashlib
from enum import StrEnum

from rms.sync.hl7.charset import decode, wide_charset
from rms.sync.hl7.facts import Note
from rms.sync.hl7.processing import rehearsed
from rms.sync.hl7.splitter import STANDARD, Separators, separators_of, without_batch_header
from rms.sync.mllp import Frame

OUR_NAME = "RMS"
_HEADER_BYTES = 16 * 1024
_ID_CHARACTERS = 20


class AckCode(StrEnum):
    """MSA-1."""

    ACCEPTED = "AA"
    ERROR = "AE"
    REJECTED = "AR"


#: ERR-3 (HL7 table 0357) of an answer that is not AA.
_FAULTS = {AckCode.ERROR: ("207", "Application error"), AckCode.REJECTED: ("202", "Unsupported processing id")}


def answer_for(frame: Frame, *, live: bool) -> tuple[AckCode, bytes]:
    """Decide the answer to one frame and write it; `live`: the database holds real people."""
    if frame.fault is not None and not frame.fault.is_whole:
        return AckCode.ERROR, acknowledgement(frame.body, code=AckCode.ERROR, text=frame.fault.value)
    header, _ = _header(frame.body)
    found = separators_of(header)
    if isinstance(found, Note):
        return AckCode.ERROR, acknowledgement(frame.body, code=AckCode.ERROR, text=found.text)
    if live and (what := rehearsed(_processing(header, found))):
        text = f"This line is live: {what} is kept and not filed as a result."
        return AckCode.REJECTED, acknowledgement(frame.body, code=AckCode.REJECTED, text=text)
    return AckCode.ACCEPTED, acknowledgement(frame.body, code=AckCode.ACCEPTED)


def acknowledgement(frame_body: bytes, *, code: AckCode, text: str = "") -> bytes:
    """Write the answer in the sender's separators, version and character set, or standard ones if they cannot be read."""
    header, charset = _header(frame_body)
    found = separators_of(header)
    separators, sent = (STANDARD, []) if isinstance(found, Note) else (found, header.split(found.field))
    charset = charset if sent else "utf-8"
    msh = sent + [""] * (18 - len(sent))
    version = msh[11] or "2.4"
    event = msh[8].split(separators.component)[1:2]
    kind = separators.component.join(["ACK", *event, "ACK"]) if event and event[0] else "ACK"
    encoding = msh[1] or "^~\\&"
    own_id = hashlib.sha256(frame_body).hexdigest()[:_ID_CHARACTERS].upper()
    application, facility = msh[4] or OUR_NAME, msh[5]
    head = ["MSH", encoding, application, facility, msh[2], msh[3], msh[6], "", kind, own_id, msh[10] or "P", version]
    if msh[17]:
        head += ["", "", "", "", "", msh[17]]
    lines = [head, ["MSA", code.value, msh[9], _escaped(text, separators)]]
    if code in _FAULTS:
        fault = separators.component.join([*_FAULTS[code], "HL70357"])
        lines.append(["ERR", "", "", fault, "E", "", "", "", _escaped(text, separators)])
    return "".join(separators.field.join(line) + "\r" for line in lines).encode(charset, "replace")


def _processing(header: str, separators: Separators) -> str:
    """MSH-11 up to its mode."""
    msh = [*header.split(separators.field), *[""] * 11]
    field = msh[10].split(separators.repetition)[0] if separators.repetition else msh[10]
    return field.split(separators.component)[0]


def _header(body: bytes) -> tuple[str, str]:
    """Give the first message's header and its character set; the rest of a large message is not looked at."""
    start = body[:_HEADER_BYTES]
    if wide := wide_charset(start):
        return _first_line(start.decode(wide, "ignore").lstrip("\ufeff\x0b")), wide
    begun = without_batch_header(start).removeprefix(codecs.BOM_UTF8).lstrip(b"\x0b\x1c\r\n\t ")
    decoded = decode(begun.split(b"\r", 1)[0].split(b"\n", 1)[0])
    return _first_line(decoded.text), decoded.charset


def _first_line(text: str) -> str:
    """The header without what would end a line or an envelope in the middle of an answer."""
    return text.split("\r", 1)[0].split("\n", 1)[0].replace("\x0b", "").replace("\x1c", "")


def _escaped(text: str, separators: Separators) -> str:
    """Put our text into a field of the sender's; a separator in it becomes its escape, or a space without one."""
    escape = separators.escape
    marks = {
        escape: "E",
        separators.field: "F",
        separators.component: "S",
        separators.repetition: "R",
        separators.subcomponent: "T",
    }
    written = {mark: f"{escape}{letter}{escape}" if escape else " " for mark, letter in marks.items() if mark}
    return "".join(written.get(letter, letter) for letter in text)
