"""From text to segments and fields, by the separators the message itself declares, and from fields to plain text.

Only `str` methods, each over a text once, so that the cost grows with the message and not faster. No meaning here.
"""

import msgspec

from rms.sync.hl7.facts import Note

_HIGHLIGHTS = {"H": "", "N": "", ".br": "\n", ".sp": "\n", ".fi": "", ".nf": "", ".ce": "\n"}
_SHIFTS = (".in", ".ti", ".sk", ".sp")
_MOST_LINES = 50
NOT_A_SEGMENT = "A line is not a segment; it was read as going on with the one before."
_USUAL = frozenset({"MSH", "PID", "PV1", "ORC", "OBR", "OBX", "NTE", "SPM"})
_BEFORE_A_LINE = b"\xef\xbb\xbf\x0b\x1c\r\n\t "
# So that any field we read can be asked for by its number without looking how many were sent.
EMPTY_FIELDS = [""] * 40


class Separators(msgspec.Struct, frozen=True):
    """The five characters of a header; an empty one was not declared and separates nothing."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


STANDARD = Separators()
# Common slips of senders' programs: the escape character lost on the way, or written twice.
_SLIPS = {"^~&": Separators(escape=""), "^~ &": Separators(escape=""), "^~\\\\&": STANDARD}


class Split(msgspec.Struct, frozen=True):
    """A message in segments, each a list of its fields. In MSH, `fields[n - 1]` is MSH-n; elsewhere `fields[n]` is field n."""

    separators: Separators
    segments: list[list[str]]
    notes: tuple[Note, ...] = ()


def split(text: str) -> Split | Note:
    """Cut a message into segments and fields, or say why it has no readable header."""
    found = separators_of(text)
    if isinstance(found, Note):
        return found
    if "\n" in text:
        text = text.replace("\r\n", "\r").replace("\n", "\r")
    segments: list[list[str]] = []
    notes: list[Note] = []
    for line in text.split("\r"):
        fields = line.split(found.field)
        name = fields[0]
        if name in _USUAL or (
            len(name) == 3 and name.isascii() and name.isalnum() and name[0].isalpha() and name.isupper()
        ):
            segments.append(fields)
        elif len(fields) > 1 and name.strip().upper() in _USUAL:  # indented, or in small letters
            segments.append([name.strip().upper(), *fields[1:]])
        elif line.strip():
            _carry_on(segments, line, found, notes)
    return Split(found, segments, tuple(notes))


def separators_of(text: str) -> Separators | Note:
    """Read the separators from the beginning of MSH. There may be fewer than five; a sixth (truncation, v2.7) is let be."""
    if text[:3] != "MSH":
        return Note("MSH", "The message does not begin with an MSH segment.", is_fault=True)
    field = text[3:4]
    declared = text[4:12].split(field, 1)[0].split("\r", 1)[0].split("\n", 1)[0] if field else ""
    if declared == "^~\\&" and field == "|":
        return STANDARD
    if declared in _SLIPS:
        return msgspec.structs.replace(_SLIPS[declared], field=field)
    found = (field, *declared[:4])
    if not declared or any(one.isalnum() or one.isspace() or not one.isprintable() for one in found):
        return Note("MSH-2", "The header declares no usable separators.", is_fault=True)
    if len(set(found)) < len(found):
        return Note("MSH-2", "The header declares one character as two separators.", is_fault=True)
    return Separators(*found, *[""] * (5 - len(found)))


def without_batch_header(body: bytes) -> bytes:
    """Take off the lines of a file or a batch (FHS, BHS) that stand before the first message."""
    while (begun := body.lstrip(_BEFORE_A_LINE))[:3] in (b"FHS", b"BHS"):
        ends = [at for at in (begun.find(b"\r"), begun.find(b"\n")) if at >= 0]
        if not ends:
            break
        body = begun[min(ends) :]
    return body


def _carry_on(segments: list[list[str]], line: str, separators: Separators, notes: list[Note]) -> None:
    """A line that is no segment is what a line break inside a field left over: it goes on where the last segment ended."""
    if not segments:
        return
    first, *rest = line.split(separators.field)
    segments[-1][-1] = f"{segments[-1][-1]}\n{first}"
    segments[-1].extend(rest)
    if len(notes) < _MOST_LINES:
        notes.append(Note(segments[-1][0], NOT_A_SEGMENT))


class Reader:
    """Takes the fields of one message apart into plain text; knows its separators and whether it has escapes at all."""

    def __init__(self, separators: Separators, *, charset: str, has_escapes: bool) -> None:
        self.separators = separators
        self.component = separators.component
        self.repetition = separators.repetition
        self._charset = charset
        self._has_escapes = has_escapes
        self._characters = {
            "F": separators.field,
            "S": separators.component,
            "T": separators.subcomponent,
            "R": separators.repetition,
            "E": separators.escape,
        }

    def plain(self, text: str) -> str:
        """Resolve the escapes of one component; white space at its ends goes, and so does a lone `""` (delete)."""
        if text.isalnum() or not text:  # the usual case: no separator, escape, quote or white space is alphanumeric
            return text
        if self._has_escapes and self.separators.escape in text:
            text = self.unescaped(text)
        return "" if text == '""' else text.strip()

    def first(self, field: str) -> str:
        """The first component of the first repetition, its first subcomponent, as plain text."""
        if field.isalnum() or not field:
            return field
        if self.repetition:
            field = field.partition(self.repetition)[0]
        if self.component:
            field = field.partition(self.component)[0]
        if self.separators.subcomponent:
            field = field.partition(self.separators.subcomponent)[0]
        return self.plain(field)

    def repetitions(self, field: str) -> list[str]:
        """The repetitions of a field as sent; none for an empty field."""
        if not field:
            return []
        return field.split(self.repetition) if self.repetition and self.repetition in field else [field]

    def components(self, repetition: str) -> list[str]:
        """The components of a repetition as sent."""
        return repetition.split(self.component) if self.component else [repetition]

    def subcomponents(self, component: str) -> list[str]:
        """The subcomponents of a component as sent."""
        separator = self.separators.subcomponent
        return component.split(separator) if separator else [component]

    def unescaped(self, text: str) -> str:
        """Replace every escape we can show. One we cannot (a local Z, another character set) stays visible as it was sent."""
        escape = self.separators.escape
        first, *pieces = text.split(escape)
        shown = [first]
        number = 0
        while number < len(pieces):
            replaced = self._meaning(pieces[number]) if number + 1 < len(pieces) else None
            if replaced is None:
                shown.append(escape + pieces[number])
                number += 1
            else:
                shown.append(replaced + pieces[number + 1])
                number += 2
        return "".join(shown)

    def _meaning(self, code: str) -> str | None:
        if code in self._characters:
            return self._characters[code]
        if code in _HIGHLIGHTS:
            return _HIGHLIGHTS[code]
        if code[:1] == "X":
            return self._from_hexadecimal(code[1:])
        if code[:3] in _SHIFTS and code[3:].lstrip("+-").isdecimal():
            return "\n" if code[:3] in (".sk", ".sp") else ""
        return None

    def _from_hexadecimal(self, digits: str) -> str | None:
        """Characters by their codes in the message's character set; control characters other than line ends stay as sent."""
        try:
            characters = bytes.fromhex(digits).decode(self._charset)
        except ValueError:
            return None
        characters = characters.replace("\r\n", "\n").replace("\r", "\n")
        shown = all(one.isprintable() or one in "\n\t" for one in characters)
        return characters if characters and shown else None
