"""Which messages of a batch can be filed abreast. Pure: it puts them in rows, and knows no table."""

from collections.abc import Hashable, Iterable, Iterator

from rms.results.matching import Matched
from rms.sync.filing.opening import Letter
from rms.sync.hl7.processing import rehearsal


def in_rows(letters: Iterable[Letter]) -> list[list[Letter]]:
    """Messages in rows, one row to be filed after the other.

    No two of a row have anything to do with each other, and of those that have, the earlier one stands in an earlier row.
    """
    rows: list[list[Letter]] = []
    last_row: dict[Hashable, int] = {}
    for letter in letters:
        keys = list(_what_it_touches(letter))
        row = 1 + max((last_row.get(key, -1) for key in keys), default=-1)
        if row == len(rows):
            rows.append([])
        rows[row].append(letter)
        last_row.update(dict.fromkeys(keys, row))
    return rows


def _what_it_touches(letter: Letter) -> Iterator[Hashable]:
    """The message itself, the people it is about, the laboratory's number of each order, the one question of its sender."""
    yield letter.copy_of
    seen = letter.understanding
    if rehearsal(letter.message) or seen.riddle is not None or any(one.code for one in seen.questions):
        yield "question", letter.peer_id
    for whose in letter.whose:
        if isinstance(whose.match, Matched):
            yield "person", whose.match.person
    for one in seen.to_file:
        if one.number:
            yield "order", one.sender, one.number
