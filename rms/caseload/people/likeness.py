"""Names that are nearly what was typed: a slip of the finger, two letters swapped, first name first. Pure.

Forgiving helps to find; it decides nothing. Who is meant is seen by the date of birth and the NHS number beside the name.
"""

from collections.abc import Iterable, Sequence

#: Letters of a typed word that may be wrong: none of a short one, because everything would be near it.
_ONE_FROM, _TWO_FROM = 4, 8


def nearest(typed: str, keys: Iterable[tuple[int, str]], *, most: int) -> list[int]:
    """The ids of the folded names in `keys` that are near the folded words typed, the nearest first."""
    words = typed.split()
    near = [(far, key, one) for one, key in keys if (far := _far(words, key.split())) is not None]
    return [one for _, _, one in sorted(near)[:most]]


def _far(words: Sequence[str], parts: Sequence[str]) -> int | None:
    """How many letters are wrong in all; None when a word is near no part of the name that no other word has taken."""
    left, wrong = list(parts), 0
    for word in words:
        slips = [(one, part) for part in left if (one := _slips(word, part)) is not None]
        if not slips:
            return None
        best, part = min(slips)
        wrong += best
        left.remove(part)
    return wrong


def _slips(word: str, part: str) -> int | None:
    """The fewest slips that make `word` the start of `part`; None when there are more than its length allows."""
    if part.startswith(word):
        return 0
    allowed = (len(word) >= _ONE_FROM) + (len(word) >= _TWO_FROM)
    if not allowed or (abs(len(part) - len(word)) > allowed and len(part) < len(word)):
        return None
    slips = min(_table(word, part[: len(word) + allowed]))
    return slips if slips <= allowed else None


def _table(word: str, part: str) -> list[int]:
    """How far `word` is from each start of `part`; a wrong, missing or added letter or two swapped ones are one slip."""
    before: list[int] = []
    above = list(range(len(part) + 1))
    for i, letter in enumerate(word, start=1):
        row = [i]
        for j, other in enumerate(part, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == part[j - 2] and word[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above
