"""What a look at one thing says: the doctor's, and that of the page of connections."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`what` was looked at, whether it is as it should be, and a sentence for the operator; no secret stands in it."""

    what: str
    ok: bool
    sentence: str


def fine(what: str, sentence: str) -> Finding:
    """It is as it should be."""
    return Finding(what=what, ok=True, sentence=sentence)


def wrong(what: str, sentence: str) -> Finding:
    """Somebody must do something about it."""
    return Finding(what=what, ok=False, sentence=sentence)
