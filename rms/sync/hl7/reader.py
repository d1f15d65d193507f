"""`read`: one message from bytes to facts. It walks the segments once; people and orders are read by their own files."""

import msgspec

from rms.results.model import Identifier, PatientFacts
from rms.sync.hl7.charset import decode, wide_charset
from rms.sync.hl7.facts import Kind, Message, Moment, Note, Order
from rms.sync.hl7.observations import Group, Placed, comment, read_order
from rms.sync.hl7.people import read_identifiers, read_patient
from rms.sync.hl7.splitter import EMPTY_FIELDS, Reader, separators_of, split, without_batch_header
from rms.sync.hl7.times import moment

# ORU: unsolicited results; R30 and R32 come from the bedside and have the shape of R01.
_RESULT_EVENTS = frozenset({"R01", "R30", "R32"})
_PERSON_EVENTS = frozenset(
    [
        "A01",
        "A02",
        "A03",
        "A04",
        "A05",
        "A06",
        "A07",
        "A08",
        "A11",
        "A12",
        "A13",
        "A24",
        "A28",
        "A29",
        "A31",
        "A34",
        "A35",
        "A36",
        "A37",
        "A40",
        "A45",
        "A47",
    ]
)


_HEADER_CHARACTERS = 16


def read(body: bytes) -> Message:
    """Read one message. Whatever the bytes are, a message comes back; one without a readable header is OTHER with a fault."""
    decoded = decode(without_batch_header(body))
    parts = split(decoded.text)
    if isinstance(parts, Note):
        return Message(kind=Kind.OTHER, charset=decoded.charset, notes=(*decoded.notes, parts))
    escape = parts.separators.escape
    has_escapes = bool(escape) and decoded.text.count(escape) > 1
    reader = Reader(parts.separators, charset=decoded.charset, has_escapes=has_escapes)
    walk = _Walk(reader, [*decoded.notes, *parts.notes])
    for fields in parts.segments[1:]:
        walk.take(fields)
    msh = parts.segments[0] + EMPTY_FIELDS
    message_type, event = _type_and_event(msh[8], reader)
    notes = walk.notes
    kind = _kind(message_type, event, notes)
    patients, orders = walk.patients, walk.orders(kind)
    control_id = reader.plain(msh[9])
    if not control_id:
        notes.append(Note("MSH-10", "The message has no control number."))
    if kind is not Kind.OTHER:
        _who_it_is_about(patients, kind, notes)
    return Message(
        kind=kind,
        type=message_type,
        event=event,
        control_id=control_id,
        sending_application=reader.first(msh[2]),
        sending_facility=reader.first(msh[3]),
        receiving_application=reader.first(msh[4]),
        receiving_facility=reader.first(msh[5]),
        sent_at=_sent_at(msh[6], reader, notes),
        processing=reader.first(msh[10]),
        version=reader.first(msh[11]),
        charset=decoded.charset,
        patients=tuple(patients),
        merged_from=tuple(walk.merged_from),
        orders=orders,
        comments=tuple(walk.comments),
        notes=tuple(notes),
    )


def split_file(body: bytes) -> list[bytes]:
    """Take a file apart into messages: batches (FHS, BHS), envelopes, or messages one after another.

    Every line that begins with MSH begins a message; lines of the batch itself are left out. A file without any is one
    message that cannot be read, so that it is kept and shown.
    """
    if wide_charset(body):
        return [body]
    messages: list[list[bytes]] = []
    for line in (
        body.replace(b"\x0b", b"\r").replace(b"\x1c", b"\r").replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")
    ):
        begun = line.removeprefix(b"\xef\xbb\xbf").lstrip()
        if begun.startswith(b"MSH"):
            messages.append([begun])
        elif messages and begun and begun[:3] not in (b"FHS", b"BHS", b"BTS", b"FTS"):
            messages[-1].append(line)
    return [b"\r".join(lines) + b"\r" for lines in messages] or ([body] if body.strip() else [])


def messages_in_one(body: bytes) -> list[bytes]:
    """The messages that a sender put into one frame; none unless there are several and each has a readable header."""
    if body.count(b"MSH") < 2:
        return []
    found = split_file(body)
    readable = (not isinstance(separators_of(one[:_HEADER_CHARACTERS].decode("latin-1")), Note) for one in found)
    return found if len(found) > 1 and all(readable) else []


