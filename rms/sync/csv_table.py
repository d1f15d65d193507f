"""A CSV file that came out of a spreadsheet, as rows of named cells; and the traps that spreadsheets set.

Knows encodings, quoting, headers and what Excel does to numbers and dates; knows nothing of people or plans. It refuses
with a sentence and never repairs by guessing: a wrong date of birth or telephone number is worse than a refused file.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import msgspec

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.sync.csv_broken import broken_cell, likely_column
from rms.sync.reading import Fault

#: Rows of a title that may stand above the header of an export.
_TITLE_ROWS = 10

_T = TypeVar("_T")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_MIDNIGHT = re.compile(r"(?:[T ]00:00(?::00(?:\.0+)?)?| 12:00(?::00)? ?AM)$", re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d{2}\S*(?: ?[AP]M)?$", re.IGNORECASE)
_SLASHES = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a documented layout. `required`: the header must have it; cells may still be empty."""

    name: str
    says: str
    required: bool = False
    is_date: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row under the header, with the number the spreadsheet shows and its cells by column name."""

    number: int
    cells: dict[str, str]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a file. With a fault in `faults` the file cannot be read and `rows` is empty.

    `month_first` names the date columns in which some date can only be read month first: no date there is safe.
    """

    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = ()
    blank_rows: int = 0
    month_first: frozenset[str] = frozenset()


def read_table(raw: bytes, *, layout: Sequence[Column]) -> Table:
    """Read the bytes of a CSV file against a layout. Faults here concern the file or its header."""
    try:
        records = _records(_text(raw))
    except BadInput as refusal:
        return Table(faults=(Fault(place="file", sentence=str(refusal)),))
    if not records:
        return Table(faults=(Fault(place="file", sentence="The file is empty: not even a header row."),))
    names, faults = _header(records[0], layout, below=records[1:])
    if faults:
        return Table(faults=faults)
    rows = tuple(
        Row(number=number, cells=dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False)))
        for number, cells in enumerate(records[1:], start=2)
        if any(cells)
    )
    too_long = tuple(
        Fault(place=f"row {number}", row=number, sentence="The row has more cells than the header has columns.")
        for number, cells in enumerate(records[1:], start=2)
        if any(cells[len(names) :])
    )
    if too_long:
        return Table(faults=too_long)
    if _ends_inside(raw, records):
        cut = "The file ends inside this row: export it again, or complete the row and end it with a line break."
        return Table(faults=(Fault(place=f"row {len(records)}", row=len(records), sentence=cut),))
    blank = len(records) - 1 - len(rows)
    return Table(rows=rows, blank_rows=blank, month_first=_month_first(rows, layout))


