"""How long a text message is, counted as GOV.UK Notify charges for it. Pure.

GSM 03.38 basic alphabet: one place each; its extension table ({}[]^\\|~ and the euro sign): two. 160 places make one
part; longer texts are joined from parts of 153 (306, 459, ...). Any other character makes the whole text UCS-2:
70 in one part, 67 in each of several.
"""

import msgspec

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")


class Length(msgspec.Struct, frozen=True, kw_only=True):
    """Places used and parts paid for; `gsm` is False when a character forced the short encoding."""

    places: int
    parts: int
    gsm: bool


def outside_gsm(text: str) -> str:
    """The characters of `text` that no GSM-7 message can carry, each once, in order of appearance."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in _BASIC and letter not in _EXTENDED))


def measure(text: str) -> Length:
    """Count `text` as one message."""
    if outside_gsm(text):
        places = len(text.encode("utf-16-be")) // 2
        return Length(places=places, parts=_parts(places, single=70, joined=67), gsm=False)
    places = len(text) + sum(letter in _EXTENDED for letter in text)
    return Length(places=places, parts=_parts(places, single=160, joined=153), gsm=True)


def _parts(places: int, *, single: int, joined: int) -> int:
    return 1 if places <= single else -(-places // joined)