class _Walk:
    """What has been gathered so far while walking the segments of one message."""

    def __init__(self, reader: Reader, notes: list[Note]) -> None:
        self.notes = notes
        self.patients: list[PatientFacts] = []
        self.merged_from: list[Identifier] = []
        self.comments: list[str] = []
        self._reader = reader
        self._groups: list[Group] = []
        self._common: list[str] | None = None
        self._commented: list[str] | None = None
        self._seen = {"OBX": 0, "OBR": 0, "PID": 0}

    def take(self, fields: list[str]) -> None:
        """Take one segment. Those without a meaning for us are passed over; they stay in the raw message."""
        name = fields[0]
        if name == "OBX":
            self._observation(fields)
        elif name == "NTE":
            words = self.comments if self._commented is None else self._commented
            words.append(comment(fields, self._reader))
        elif name == "OBR":
            request = Placed(self._place(name), fields)
            self._groups.append(Group(self._person, request, self._common))
            self._common, self._commented = None, request.comments
        elif name == "ORC":
            self._common, self._commented = fields, None
        elif name == "PID":
            self.patients.append(read_patient(fields, reader=self._reader, place=self._place(name), notes=self.notes))
            self._common, self._commented = None, None
        elif name == "SPM":
            if self._groups and self._groups[-1].specimen is None:
                self._groups[-1].specimen = fields
            self._commented = None
        elif name == "MRG" and len(fields) > 1:
            self.merged_from += read_identifiers(fields[1], reader=self._reader, place="MRG-1")
        elif name == "MSH":
            self.notes.append(Note("MSH", "A second header stands inside the message.", is_fault=True))

    def orders(self, kind: Kind) -> tuple[Order, ...]:
        """Read what was gathered. What is odd about measurements in a message that is no result is nobody's business."""
        notes = self.notes if kind is Kind.RESULT else []
        return tuple(read_order(group, reader=self._reader, notes=notes) for group in self._groups)

    @property
    def _person(self) -> int:
        return max(len(self.patients) - 1, 0)

    def _place(self, name: str) -> str:
        self._seen[name] += 1
        return name if name == "PID" and self._seen[name] == 1 else f"{name}[{self._seen[name]}]"

    def _observation(self, fields: list[str]) -> None:
        if not self._groups or self._groups[-1].person != self._person:
            self._groups.append(Group(self._person, common=self._common))
            self._common = None
        observation = Placed(self._place("OBX"), fields)
        self._groups[-1].observations.append(observation)
        self._commented = observation.comments


def _type_and_event(field: str, reader: Reader) -> tuple[str, str]:
    parts = [reader.plain(part).upper() for part in reader.components(field)]
    kind, event = parts[0], parts[1] if len(parts) > 1 else ""
    if event.startswith(f"{kind}_"):  # its structure (ORU_R01), written in the place of its event
        event = event.removeprefix(f"{kind}_")
    elif not event and kind[3:4] == "_":
        kind, event = kind[:3], kind[4:]
    return kind, event


def _kind(message_type: str, event: str, notes: list[Note]) -> Kind:
    if message_type == "ORU" and not event:
        notes.append(Note("MSH-9", "The message names no event; it was read as a result (R01)."))
        return Kind.RESULT
    if message_type == "ORU" and event in _RESULT_EVENTS:
        return Kind.RESULT
    if message_type == "ADT" and event in _PERSON_EVENTS:
        return Kind.PERSON
    return Kind.OTHER


def _who_it_is_about(patients: list[PatientFacts], kind: Kind, notes: list[Note]) -> None:
    if not patients:
        notes.append(Note("PID", "The message names no person.", is_fault=True))
    if len({_without_places(one) for one in patients}) > 1 and kind is Kind.RESULT:
        notes.append(Note("PID", "The message is about more than one person.", is_fault=True))


def _without_places(patient: PatientFacts) -> PatientFacts:
    """Who is meant, for comparing: some senders tell the same person again before each order."""
    identifiers = tuple(msgspec.structs.replace(one, place="") for one in patient.identifiers)
    return msgspec.structs.replace(patient, identifiers=identifiers, nhs_number_place="")


def _sent_at(field: str, reader: Reader, notes: list[Note]) -> Moment | None:
    text = reader.first(field)
    sent_at = moment(text) if text else None
    if text and sent_at is None:
        notes.append(Note("MSH-7", "This is not a time we can read."))
    return sent_at
