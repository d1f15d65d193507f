"""Folding of names to the key that people are searched by.

The key is stored and compared with `^@`, `>=` and `<`, because folding in a query cannot use an index under row-level
security. Folding forgives what is typed differently (case, accents, apostrophes, hyphens); it never decides identity.
"""

import unicodedata

from rms.people.model import PersonName

# Letters that Unicode does not take apart into a plain letter and a mark, and marks that stand inside a name.
_PLAIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "ı": "i",
        "'": "",
        "’": "",
        "‘": "",
        "ʼ": "",
        "`": "",
        ".": "",
    }
)


def fold(text: str) -> str:
    """Fold one name: `O’Brien` to `obrien`, `Smith-Jones` to `smith jones`, `Łukasz Müller` to `lukasz muller`."""
    plain = text.casefold().translate(_PLAIN)
    letters = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def search_key(name: PersonName) -> str:
    """Give the key of a person: family name first, then all first names (`obrien sean patrick`)."""
    return fold(" ".join((name.family, *name.given)))


def full_name(name: PersonName) -> str:
    """Give the name as a person would be addressed in a list: `O’BRIEN, Sean (Mr)`."""
    given = f", {' '.join(name.given)}" if name.given else ""
    return f"{name.family.upper()}{given}{f' ({name.prefix})' if name.prefix else ''}"


def share_a_part(one: PersonName, other: PersonName) -> bool:
    """Say whether two names have at least one part in common: what is left when people marry or use a second name."""
    return bool(set(search_key(one).split()) & set(search_key(other).split()))
