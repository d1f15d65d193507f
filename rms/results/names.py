"""How far two names agree, letter for letter once accents, case and the marks between letters are taken away.

Pure, and strict on purpose: a nickname, a typing error or a middle name in the first place is *not* an agreement. It costs
a person one look; a result filed to somebody else's record can cost much more.
"""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from rms.results.model import PersonName

# Letters that Unicode does not take apart, as English records write them.
_WRITTEN_AS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
# Parts of a family name that many families share: never enough for an agreement by themselves.
_PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ap",
        "st",
        "mac",
        "mc",
        "o",
        "ter",
        "ten",
        "zu",
        "und",
        "y",
        "e",
    ]
)
_BETWEEN_WORDS = str.maketrans(dict.fromkeys("-‐‑‒–—/", " "))


class Agreement(StrEnum):
    """What two names have in common."""

    BOTH = "both"
    FAMILY = "family"
    GIVEN = "given"
    CONTRADICTED = "contradicted"
    NONE = "none"


def words_of(text: str) -> tuple[str, ...]:
    """Give the words of a name in plain small letters: “Zoë O'Brien-Łukasz” gives zoe, obrien, lukasz."""
    if text.isascii():
        plain = text.lower().replace("-", " ").replace("/", " ")
    else:
        taken_apart = unicodedata.normalize("NFKD", text.casefold().translate(_BETWEEN_WORDS))
        plain = taken_apart.translate(_WRITTEN_AS)
    words = ("".join(letter for letter in word if letter.isalnum()) for word in plain.split())
    return tuple(word for word in words if word)


def agreement(sent: PersonName, kept: PersonName) -> Agreement:
    """Compare a name as sent with one we keep; swapped family and given names count as both.

    CONTRADICTED: the family name agrees but the given names say that it is another member of the family (a twin, a
    parent) or that somebody mistyped; which of the two, only a person can tell.
    """
    sent_family, kept_family = words_of(sent.family), words_of(kept.family)
    sent_given, kept_given = words_of(" ".join(sent.given)), words_of(" ".join(kept.given))
    family, given = _families_agree(sent_family, kept_family), _givens_agree(sent_given, kept_given)
    if family and given is True:
        return Agreement.BOTH
    if family:
        return Agreement.FAMILY if given is None else Agreement.CONTRADICTED
    if _families_agree(sent_family, kept_given[:1]) and _families_agree(sent_given[:1], kept_family):
        return Agreement.BOTH
    return Agreement.GIVEN if given is True else Agreement.NONE


def is_same_name(sent: PersonName, kept: PersonName) -> bool:
    """Whether two names are the same in every word, in their places."""
    same_family = "".join(words_of(sent.family)) == "".join(words_of(kept.family))
    return same_family and words_of(" ".join(sent.given)) == words_of(" ".join(kept.given))


def _families_agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """Equal as a whole (O'Brien, O Brien), or one of two barrels is the other's."""
    if not one or not other:
        return False
    if "".join(one) == "".join(other):
        return True
    shared = set(one) & set(other) - _PARTICLES
    return any(len(word) > 1 for word in shared)


def _givens_agree(one: Sequence[str], other: Sequence[str]) -> bool | None:
    """True: first names equal and further ones not against it. None: nothing to compare, or an initial. False: they differ."""
    if not one or not other:
        return None
    pairs = [(a, b) for a, b in zip(one, other, strict=False) if not _may_be_same(a, b)]
    if pairs:
        return "".join(one) == "".join(other)
    return True if one[0] == other[0] else None


def _may_be_same(one: str, other: str) -> bool:
    return one == other or (one[0] == other[0] and min(len(one), len(other)) == 1)
