"""From bytes to text: the character set a message declares in MSH-18, the one it is written in, a note when they differ.

Order: what is declared, then UTF-8, then Windows-1252. Text that is declared as ISO 8859 but is valid UTF-8, or has bytes that
ISO 8859 leaves empty, is not what it says. Nothing is dropped: bytes that fit nothing are kept as ISO 8859-1, with a fault.
"""

import codecs

import msgspec

from rms.sync.hl7.facts import Note

_CODECS = {
    "ASCII": "ascii", "US-ASCII": "ascii", "ISO IR6": "ascii",
    "8859/1": "iso8859-1", "8859-1": "iso8859-1", "ISO-8859-1": "iso8859-1", "ISO8859-1": "iso8859-1", "LATIN1": "iso8859-1",
    "8859/15": "iso8859-15", "8859-15": "iso8859-15", "ISO-8859-15": "iso8859-15",
    **{f"8859/{part}": f"iso8859-{part}" for part in range(2, 10)},
    "UNICODE UTF-8": "utf-8", "UTF-8": "utf-8", "UTF8": "utf-8", "UNICODE": "utf-8",
    "UNICODE UTF-16": "utf-16", "UTF-16": "utf-16", "UTF16": "utf-16",
    "WINDOWS-1252": "cp1252", "CP1252": "cp1252", "WIN1252": "cp1252", "ANSI": "cp1252",
    "GB 18030-2000": "gb18030", "BIG-5": "big5", "KS X 1001": "euc_kr", "ISO IR87": "iso2022_jp",
}  # fmt: skip
_FIELD_18 = 17
_HEADER_BYTES = 4096
NOT_STORABLE = "\x00"


class Decoded(msgspec.Struct, frozen=True):
    """Text, the Python name of the character set it was read with, and what was odd."""

    text: str
    charset: str
    notes: tuple[Note, ...] = ()


def decode(body: bytes) -> Decoded:
    """Read the bytes of one message. Leading white space, byte order marks and envelope bytes are taken off."""
    if wide := wide_charset(body):
        return _checked(body, wide, declared="utf-16", name="UTF-16")
    body = body.removeprefix(codecs.BOM_UTF8).strip(b"\x0b\x1c\r\n\t ")
    name = _declared_name(body)
    declared = _CODECS.get(name)
    if body.isascii() and NOT_STORABLE.encode() not in body and (declared or not name) and declared != "utf-16":
        return Decoded(body.decode("ascii"), declared or "utf-8")
    return _checked(body, _really_written_in(body, declared), declared=declared, name=name)


def wide_charset(body: bytes) -> str:
    """Recognise UTF-16 by its byte order mark, or by the empty halves of the header's letters."""
    start = body[:16].lstrip(b"\x0b")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(b"M\x00S\x00H\x00"):
        return "utf-16-le"
    return "utf-16-be" if start.startswith(b"\x00M\x00S\x00H") else ""


def _declared_name(body: bytes) -> str:
    """Give MSH-18 in capitals, its first repetition that we know."""
    header = body[:_HEADER_BYTES].split(b"\r", 1)[0].split(b"\n", 1)[0]
    if header[:3] != b"MSH" or len(header) < 8:
        return ""
    fields = header.split(header[3:4])
    if len(fields) <= _FIELD_18 or not fields[_FIELD_18]:
        return ""
    repeat = fields[1][1:2] or b"~"
    names = [one.decode("latin-1").strip().upper() for one in fields[_FIELD_18].split(repeat)]
    return next((name for name in names if name in _CODECS), names[0])


def _really_written_in(body: bytes, declared: str | None) -> str:
    """Choose the first character set that explains every byte; empty when none does."""
    if declared and declared.startswith("iso8859") and not body.isascii():
        if _fits(body, "utf-8"):
            return "utf-8"
        if any(0x80 <= byte < 0xA0 for byte in body) and _fits(body, "cp1252"):
            return "cp1252"
    tried = [declared] if declared and declared != "utf-16" else []
    return next((charset for charset in (*tried, "utf-8", "cp1252") if _fits(body, charset)), "")


def _fits(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except UnicodeError:
        return False
    return True


def _checked(body: bytes, charset: str, *, declared: str | None, name: str) -> Decoded:
    notes: list[Note] = []
    if charset.startswith("utf-16"):
        body = body.strip(b"\x0b")
    try:
        text = body.decode(charset or "latin-1")
    except UnicodeError:
        charset, text = "", body.decode("latin-1")
    text = text.removeprefix("\ufeff").strip("\x0b\x1c\r\n\t ")
    if not charset:
        notes.append(Note("MSH-18", "The text is in no character set we can read.", is_fault=True))
    elif name and declared is None:
        notes.append(
            Note("MSH-18", f"The character set “{name[:40]}” is not one we know; the text was read as {charset}.")
        )
    elif declared and charset != declared and not charset.startswith(declared):
        notes.append(Note("MSH-18", f"The message says it is written in {declared}, but it was read as {charset}."))
    elif not declared and charset == "cp1252":
        notes.append(Note("MSH-18", "The message declares no character set; the text was read as cp1252."))
    if NOT_STORABLE in text:
        text = text.replace(NOT_STORABLE, "\ufffd")
        notes.append(
            Note("MSH", "The text has empty (NUL) characters; they are shown as replacement marks.", is_fault=True)
        )
    return Decoded(text, charset or "latin-1", tuple(notes))
