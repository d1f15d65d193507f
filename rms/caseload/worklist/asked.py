"""What the address of a worklist asks for. Pure: codes in, a value out, and the address of the same list again.

An address can be shared and kept, so it holds codes only: never a name, a number or anything else about a person.
Whatever is not known here counts as not asked for.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import msgspec

ME, NOBODY = "me", "nobody"
#: How old at least, in days.
AGES: Final = ("1", "7", "28")
ROWS_A_PAGE: Final = 50
_LONGEST = 64


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one address asks for. `who`: `me`, `nobody`, the ref of a colleague, or empty for everybody.

    `way` is a way of follow-up, on the lists that know it.
    """

    who: str = ""
    team: str = ""
    kind: str = ""
    age: str = ""
    way: str = ""
    page: int = 1

    @property
    def first_row(self) -> int:
        """How many rows lie before this page."""
        return (self.page - 1) * ROWS_A_PAGE

    @property
    def days(self) -> int:
        """How many days old at least; 0 for any age."""
        return int(self.age or 0)

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything."""
        return bool(self.who or self.team or self.kind or self.age or self.way)


def read_asked(sent: Mapping[str, str], *, kinds: Collection[str], ways: Collection[str] = ()) -> Asked:
    """Read what was asked for; `kinds` and `ways` are the codes that this list knows."""
    known = {name: sent.get(name, "")[:_LONGEST] for name in ("who", "team", "kind", "age", "way", "page")}
    page = known["page"]
    return Asked(
        who=known["who"],
        team=known["team"],
        kind=known["kind"] if known["kind"] in kinds else "",
        age=known["age"] if known["age"] in AGES else "",
        way=known["way"] if known["way"] in ways else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 and int(page) else 1,
    )


def read_back(query: str, *, kinds: Collection[str], ways: Collection[str] = ()) -> Asked:
    """Read what a form carried along, so that one comes back to the list one left."""
    return read_asked(dict(parse_qsl(query[:1000])), kinds=kinds, ways=ways)


def query_of(asked: Asked, *, more: Iterable[tuple[str, str]] = ()) -> str:
    """What stands behind the question mark; empty for the whole list."""
    pairs = [(name, str(getattr(asked, name))) for name in ("who", "team", "kind", "age", "way")]
    pairs.append(("page", str(asked.page) if asked.page > 1 else ""))
    return urlencode([pair for pair in [*pairs, *more] if pair[1]])


def address_of(path: str, asked: Asked, *, more: Iterable[tuple[str, str]] = ()) -> str:
    """The address of a list."""
    query = query_of(asked, more=more)
    return f"{path}?{query}" if query else path
