"""Reads the words out of a PDF that typst wrote, through its own character maps; enough for our own letters."""

import re
import zlib
from collections.abc import Mapping


def text_of(pdf: bytes) -> str:
    """All shown text, in the order of the page's drawing."""
    objects = {int(number): body for number, body in re.findall(rb"\n(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)}
    pages = [body for body in objects.values() if re.search(rb"/Contents \d+ 0 R", body)]
    return "".join(_page(body, objects) for body in pages)


def _page(body: bytes, objects: Mapping[int, bytes]) -> str:
    """The words of one page, with its own fonts: `f0` of one page is another face than `f0` of the next."""
    fonts = {}
    for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", objects[_named(b"Resources", body)]):
        fonts[name] = _map(stream(objects[_named(b"ToUnicode", objects[int(number)])]))
    return _shown(stream(objects[_named(b"Contents", body)]), fonts)


def _named(what: bytes, body: bytes) -> int:
    """The number of the object that stands under a name."""
    found = re.search(b"/" + what + rb" (\d+) 0 R", body)
    if found is None:
        raise ValueError(f"The PDF has no {what.decode()} where one belongs.")
    return int(found[1])


def stream(body: bytes) -> bytes:
    """What stands in one object's stream."""
    raw = body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(raw) if b"/FlateDecode" in body else raw


def _map(cmap: bytes) -> dict[int, str]:
    letters: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, text in re.findall(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)>", block):
            letters[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return letters


# A string may hold brackets in pairs (one level is enough here). The first branch passes over strings that describe
# the page instead of standing on it, such as its language.
_STRING = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)"
_TOKEN = re.compile(
    rb"/[A-Z][A-Za-z]*\s?(?:"
    + _STRING
    + rb"|<[0-9a-fA-F]+>)|/(f\d+) [\d.]+ Tf|"
    + _STRING
    + rb"|<([0-9a-fA-F]*)>(?!>)",
    re.DOTALL,
)


def _shown(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    words: list[str] = []
    font: dict[int, str] = {}
    for found in _TOKEN.finditer(content):
        if found[1]:
            font = fonts[found[1]]
        elif not found[0].startswith(b"/"):
            raw = bytes.fromhex(found[2].decode()) if found[2] is not None else _unescape(found[0][1:-1])
            words += [font[int.from_bytes(raw[at : at + 2], "big")] for at in range(0, len(raw), 2)]
    return "".join(words)


def _unescape(raw: bytes) -> bytes:
    simple = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def plain(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8) & 255]) if code[:1].isdigit() else simple.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, raw, flags=re.DOTALL)
