"""Reads `pages.txt`, the list of every page, its states, and what goes there in a browser. Pure."""

import re
from pathlib import Path

import msgspec

TABLE = Path(__file__).with_name("pages.txt")
JOURNEYS = tuple(f"J{number}" for number in (*range(1, 11), 13))
VISIT, FILE = "visit", "file"
_COLUMNS = ["route", "state", "who", "where", "covered by"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One state of one page. `steps` are what is done there before it is looked at."""

    route: str
    state: str
    who: str
    address: str
    steps: tuple[str, ...]
    covered: tuple[str, ...]

    @property
    def name(self) -> str:
        """How a report calls it."""
        return f"{self.route} ({self.state}, {self.who})"

    @property
    def has_faults(self) -> bool:
        """Whether the form was sent with faults."""
        return self.state == "faults"


def read_list(text: str | None = None) -> list[Row]:
    """The rows, in the order of the list."""
    lines = (TABLE.read_text("utf-8") if text is None else text).splitlines()
    header, *rows = [
        [cell.strip() for cell in line.split("|")] for line in lines if line.strip() and not line.startswith("#")
    ]
    assert header == _COLUMNS, header
    return [_row(cells) for cells in rows]


def _row(cells: list[str]) -> Row:
    assert len(cells) == len(_COLUMNS), f"A line has {len(_COLUMNS)} cells: {cells}"
    route, state, who, where, covered = cells
    address, *steps = re.split(r"\s*>\s*", where)
    return Row(route=route, state=state, who=who, address=address, steps=tuple(steps),
               covered=tuple(re.split(r",\s*", covered)))  # fmt: skip


def faults_of(rows: list[Row], *, routes: set[str]) -> list[str]:
    """What is wrong with a list, in sentences: none when every page is there and covered."""
    listed = {row.route for row in rows}
    names = [row.name for row in rows]
    return [
        *(f"GET {route} is not on the list." for route in sorted(routes - listed)),
        *(f"{route} is on the list and not in the application." for route in sorted(listed - routes)),
        *(f"{row.name}: covered by “{', '.join(row.covered)}”, which is nothing." for row in rows if not _is_covered(row)),
        *(f"{name} stands there twice." for name in sorted({name for name in names if names.count(name) > 1})),
    ]  # fmt: skip


def _is_covered(row: Row) -> bool:
    return row.covered == (FILE,) or (bool(row.covered) and set(row.covered) <= {VISIT, *JOURNEYS})