def _text(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("The file is saved as Unicode text: save it as “CSV UTF-8 (comma delimited)”.")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInput("This is a spreadsheet file, not CSV: save it as “CSV UTF-8 (comma delimited)”.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(
            "The file is not UTF-8: save it as “CSV UTF-8 (comma delimited)”, or accents get lost."
        ) from None
    if "\0" in text:
        raise BadInput("The file holds bytes that no CSV file has: save it as “CSV UTF-8 (comma delimited)”.")
    return text


def _ends_inside(raw: bytes, records: Sequence[Sequence[str]]) -> bool:
    """Whether the last row looks cut off: no line end behind it, and fewer cells than the header has."""
    return len(records) > 1 and not raw.endswith((b"\n", b"\r")) and 0 < len(records[-1]) < len(records[0])


def _records(text: str) -> list[list[str]]:
    try:
        # strict: a quote in the wrong place would otherwise swallow the rows that follow it.
        return [[_plain(cell) for cell in record] for record in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise BadInput(f"The file is not well-formed CSV ({error}).") from None


def _plain(cell: str) -> str:
    stripped = cell.strip().replace("\r\n", "\n")
    formula = _TEXT_FORMULA.fullmatch(stripped)
    return formula[1].strip() if formula else stripped


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _header(
    cells: Sequence[str], layout: Sequence[Column], *, below: Sequence[Sequence[str]]
) -> tuple[list[str], tuple[Fault, ...]]:
    known = {_folded(column.name): column.name for column in layout}
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) == 1 and any(separator in cells[0] for separator in ";\t|"):
        return [], (Fault(place="row 1", row=1, sentence="The columns must be separated by commas."),)
    names = [known.get(_folded(cell), "") for cell in cells]
    if not any(names) and any(_folded(cell) in known for row in below[:_TITLE_ROWS] for cell in row):
        first = "The first row must be the header, with the names of the columns: take away what stands above it."
        return [], (Fault(place="row 1", row=1, sentence=first),)
    unknown = [
        Fault(place=f"row 1, column {cell}", row=1, column=cell, sentence=_no_such_column(cell, known.values(), names))
        for cell, name in zip(cells, names, strict=True)
        if not name
    ]
    twice = [
        Fault(place=f"row 1, column {name}", row=1, column=name, sentence="This column is there more than once.")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    missing = [
        Fault(place=f"row 1, column {column.name}", row=1, column=column.name, sentence="This column is missing.")
        for column in layout
        if column.required and column.name not in names
    ]
    return names, (*unknown, *twice, *missing)


def _no_such_column(cell: str, columns: Iterable[str], names: Sequence[str]) -> str:
    meant = likely_column(cell, columns)
    hint = f" If it is “{meant}”, name it so." if meant and meant not in names else ""
    return f"The layout has no column of this name.{hint}"


def _month_first(rows: Sequence[Row], layout: Sequence[Column]) -> frozenset[str]:
    def only_month_first(cell: str) -> bool:
        match = _SLASHES.fullmatch(_MIDNIGHT.sub("", cell))
        return bool(match) and int(match[2]) > 12 >= int(match[1]) if match else False

    columns = (column.name for column in layout if column.is_date)
    return frozenset(name for name in columns if any(only_month_first(row.cells.get(name, "")) for row in rows))


def read_date(text: str, *, month_first: bool = False) -> PartialDate:
    """Read `dd/mm/yyyy` or an ISO date, whole or partial. BadInput says why a date cannot be told for sure."""
    bare = _MIDNIGHT.sub("", text)
    slashes = _SLASHES.fullmatch(bare)
    if slashes:
        day, month, year = (int(part) for part in slashes.groups())
        if month > 12 >= day:
            raise BadInput("This date has its month first: write dd/mm/yyyy or yyyy-mm-dd.")
        if month_first and day <= 12:
            raise BadInput("Other dates in this column have their month first, so this one could mean two days.")
        return PartialDate.parse(f"{year:04}-{month:02}-{day:02}")
    if _TIME_OF_DAY.search(bare):
        raise BadInput("A time of day stands beside this date: export the date alone, as dd/mm/yyyy or yyyy-mm-dd.")
    if re.fullmatch(r"\d{5}", bare):
        raise BadInput("This is the number a spreadsheet keeps for a date: format the column as a date.")
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", bare):
        raise BadInput("The year has two digits: write dd/mm/yyyy or yyyy-mm-dd.")
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", bare):
        raise BadInput("A day or month with one digit could be read two ways: write dd/mm/yyyy or yyyy-mm-dd.")
    try:
        return PartialDate.parse(bare)
    except BadInput as refusal:
        if "no such day" in str(refusal):
            raise
        raise BadInput("This date cannot be read: write dd/mm/yyyy or yyyy-mm-dd.") from None


class CellReader:
    """Reads the cells of one row and keeps every fault of it, so that people see all of them at once."""

    def __init__(self, row: Row, *, month_first: frozenset[str], today: date) -> None:
        self.row = row
        self.faults: list[Fault] = []
        self._month_first = month_first
        self._today = today

    def fault(self, column: str, sentence: str) -> None:
        """Note a fault in one cell."""
        number = self.row.number
        self.faults.append(Fault(place=f"row {number}, column {column}", row=number, column=column, sentence=sentence))

    def text(self, column: str) -> str | None:
        """Give a cell as it stands, None when it is empty; what a spreadsheet broke is a fault and reads as empty."""
        cell = self.row.cells.get(column, "")
        fault = broken_cell(cell)
        if fault is not None:
            self.fault(column, fault)
            return None
        return cell or None

    def read(self, column: str, reader: Callable[[str], _T]) -> _T | None:
        """Read a cell with a function that raises BadInput; None when it is empty or cannot be read."""
        cell = self.text(column)
        if cell is None:
            return None
        try:
            return reader(cell)
        except BadInput as refusal:
            self.fault(column, str(refusal))
            return None

    def partial(self, column: str) -> PartialDate | None:
        """Read a date that may be partial and may not lie ahead."""
        read = self.read(column, lambda cell: read_date(cell, month_first=column in self._month_first))
        if read is None:
            return None
        if read.earliest > self._today:
            self.fault(column, "This date lies in the future.")
            return None
        if read.year < 1880:
            self.fault(column, "This date is too long ago to be right.")
            return None
        return read

    def day(self, column: str, *, may_lie_ahead: bool = False) -> date | None:
        """Read a whole date."""
        if may_lie_ahead:
            read = self.read(column, lambda cell: read_date(cell, month_first=column in self._month_first))
        else:
            read = self.partial(column)
        if read is not None and read.exact is None:
            self.fault(column, "A whole date is needed here: day, month and year.")
        return None if read is None else read.exact
